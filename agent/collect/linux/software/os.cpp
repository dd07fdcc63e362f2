// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/software/os.h"

#include <array>

#include "agent/collect/linux/read/text_files.h"
#include "agent/collect/linux/software/distribution.h"
#include "common/support/host_names.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

using inventory::OperatingSystem;
using inventory::ProviderStatus;
using inventory::Status;
using Reader = TextFiles;

void read_kernel(Reader& reader, OperatingSystem& os) {
  os.kernel_name = reader.line("/proc/sys/kernel/ostype");
  os.kernel_release = reader.line("/proc/sys/kernel/osrelease");
  os.kernel_version = reader.line("/proc/sys/kernel/version");
  if (const auto name = reader.host().uname()) {
    if (!os.kernel_name && !name->kernel_name.empty()) os.kernel_name = name->kernel_name;
    if (!name->architecture.empty()) os.architecture = name->architecture;
  }
  if (os.kernel_release) return;
  // "Linux version 6.1.0-18-amd64 (debian-kernel@...) (gcc-12 ...) #1 SMP PREEMPT_DYNAMIC ..."
  const auto version = reader.line("/proc/version");
  const auto words = version ? split(*version, ' ') : std::vector<std::string_view>();
  if (words.size() < 3 || words[1] != "version") return;
  os.kernel_release = std::string(words[2]);
  if (const std::size_t hash = version->find(" #"); hash != std::string::npos)
    os.kernel_version = version->substr(hash + 1);
}

std::optional<std::string> read_hostname(Reader& reader) {
  auto running = reader.line("/proc/sys/kernel/hostname");
  if (running && *running != "(none)" && !is_localhost(*running)) return running;
  const std::string text = reader.read("/etc/hostname").value_or("");
  for (const std::string_view line : lines(without_byte_order_mark(text))) {
    const std::string_view name = trim(line);
    if (!name.empty() && name[0] != '#') return std::string(name);
  }
  return running && is_localhost(*running) ? running : std::nullopt;
}

// "localdomain" is how installers say that there is none.
bool is_domain(std::string_view name) {
  const std::string lower = lower_ascii(name);
  return !name.empty() && name != "." && lower != "localdomain" && lower != "localdomain." &&
         name != "(none)" && !is_localhost(name) &&
         name.find_first_of(" \t/") == std::string_view::npos && !name.starts_with('.');
}

std::optional<std::string> read_domain(Reader& reader, const OperatingSystem& os) {
  if (!os.hostname) return std::nullopt;
  if (const std::size_t dot = os.hostname->find('.'); dot != std::string::npos) {
    std::string rest = os.hostname->substr(dot + 1);
    if (rest.empty() || !is_domain(rest)) return std::nullopt;
    if (rest.ends_with('.')) rest.pop_back();
    return rest;
  }
  if (const auto hosts = reader.read("/etc/hosts")) {
    if (auto domain = domain_from_hosts(*hosts, *os.hostname)) return domain;
  }
  const auto status = reader.host().status("/etc/resolv.conf");
  if (!status || status->type != host::FileType::kFile)
    return std::nullopt;  // a link: made by a program
  const auto resolv_conf = reader.read("/etc/resolv.conf");
  return resolv_conf ? domain_from_resolv_conf(*resolv_conf) : std::nullopt;
}

std::optional<std::string> read_timezone(Reader& reader) {
  // The link is what programs use; /etc/timezone is Debian's note of it.
  if (const auto target = reader.host().read_link("/etc/localtime")) {
    if (auto zone = timezone_of_link(*target)) return zone;
  }
  auto zone = reader.line("/etc/timezone");
  if (!zone || zone->find_first_of(" \t") != std::string::npos) return std::nullopt;
  return zone;
}

}  // namespace

std::optional<std::string> parse_machine_id(std::string_view text) {
  const std::string id = lower_ascii(trim(text));
  if (id.size() != 32 || id.find_first_not_of("0123456789abcdef") != std::string::npos ||
      id.find_first_not_of('0') == std::string::npos)
    return std::nullopt;
  return id;
}

std::optional<std::string> timezone_of_link(std::string_view target) {
  constexpr std::string_view kZoneFolder = "zoneinfo/";
  const std::size_t at = target.rfind(kZoneFolder);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view zone = target.substr(at + kZoneFolder.size());
  for (const std::string_view prefix : {"posix/", "right/"}) {
    if (zone.starts_with(prefix)) zone.remove_prefix(prefix.size());
  }
  // "zoneinfo//UTC" is the same path to the system.
  while (zone.starts_with('/'))
    zone.remove_prefix(1);
  if (zone.empty()) return std::nullopt;
  return std::string(zone);
}

std::optional<std::string> domain_from_hosts(std::string_view hosts, std::string_view hostname) {
  if (hostname.empty() || is_localhost(hostname)) return std::nullopt;
  const std::string prefix = lower_ascii(hostname) + ".";
  for (const std::string_view whole : lines(hosts)) {
    std::string line(whole.substr(0, whole.find('#')));
    for (char& c : line) {
      if (c == '\t') c = ' ';
    }
    const std::vector<std::string_view> words = split(line, ' ');
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (!lower_ascii(words[i]).starts_with(prefix)) continue;
      const std::string domain(words[i].substr(prefix.size()));
      if (is_domain(domain)) return domain;
    }
  }
  return std::nullopt;
}

std::optional<std::string> domain_from_resolv_conf(std::string_view text) {
  constexpr std::array<std::string_view, 7> kMakers = {
      "generated by", "systemd-resolved", "networkmanager", "resolvconf",
      "dhcpcd",       "connman",          "do not edit"};
  const std::string lower = lower_ascii(text);
  for (const std::string_view maker : kMakers) {
    if (lower.find(maker) != std::string::npos) return std::nullopt;
  }
  // `domain` and `search` exclude each other: the last one counts (resolv.conf(5)).
  std::optional<std::string> out;
  for (const std::string_view whole : lines(text)) {
    std::string line(whole.substr(0, whole.find_first_of("#;")));
    for (char& c : line) {
      if (c == '\t') c = ' ';
    }
    std::vector<std::string_view> words;
    for (const std::string_view word : split(line, ' ')) {
      if (!word.empty()) words.push_back(word);
    }
    if (words.size() < 2 || (words[0] != "domain" && words[0] != "search")) continue;
    out.reset();
    const bool one = words[0] == "domain" || words.size() == 2;
    if (one && is_domain(words[1])) out = std::string(words[1]);
  }
  return out;
}

CollectedSection collect_os(host::Host& host) {
  Reader reader(host);
  OperatingSystem os;
  read_distribution(reader, os);
  read_kernel(reader, os);
  if (!os.name && !os.kernel_release) {
    ProviderStatus status = reader.status();
    if (status.reason.empty())
      status.reason =
          "No file says which distribution this is (/etc/os-release and older ones), and neither "
          "/proc/sys/kernel/osrelease nor /proc/version which kernel runs.";
    status.status = Status::kFailed;
    return not_collected<OperatingSystem>(std::move(status));
  }
  os.hostname = read_hostname(reader);
  os.domain = read_domain(reader, os);
  for (const std::string_view path : {"/etc/machine-id", "/var/lib/dbus/machine-id"}) {
    const auto text = os.machine_id ? std::nullopt : reader.read(path);
    if (text) os.machine_id = parse_machine_id(*text);
  }
  os.timezone = read_timezone(reader);
  return collected<OperatingSystem>({std::move(os)}, reader.status());
}

}  // namespace muster::agent::collect
