// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/software/dpkg_status.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

// The fields of one stanza that matter, as views into the file.
struct Stanza {
  std::string_view package, status, version, architecture, source, maintainer, section, description,
      installed_size, multi_arch, essential;
  std::size_t first_line = 0;  // counted from 1; 0: no stanza yet
  std::size_t bad_line = 0;    // the first line that is no field; 0: none
};

bool same_name(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] - 'A' + 'a') : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

std::string_view* find_field(Stanza& stanza, std::string_view name) {
  struct Known {
    std::string_view name;
    std::string_view Stanza::*field;
  };
  static constexpr Known kKnown[] = {
      {"package", &Stanza::package},       {"status", &Stanza::status},
      {"version", &Stanza::version},       {"architecture", &Stanza::architecture},
      {"source", &Stanza::source},         {"maintainer", &Stanza::maintainer},
      {"section", &Stanza::section},       {"description", &Stanza::description},
      {"multi-arch", &Stanza::multi_arch}, {"installed-size", &Stanza::installed_size},
      {"essential", &Stanza::essential},
  };
  for (const Known& known : kKnown) {
    if (same_name(name, known.name)) return &(stanza.*known.field);
  }
  return nullptr;
}

// The words of Status, "install ok installed": what is wanted, a mark, and how it is.
struct PackageState {
  bool held = false, reinstall = false;
  std::string_view state;  // our word; empty: there are no files
};

// nullopt: a state that dpkg does not know. The last two are names of dpkg before 1.9.
std::optional<std::string_view> state_named(std::string_view word) {
  struct Known {
    std::string_view word, state;
  };
  static constexpr Known kKnown[] = {
      {"installed", "installed"},
      {"triggers-pending", "triggers_pending"},
      {"triggers-awaited", "triggers_awaited"},
      {"half-configured", "half_configured"},
      {"unpacked", "unpacked"},
      {"half-installed", "half_installed"},
      {"config-files", ""},
      {"not-installed", ""},
      {"postinst-failed", "half_configured"},
      {"removal-failed", "half_installed"},
  };
  for (const Known& known : kKnown) {
    if (same_name(word, known.word)) return known.state;
  }
  return std::nullopt;
}

std::optional<PackageState> parse_state(std::string_view text) {
  std::vector<std::string_view> words = split(text, ' ');
  std::erase(words, "");
  if (words.size() != 3) return std::nullopt;
  const auto state = state_named(words[2]);
  if (!state) return std::nullopt;
  // The mark could be "hold" as well in dpkg before 1.9; it is what is wanted now.
  const bool held = same_name(words[0], "hold") || same_name(words[1], "hold") ||
                    same_name(words[1], "hold-reinstreq");
  const bool reinstall = same_name(words[1], "reinstreq") || same_name(words[1], "hold-reinstreq");
  return PackageState{held, reinstall, *state};
}

// "glibc (2.36-9)": the version in parentheses only where it differs from the package's own.
void split_source(const Stanza& stanza, inventory::Package& row) {
  const std::string_view source = stanza.source.empty() ? stanza.package : stanza.source;
  const std::size_t open = source.find('(');
  const std::size_t close = source.find(')', open == std::string_view::npos ? 0 : open);
  row.source_package = text_or_nothing(trim(source.substr(0, open)));
  row.source_version = std::string(stanza.version);
  if (open != std::string_view::npos && close != std::string_view::npos)
    row.source_version = text_or_nothing(trim(source.substr(open + 1, close - open - 1)));
}

class StatusParser {
 public:
  StatusParser(const Distribution& distribution, bool one_per_file)
      : distribution_(distribution), one_per_file_(one_per_file) {}

  PackageList parse(std::string_view text) {
    // A row takes about 700 bytes of a status file.
    list_.packages.reserve(text.size() / 700 + 1);
    const bool cut_off = !text.empty() && text.back() != '\n' && !one_per_file_;
    std::size_t line_number = 0;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      take_line(line, ++line_number);
    }
    // A last line without an end was cut off, and its stanza with it: dpkg says "missing final
    // newline".
    if (cut_off && stanza_.first_line != 0)
      complain("ends in the middle of the stanza at line " + std::to_string(stanza_.first_line));
    else
      finish_stanza();
    if (problems_ > 1)
      list_.problem += " (and " + std::to_string(problems_ - 1) + " more like this)";
    return std::move(list_);
  }

 private:
  void take_line(std::string_view line, std::size_t number) {
    if (line.empty()) {
      finish_stanza();
      return;
    }
    if (stanza_.first_line == 0) stanza_.first_line = number;
    if (line.front() == ' ' || line.front() == '\t') return;  // continues the field before
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      if (stanza_.bad_line == 0) stanza_.bad_line = number;
      return;
    }
    if (std::string_view* field = find_field(stanza_, line.substr(0, colon)))
      *field = trim(line.substr(colon + 1));
  }

  void finish_stanza() {
    const Stanza stanza = std::exchange(stanza_, {});
    if (stanza.first_line == 0) return;
    if (stanza.bad_line != 0)
      complain("line " + std::to_string(stanza.bad_line) + " is not a field");
    PackageState state;
    if (!stanza.status.empty()) {
      const auto said = parse_state(stanza.status);
      if (!said)
        return complain_of(stanza, "has the unknown Status \"" + printable(stanza.status) + '"');
      state = *said;
    } else if (one_per_file_) {
      state.state = "installed";
    } else if (!stanza.package.empty() && stanza.version.empty() && stanza.bad_line == 0) {
      // Without Status alone dpkg takes it for not installed; the rest of this one was lost.
      return complain_of(stanza, "has neither Status nor Version");
    }
    if (!stanza.package.empty() && state.state.empty()) {
      list_.gone.push_back({std::string(stanza.package), architecture_of(stanza)});
      return;
    }
    if (stanza.package.empty() || stanza.version.empty()) {
      if (stanza.bad_line != 0) return;  // said already
      return complain_of(stanza, stanza.package.empty() ? "has no Package" : "has no Version");
    }
    add(stanza, state);
  }

  // dpkg's own word for a package that does not say; a key may not be absent.
  static std::string architecture_of(const Stanza& stanza) {
    return std::string(stanza.architecture.empty() ? "none" : stanza.architecture);
  }

  void add(const Stanza& stanza, const PackageState& state) {
    DpkgPackage& package = list_.packages.emplace_back();
    package.same_everywhere = stanza.multi_arch == "same";
    package.essential =
        stanza.essential == "yes" || stanza.package == "dpkg" || stanza.package == "base-files";
    inventory::Package& row = package.row;
    row.manager = "dpkg";
    row.name = stanza.package;
    row.version = stanza.version;
    row.architecture = architecture_of(stanza);
    const std::string url =
        deb_package_url(row.name, row.version, stanza.architecture, distribution_);
    row.purl = text_or_nothing(url);
    split_source(stanza, row);
    row.publisher = text_or_nothing(stanza.maintainer);
    row.archive_section = text_or_nothing(stanza.section);
    row.summary = text_or_nothing(stanza.description);
    row.state = std::string(state.state);
    const auto kibibytes = parse_integer(stanza.installed_size);
    if (kibibytes && *kibibytes >= 0 &&
        *kibibytes <= std::numeric_limits<std::int64_t>::max() / 1024)
      row.installed_size_bytes = *kibibytes * 1024;
    if (stanza.status.empty()) return;
    row.on_hold = state.held;
    row.reinstall_required = state.reinstall;
  }

  void complain_of(const Stanza& stanza, const std::string& what) {
    std::string text = "the stanza at line " + std::to_string(stanza.first_line);
    if (!stanza.package.empty()) text += " (" + printable(stanza.package) + ")";
    complain(text + ' ' + what);
  }

  void complain(std::string text) {
    if (++problems_ == 1) list_.problem = std::move(text);
  }

  const Distribution& distribution_;
  const bool one_per_file_;
  Stanza stanza_;
  PackageList list_;
  std::size_t problems_ = 0;
};

}  // namespace

PackageList parse_dpkg_status(std::string_view text, const Distribution& distribution,
                              bool one_per_file) {
  return StatusParser(distribution, one_per_file).parse(text);
}

void apply_dpkg_update(PackageList& list, PackageList update) {
  // Only packages that are Multi-Arch: same can be there for several architectures; any other
  // takes the place of its name, also with a new architecture.
  const auto takes_place_of = [](const std::string& name, const std::string& architecture,
                                 bool same_everywhere) {
    return [&name, &architecture, same_everywhere](const DpkgPackage& old) {
      return old.row.name == name &&
             (old.row.architecture == architecture || (!same_everywhere && !old.same_everywhere));
    };
  };
  for (const GonePackage& gone : update.gone)
    std::erase_if(list.packages, takes_place_of(gone.name, gone.architecture, false));
  for (DpkgPackage& package : update.packages) {
    std::erase_if(list.packages, takes_place_of(package.row.name, package.row.architecture,
                                                package.same_everywhere));
    list.packages.push_back(std::move(package));
  }
}

bool has_dpkg_stanza(std::string_view text) {
  const std::vector<std::string_view> all = lines(text);
  return std::any_of(all.begin(), all.end(), [](std::string_view line) {
    return same_name(line.substr(0, line.find(':')), "package") && line.size() > 7;
  });
}

}  // namespace muster::agent::collect
