// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/firmware/smbios.h"

#include <algorithm>

#include "agent/collect/firmware/little_endian.h"
#include "common/inventory/chassis_types.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

constexpr std::size_t kHeaderBytes = 4;
// Handles have 16 bits, so a table cannot have more.
constexpr std::size_t kStructures = 65'536;
// More than any module that exists by a factor of eight; the field could say 2 PiB.
constexpr std::int64_t kModuleBytes = std::int64_t{16} << 40;
constexpr std::int64_t kSpeedMts = 100'000;
constexpr std::int64_t kSlots = 4'096;
constexpr int kEndOfTable = 127;

// One structure: its formatted area and the strings behind it.
class Structure {
 public:
  Structure(std::string_view formatted, std::string_view strings)
      : formatted_(formatted), strings_(strings) {}

  int type() const { return static_cast<unsigned char>(formatted_[0]); }
  std::uint16_t handle() const {
    return static_cast<std::uint16_t>(little_endian(formatted_, 2, 2));
  }

  // nullopt: the structure is older, and so shorter, than the field.
  std::optional<std::int64_t> number(std::size_t offset, std::size_t bytes) const {
    if (offset + bytes > formatted_.size()) return std::nullopt;
    return static_cast<std::int64_t>(little_endian(formatted_, offset, bytes));
  }
  std::optional<std::int64_t> byte(std::size_t offset) const { return number(offset, 1); }
  std::optional<std::int64_t> word(std::size_t offset) const { return number(offset, 2); }
  std::optional<std::int64_t> dword(std::size_t offset) const { return number(offset, 4); }
  std::string_view bytes(std::size_t offset, std::size_t count) const {
    return offset + count > formatted_.size() ? std::string_view()
                                              : formatted_.substr(offset, count);
  }

  std::optional<std::string> text(std::size_t offset) const {
    const auto index = byte(offset);
    if (!index || *index == 0) return std::nullopt;
    std::string_view rest = strings_;
    for (std::int64_t i = 1; i < *index; ++i) {
      const std::size_t end = rest.find('\0');
      if (end == std::string_view::npos) return std::nullopt;
      rest.remove_prefix(end + 1);
    }
    const std::string_view found = trim(rest.substr(0, rest.find('\0')));
    if (found.find_first_not_of('\xff') == std::string_view::npos) return std::nullopt;
    return std::string(found);
  }

 private:
  std::string_view formatted_;
  std::string_view strings_;  // with the NUL behind each, without the one that ends them all
};

std::optional<std::string> named(std::optional<std::string_view> name) {
  if (!name) return std::nullopt;
  return std::string(*name);
}

// DSP0134 7.2.1: from 2.6 on the first three fields are little-endian; before, firmware wrote all
// of it in the order of the text.
std::optional<std::string> uuid_text(std::string_view bytes, SmbiosVersion version) {
  if (bytes.size() != 16 || bytes.find_first_not_of('\0') == std::string_view::npos ||
      bytes.find_first_not_of('\xff') == std::string_view::npos)
    return std::nullopt;
  std::string ordered(bytes);
  if (version >= SmbiosVersion{2, 6}) {
    std::reverse(ordered.begin(), ordered.begin() + 4);
    std::reverse(ordered.begin() + 4, ordered.begin() + 6);
    std::reverse(ordered.begin() + 6, ordered.begin() + 8);
  }
  std::string text = to_hex(ordered);
  for (const std::size_t dash : {8U, 13U, 18U, 23U})
    text.insert(dash, 1, '-');
  return text;
}

SmbiosFirmware read_firmware(const Structure& s) {
  SmbiosFirmware out;
  out.vendor = s.text(0x04);
  out.version = s.text(0x05);
  if (const auto date = s.text(0x08)) out.release_date = firmware_date(*date);
  const auto major = s.byte(0x14);
  const auto minor = s.byte(0x15);
  if (major && minor) out.revision = firmware_revision(*major, *minor);
  return out;
}

SmbiosSystem read_system(const Structure& s, SmbiosVersion version) {
  SmbiosSystem out;
  out.manufacturer = s.text(0x04);
  out.product_name = s.text(0x05);
  out.version = s.text(0x06);
  out.serial_number = s.text(0x07);
  out.uuid = uuid_text(s.bytes(0x08, 16), version);
  out.sku_number = s.text(0x19);
  out.family = s.text(0x1a);
  return out;
}

SmbiosBoard read_board(const Structure& s) {
  SmbiosBoard out;
  out.handle = s.handle();
  if (const auto chassis = s.word(0x0b)) out.chassis_handle = static_cast<std::uint16_t>(*chassis);
  out.hosting = (s.byte(0x09).value_or(0) & 1) != 0;
  out.kind = static_cast<int>(s.byte(0x0d).value_or(0));
  out.manufacturer = s.text(0x04);
  out.product = s.text(0x05);
  out.version = s.text(0x06);
  out.serial_number = s.text(0x07);
  out.asset_tag = s.text(0x08);
  return out;
}

SmbiosChassis read_chassis(const Structure& s) {
  SmbiosChassis out;
  out.handle = s.handle();
  out.manufacturer = s.text(0x04);
  // Bit 7 says that the chassis has a lock.
  out.kind = static_cast<int>(s.byte(0x05).value_or(0) & 0x7f);
  out.type = named(inventory::chassis_type_name(out.kind));
  out.serial_number = s.text(0x07);
  out.asset_tag = s.text(0x08);
  return out;
}

SmbiosProcessor read_processor(const Structure& s) {
  SmbiosProcessor out;
  out.socket = s.text(0x04);
  out.manufacturer = s.text(0x07);
  out.version = s.text(0x10);
  out.populated = (s.byte(0x18).value_or(0) & 0x40) != 0;
  return out;
}

SmbiosMemoryArray read_memory_array(const Structure& s, Smbios& smbios) {
  SmbiosMemoryArray out;
  out.handle = s.handle();
  out.system_memory = s.byte(0x05) == 3;
  out.slots = s.word(0x0d);
  if (out.slots == 0) out.slots.reset();
  if (out.slots && *out.slots > kSlots) {
    smbios.unbelievable.push_back("The SMBIOS memory array says it has " +
                                  std::to_string(*out.slots) + " slots.");
    out.slots.reset();
  }
  return out;
}

// DSP0134 7.18: 0 an empty slot, FFFFh unknown, bit 15 KiB instead of MiB, 7FFFh in 1Ch as MiB.
void read_module_size(const Structure& s, SmbiosMemoryDevice& out, Smbios& smbios) {
  const auto size = s.word(0x0c);
  out.filled = size && *size != 0;
  if (!out.filled || *size == 0xffff) return;
  std::int64_t bytes = (*size & 0x7fff) * ((*size & 0x8000) != 0 ? 1024 : 1024 * 1024);
  if (*size == 0x7fff) bytes = (s.dword(0x1c).value_or(0) & 0x7fffffff) * 1024 * 1024;
  if (bytes == 0) return;
  if (bytes > kModuleBytes) {
    smbios.unbelievable.push_back("The SMBIOS memory device " + out.locator.value_or("") +
                                  " says it has " + std::to_string(bytes) + " bytes.");
    return;
  }
  out.size_bytes = bytes;
}

// 0 is unknown and FFFFh stands for the 32-bit field of SMBIOS 3.3.
std::optional<std::int64_t> read_speed(const Structure& s, std::size_t offset, std::size_t extended,
                                       Smbios& smbios) {
  auto value = s.word(offset);
  if (value == 0xffff) value = s.dword(extended).value_or(0) & 0x7fffffff;
  if (!value || *value == 0) return std::nullopt;
  if (*value > kSpeedMts) {
    smbios.unbelievable.push_back("An SMBIOS memory device says it does " + std::to_string(*value) +
                                  " MT/s.");
    return std::nullopt;
  }
  return value;
}

SmbiosMemoryDevice read_memory_device(const Structure& s, Smbios& smbios) {
  SmbiosMemoryDevice out;
  out.array_handle = static_cast<std::uint16_t>(s.word(0x04).value_or(0xffff));
  out.locator = s.text(0x10);
  out.bank_locator = s.text(0x11);
  read_module_size(s, out, smbios);
  const int type = static_cast<int>(s.byte(0x12).value_or(0));
  out.storage = type >= 0x08 && type <= 0x0c;  // ROM, Flash, EEPROM, FEPROM, EPROM
  out.memory_type = named(memory_type_name(type));
  out.form_factor = named(memory_form_factor_name(static_cast<int>(s.byte(0x0e).value_or(0))));
  out.speed_mts = read_speed(s, 0x15, 0x54, smbios);
  out.configured_speed_mts = read_speed(s, 0x20, 0x58, smbios);
  out.manufacturer = s.text(0x17);
  out.serial_number = s.text(0x18);
  out.asset_tag = s.text(0x19);
  out.part_number = s.text(0x1a);
  return out;
}

void read_structure(const Structure& s, SmbiosVersion version, Smbios& out) {
  switch (s.type()) {
    case 0:
      if (!out.firmware) out.firmware = read_firmware(s);
      break;
    case 1:
      if (!out.system) out.system = read_system(s, version);
      break;
    case 2:
      out.boards.push_back(read_board(s));
      break;
    case 3:
      out.enclosures.push_back(read_chassis(s));
      break;
    case 4:
      out.processors.push_back(read_processor(s));
      break;
    case 16:
      out.memory_arrays.push_back(read_memory_array(s, out));
      break;
    case 17:
      out.memory_devices.push_back(read_memory_device(s, out));
      break;
    default:
      break;
  }
}

std::string damaged_at(std::size_t at, std::string_view why) {
  return "The SMBIOS table is damaged at byte " + std::to_string(at) + ": " + std::string(why) +
         ". What stands before it was read.";
}

// All structures up to the end or the damage.
void read_structures(std::string_view table, const std::optional<SmbiosEntryPoint>& entry,
                     Smbios& out) {
  const SmbiosVersion version = entry ? entry->version : SmbiosVersion{2, 6};
  const bool counted = entry && entry->structure_count;
  bool ended = false;
  std::size_t at = 0;
  while (at < table.size() && out.structures < kStructures) {
    if (counted && out.structures >= static_cast<std::size_t>(*entry->structure_count)) {
      ended = true;
      break;
    }
    const std::string_view rest = table.substr(at);
    const std::size_t length = rest.size() < kHeaderBytes ? 0 : static_cast<unsigned char>(rest[1]);
    if (rest.size() < kHeaderBytes || length > rest.size()) {
      out.damage = damaged_at(at, "it ends within a structure");
      return;
    }
    if (length < kHeaderBytes) {
      out.damage = damaged_at(at, "a structure has length " + std::to_string(length));
      return;
    }
    const std::size_t end = rest.find(std::string_view("\0\0", 2), length);
    const bool last = static_cast<unsigned char>(rest[0]) == kEndOfTable;
    if (end == std::string_view::npos && !last) {
      out.damage = damaged_at(at, "it ends within the texts of a structure");
      return;
    }
    ++out.structures;
    // In a 2.x table that counts its structures, some may stand behind the end mark.
    if (last) ended = true;
    if (last && !(counted && end != std::string_view::npos)) break;
    read_structure(Structure(rest.substr(0, length), rest.substr(length, end + 1 - length)),
                   version, out);
    at += end + 2;
  }
  const bool whole_by_length = entry && version < SmbiosVersion{3, 0} && at == table.size() &&
                               static_cast<std::int64_t>(table.size()) >= entry->table_bytes;
  if (!ended && !whole_by_length) out.damage = damaged_at(at, "it has no end mark");
}

}  // namespace

bool Smbios::is_module(const SmbiosMemoryDevice& device) const {
  if (!device.filled || device.storage) return false;
  const auto array = std::find_if(
      memory_arrays.begin(), memory_arrays.end(),
      [&](const SmbiosMemoryArray& candidate) { return candidate.handle == device.array_handle; });
  return array == memory_arrays.end() || array->system_memory;
}

Smbios parse_smbios(std::string_view table, const std::optional<SmbiosEntryPoint>& entry) {
  Smbios out;
  read_structures(table, entry, out);
  const SmbiosBoard* const board = main_board(out);
  if (board != nullptr) out.board = *board;
  if (const SmbiosChassis* const chassis = main_chassis(out, board)) out.chassis = *chassis;
  return out;
}

}  // namespace muster::agent::collect
