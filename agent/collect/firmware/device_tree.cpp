// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/firmware/device_tree.h"

#include <algorithm>

#include "agent/collect/firmware/system_facts.h"
#include "common/inventory/placeholders.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

using inventory::System;

// Before the comma of `compatible`, where makers' names stand (devicetree's vendor-prefixes): these
// name the kind of a made-up machine.
constexpr std::string_view kNoMakers[] = {"linux", "riscv-virtio", "simple", "generic", "virtual"};

// The text up to the NUL that ends it; `compatible` has several.
std::optional<std::string> text_before_nul(std::string_view bytes) {
  return text_or_nothing(trim(bytes.substr(0, bytes.find('\0'))));
}

std::optional<std::string> property(host::Host& host, std::string_view name) {
  // The first is a link to the second, which a copied tree may have alone.
  for (const std::string_view tree : {"/proc/device-tree/", "/sys/firmware/devicetree/base/"}) {
    if (const auto bytes = host.read(std::string(tree) + std::string(name)))
      return text_before_nul(*bytes);
  }
  return std::nullopt;
}

std::optional<std::string> known_uuid(const std::optional<std::string>& text) {
  if (!text || inventory::is_placeholder_uuid(*text)) return std::nullopt;
  return text;
}

}  // namespace

System system_from_device_tree(host::Host& host) {
  System out;
  out.product_name = property(host, "model");
  const auto system_id = property(host, "system-id");  // PAPR
  const bool id_is_uuid = system_id && is_uuid(lower_ascii(*system_id));
  const auto serial = property(host, "serial-number");
  if (serial && is_uuid(lower_ascii(*serial)))
    out.uuid = serial;
  else
    out.serial_number = serial;
  leave_out_placeholders(out);
  if (!out.serial_number && !id_is_uuid) out.serial_number = system_id;
  // A guest's own: of QEMU, of PowerVM, of QEMU again, of Xen without firmware.
  for (const auto& uuid :
       {property(host, "vm,uuid"), property(host, "ibm,partition-uuid"), system_id}) {
    if (!out.uuid) out.uuid = known_uuid(uuid);
  }
  if (const auto uuid = host.read("/sys/hypervisor/uuid"); uuid && !out.uuid)
    out.uuid = known_uuid(text_before_nul(*uuid));
  // The first name is the board's own, "maker,board" (2.3.1).
  if (const auto compatible = property(host, "compatible")) {
    const std::string maker = compatible->substr(0, compatible->find(','));
    const bool none =
        std::find(std::begin(kNoMakers), std::end(kNoMakers), maker) != std::end(kNoMakers);
    if (maker.size() < compatible->size() && !none) out.manufacturer = maker;
    if (!out.product_name) out.product_name = compatible;
  }
  if (!out.product_name) {
    if (const auto sysinfo = host.read("/proc/sysinfo")) {
      System z = system_from_sysinfo(*sysinfo);
      leave_out_placeholders(z);
      fill_gaps(out, z);
    }
  }
  leave_out_placeholders(out);
  return out;
}

System system_from_sysinfo(std::string_view text) {
  System out;
  std::optional<std::string> guest, partition;
  for (const std::string_view line : lines(text)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = trim(line.substr(0, colon));
    const auto value = text_before_nul(line.substr(colon + 1));
    if (!value) continue;
    if (name == "Manufacturer") out.manufacturer = value;
    if (name == "Type") out.product_name = value;
    // "721              M49": the capacity model and the hardware model, in columns.
    if (name == "Model") {
      const std::size_t gap = value->find(' ');
      out.version = value->substr(0, gap);
      if (gap != std::string::npos) *out.version += " " + std::string(trim(value->substr(gap)));
    }
    if (name == "Sequence Code") out.serial_number = value;
    if (name == "VM00 UUID") guest = value;  // VM00 is the innermost
    if (name == "LPAR UUID") partition = value;
  }
  out.uuid = guest ? guest : partition;
  return out;
}

}  // namespace muster::agent::collect
