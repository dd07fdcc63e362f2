// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/dpkg_status.h"

#include <limits>
#include <optional>
#include <utility>

#include "agent/collect/linux/os_release.h"
#include "common/support/text.h"

namespace muster::agent {
namespace {

// The fields of one stanza that matter, as views into the file.
struct Stanza {
  std::string_view package, status, version, architecture, source, maintainer, section, description,
      installed_size, multi_arch;
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
  };
  for (const Known& known : kKnown) {
    if (same_name(name, known.name)) return &(stanza.*known.field);
  }
  return nullptr;
}

// The words of "install ok installed".
struct PackageState {
  std::string_view want, status;
};
PackageState parse_state(std::string_view text) {
  const std::size_t first = text.find(' ');
  const std::size_t last = text.rfind(' ');
  if (first == std::string_view::npos || first == last) return {};
  return {text.substr(0, first), text.substr(last + 1)};
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
    const PackageState state = parse_state(stanza.status);
    const bool installed =
        stanza.status.empty() ? one_per_file_ : same_name(state.status, "installed");
    if (!stanza.package.empty() && !installed) return;
    if (stanza.package.empty() || stanza.version.empty()) {
      if (stanza.bad_line != 0) return;  // said already
      std::string text = "the stanza at line " + std::to_string(stanza.first_line);
      if (!stanza.package.empty()) text += " (" + printable(stanza.package) + ")";
      complain(text + (stanza.package.empty() ? " has no Package" : " has no Version"));
      return;
    }
    add(stanza, state);
  }

  void add(const Stanza& stanza, const PackageState& state) {
    DpkgPackage& package = list_.packages.emplace_back();
    package.same_everywhere = stanza.multi_arch == "same";
    inventory::Package& row = package.row;
    row.manager = "dpkg";
    row.name = stanza.package;
    row.version = stanza.version;
    // dpkg's own word for a package that does not say; a key may not be absent.
    row.architecture = stanza.architecture.empty() ? "none" : stanza.architecture;
    const std::string url =
        deb_package_url(row.name, row.version, stanza.architecture, distribution_);
    row.purl = text_or_nothing(url);
    split_source(stanza, row);
    row.publisher = text_or_nothing(stanza.maintainer);
    row.archive_section = text_or_nothing(stanza.section);
    row.summary = text_or_nothing(stanza.description);
    const auto kibibytes = parse_integer(stanza.installed_size);
    if (kibibytes && *kibibytes >= 0 &&
        *kibibytes <= std::numeric_limits<std::int64_t>::max() / 1024)
      row.installed_size_bytes = *kibibytes * 1024;
    if (!stanza.status.empty()) row.on_hold = same_name(state.want, "hold");
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

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_' || c == '~' || c == ':';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
}

}  // namespace

Distribution parse_distribution(std::string_view os_release) {
  const auto values = parse_assignments(os_release);
  const auto value_of = [&](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
  Distribution out{lower_ascii(value_of("ID")), value_of("VERSION_CODENAME")};
  const std::string version = value_of("VERSION_ID");
  if (out.release.empty() && !out.vendor.empty() && !version.empty())
    out.release = out.vendor + "-" + version;
  return out;
}

PackageList parse_dpkg_status(std::string_view text, const Distribution& distribution,
                              bool one_per_file) {
  return StatusParser(distribution, one_per_file).parse(text);
}

std::string deb_package_url(std::string_view name, std::string_view version,
                            std::string_view architecture, const Distribution& distribution) {
  if (distribution.vendor.empty() || name.empty()) return {};
  std::string url;
  url.reserve(96);
  url += "pkg:deb/";
  append_percent_encoded(url, lower_ascii(distribution.vendor));
  url += '/';
  append_percent_encoded(url, lower_ascii(name));
  if (!version.empty()) {
    url += '@';
    append_percent_encoded(url, version);
  }
  char separator = '?';
  for (const auto& [key, value] :
       {std::pair<std::string_view, std::string_view>{"arch=", architecture},
        std::pair<std::string_view, std::string_view>{"distro=", distribution.release}}) {
    if (value.empty()) continue;
    url += separator;
    url += key;
    append_percent_encoded(url, value);
    separator = '&';
  }
  return url;
}

}  // namespace muster::agent
