// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/vitals.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <string>

#include "agent/collect/collector.h"
#include "agent/collect/linux/hardware/memory.h"
#include "agent/collect/linux/software/os_release.h"
#include "agent/collect/linux/storage/filesystems.h"
#include "agent/collect/linux/storage/mountinfo.h"
#include "common/json/write.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

constexpr std::size_t kStatBytes = 16 * 1024 * 1024;  // a line for each processor and interrupt
constexpr std::size_t kFilesystems = 1'000;

// A number as the kernel writes it, "0.42".
std::optional<double> parse_decimal(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc() || at != end || !std::isfinite(value) || value < 0) return std::nullopt;
  return value;
}

std::optional<std::int64_t> count_processes(host::Host& host) {
  const auto names = host.list("/proc");
  if (!names) return std::nullopt;
  const auto count = std::count_if(names->begin(), names->end(), [](const std::string& name) {
    return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
  });
  if (count == 0) return std::nullopt;
  return count;
}

// People with a session, as systemd-logind notes them; nullopt without it.
std::optional<std::int64_t> count_logged_on_users(host::Host& host) {
  const std::string folder = "/run/systemd/sessions";
  const auto names = host.list(folder);
  if (!names) return std::nullopt;
  std::set<std::string> users;
  for (const std::string& name : *names) {
    if (name.ends_with(".ref")) continue;  // a FIFO
    const auto text = host.read(folder + "/" + name);
    if (!text) continue;  // ended in between
    const auto session = parse_assignments(*text);
    const auto value = [&](std::string_view key) {
      const auto found = session.find(key);
      return found == session.end() ? std::string() : found->second;
    };
    // Others are greeters, lock screens and managers of background work.
    if (value("CLASS").starts_with("user") && value("STATE") != "closing")
      users.insert(value("UID"));
  }
  return static_cast<std::int64_t>(users.size());
}

void write_filesystems(host::Host& host, JsonWriter& json) {
  auto text = host.read("/proc/self/mountinfo");
  if (!text) text = host.read("/proc/1/mountinfo");  // a copied tree has no "self"
  if (!text) return;
  std::vector<std::pair<std::string, std::int64_t>> spaces;
  const auto shows_file = [&](const Mount& mount) { return is_single_file(host, mount); };
  for (const auto& [mount, may_be_touched] :
       local_data_mounts(parse_mountinfo(*text).mounts, shows_file)) {
    if (spaces.size() == kFilesystems) break;
    if (!may_be_touched) continue;
    const auto space = host.space(mount.mount_point);
    if (space && space->available_bytes >= 0)
      spaces.emplace_back(to_valid_text(mount.mount_point), space->available_bytes);
  }
  if (spaces.empty()) return;
  json.key("filesystems").begin_array();
  for (const auto& [mount_point, available_bytes] : spaces) {
    json.begin_object()
        .member("mount_point", mount_point)
        .member("available_bytes", available_bytes)
        .end_object();
  }
  json.end_array();
}

}  // namespace

std::optional<std::array<double, 3>> parse_loadavg(std::string_view text) {
  const std::vector<std::string_view> words = split(trim(text), ' ');
  if (words.size() < 3) return std::nullopt;
  const auto one = parse_decimal(words[0]);
  const auto five = parse_decimal(words[1]);
  const auto fifteen = parse_decimal(words[2]);
  if (!one || !five || !fifteen) return std::nullopt;
  return std::array<double, 3>{*one, *five, *fifteen};
}

std::optional<std::int64_t> parse_uptime(std::string_view text) {
  const auto seconds = parse_integer(text.substr(0, text.find('.')));
  if (!seconds || *seconds < 0) return std::nullopt;
  return seconds;
}

std::optional<Instant> parse_boot_time(std::string_view text) {
  for (const std::string_view line : lines(text)) {
    if (!line.starts_with("btime ")) continue;
    const auto seconds = parse_integer(trim(line.substr(6)));
    // 0 and before: the machine started without a clock.
    if (!seconds || *seconds <= 0 || *seconds > kLastInstant.ms / 1000) return std::nullopt;
    return Instant{*seconds * 1000};
  }
  return std::nullopt;
}

std::string collect_vitals(host::Host& host) {
  JsonWriter json;
  json.begin_object();
  if (const auto text = host.read("/proc/uptime"))
    json.member("uptime_seconds", parse_uptime(*text));
  if (const auto text = host.read("/proc/stat", kStatBytes))
    json.member("boot_time", parse_boot_time(*text));
  if (const auto text = host.read("/proc/loadavg")) {
    if (const auto load = parse_loadavg(*text)) {
      json.member("load_average_1m", (*load)[0])
          .member("load_average_5m", (*load)[1])
          .member("load_average_15m", (*load)[2]);
    }
  }
  if (const auto text = host.read("/proc/meminfo")) {
    const Meminfo meminfo = parse_meminfo(*text);
    json.member("memory_available_bytes", meminfo.available_bytes)
        .member("swap_free_bytes", meminfo.swap_free_bytes);
  }
  json.member("processes", count_processes(host));
  json.member("logged_on_users", count_logged_on_users(host));
  write_filesystems(host, json);
  json.end_object();
  return std::move(json).text();
}

}  // namespace muster::agent::collect
