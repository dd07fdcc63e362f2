// SPDX-License-Identifier: Apache-2.0
// Redaction of SMBIOS tables, EDIDs and netlink answers before a capture leaves a machine: nothing
// grows or shrinks, no serial number stays, and what could be parsed parses the same.
#include <algorithm>
#include <optional>

#include "agent/collect/firmware/smbios.h"
#include "agent/collect/linux/network/rtnetlink.h"
#include "agent/host/redact_binary.h"
#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using namespace muster::agent;
using muster::fuzz::require;

namespace {

void check_smbios(std::string_view table, const host::Substitutes& substitutes) {
  const std::string out = host::redact_smbios(table, substitutes);
  require(out.size() == table.size());
  const auto before = host::smbios_serials(table);
  const auto after = host::smbios_serials(out);
  require(before.size() == after.size());
  for (std::size_t i = 0; i < before.size(); ++i)
    require(after[i] == substitutes.text(before[i]));
  const collect::Smbios was = collect::parse_smbios(table, {});
  const collect::Smbios is = collect::parse_smbios(out, {});
  require(was.system.has_value() == is.system.has_value());
  // A product whose name is a serial number too (one string, named twice) loses it with that.
  const auto is_serial = [&](const std::optional<std::string>& text) {
    return text && std::any_of(before.begin(), before.end(),
                               [&](const auto& serial) { return trim(serial) == trim(*text); });
  };
  if (was.system && is.system && !is_serial(was.system->product_name))
    require(was.system->product_name == is.system->product_name);
  require(was.memory_devices.size() == is.memory_devices.size());
}

void check_edid(std::string_view edid, const host::Substitutes& substitutes) {
  const std::string out = host::redact_edid(edid, substitutes);
  require(out.size() == edid.size());
  for (std::size_t block = 0; block + 128 <= out.size() && block < 128; block += 128) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < 128; ++i)
      sum += static_cast<unsigned char>(out[block + i]);
    require(sum % 256 == 0);
  }
}

void check_netlink(std::string_view messages, const host::Substitutes& substitutes) {
  const auto as_it_is = [](std::string_view name) { return std::string(name); };
  const std::string out = host::redact_netlink(messages, substitutes, as_it_is);
  require(out.size() == messages.size());
  const auto was = collect::parse_link_dump(messages);
  const auto is = collect::parse_link_dump(out);
  if (!was) return;
  require(is && is->size() == was->size());
  for (std::size_t i = 0; i < was->size(); ++i) {
    require((*is)[i].index == (*was)[i].index && (*is)[i].kind == (*was)[i].kind);
    require((*is)[i].permanent_address.size() == (*was)[i].permanent_address.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const host::Substitutes substitutes("a secret of the fuzzer's own....");
  std::string_view rest = fuzz::as_text(data, size);
  switch (fuzz::take_choice(rest, 3)) {
    case 0:
      check_smbios(rest, substitutes);
      break;
    case 1:
      check_edid(rest, substitutes);
      break;
    default:
      check_netlink(rest, substitutes);
      break;
  }
  return 0;
}
