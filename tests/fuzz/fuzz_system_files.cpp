// SPDX-License-Identifier: Apache-2.0
// Small texts below /etc and /proc, a kind for each value of the first byte. What is found must be
// of the form that it is documented to have.
#include <algorithm>

#include "agent/collect/firmware/device_tree.h"
#include "agent/collect/linux/hardware/memory.h"
#include "agent/collect/linux/people/users.h"
#include "agent/collect/linux/software/os.h"
#include "agent/collect/linux/software/os_release.h"
#include "agent/collect/linux/vitals.h"
#include "agent/host/machine_architecture.h"
#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using namespace muster::agent;
using muster::fuzz::require;

namespace {

void check_numbers(std::string_view text) {
  const collect::Meminfo memory = collect::parse_meminfo(text);
  for (const auto& bytes : {memory.total_bytes, memory.available_bytes, memory.swap_total_bytes,
                            memory.swap_free_bytes})
    require(!bytes || *bytes >= 0);
  if (const auto load = collect::parse_loadavg(text)) {
    for (const double each : *load)
      require(each >= 0 && each < 1e300);
  }
  if (const auto uptime = collect::parse_uptime(text)) require(*uptime >= 0);
  if (const auto boot = collect::parse_boot_time(text))
    require(parse_rfc3339(to_rfc3339(*boot)) == boot);
}

void check_names(std::string_view text, std::string_view hostname) {
  if (const auto id = collect::parse_machine_id(text)) {
    require(id->size() == 32 && from_hex(*id));
    require(collect::parse_machine_id(*id) == id);
  }
  if (const auto zone = collect::timezone_of_link(text))
    require(!zone->empty() && !zone->starts_with('/'));
  for (const auto& domain :
       {collect::domain_from_hosts(text, hostname), collect::domain_from_resolv_conf(text)})
    require(!domain || (!domain->empty() && domain->find_first_of(" \t\n") == std::string::npos));
}

void check_users(std::string_view passwd, std::string_view group) {
  const collect::UserList list = collect::parse_users(passwd, group);
  for (const auto& user : list.users) {
    require(!user.name.empty() && !user.name.starts_with('+') && !user.name.starts_with('-'));
    require(std::count_if(list.users.begin(), list.users.end(),
                          [&](const auto& other) { return other.name == user.name; }) == 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::as_text(data, size);
  const unsigned kind = fuzz::take_choice(rest, 6);
  const std::string_view first = fuzz::take_part(rest, "\x1e");
  switch (kind) {
    case 0:
      check_numbers(first);
      break;
    case 1:
      check_names(first, rest);
      break;
    case 2:
      for (const auto& [name, value] : collect::parse_assignments(first))
        require(!name.empty() && name.find('=') == std::string::npos);
      if (const auto release = collect::parse_release_line(first)) require(!release->empty());
      break;
    case 3:
      check_users(first, rest);
      break;
    case 4:
      static_cast<void>(collect::system_from_sysinfo(first));
      break;
    default:
      static_cast<void>(host::architecture_of_elf(first));
      break;
  }
  return 0;
}
