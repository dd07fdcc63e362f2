// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/storage/scsi_vpd.h"

#include <algorithm>
#include <utility>

#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// The content of page `code`; nullopt when it is another page or shorter than its header. A page
// that says it is longer than what is there is used as far as it goes.
std::optional<std::string_view> content_of(std::string_view page, unsigned code) {
  if (page.size() < 4 || byte_at(page, 1) != code) return std::nullopt;
  const std::size_t length = byte_at(page, 2) << 8 | byte_at(page, 3);
  return page.substr(4, length);
}

struct Designator {
  unsigned type = 0;
  bool binary = false;
  std::string_view value;
};

// Calls `take` for each whole designator of the logical unit itself.
template <class Take>
void for_each_designator(std::string_view page, Take&& take) {
  auto rest = content_of(page, 0x83).value_or(std::string_view());
  while (rest.size() >= 4) {
    const std::size_t length = byte_at(rest, 3);
    if (rest.size() < 4 + length) return;
    const bool of_unit = (byte_at(rest, 1) >> 4 & 3) == 0;  // not of the port or the target
    if (of_unit && length > 0)
      take(Designator{byte_at(rest, 1) & 15, (byte_at(rest, 0) & 15) == 1, rest.substr(4, length)});
    rest.remove_prefix(4 + length);
  }
}

// A text of IDENTIFY DEVICE: the first of two characters is the upper byte of a little-endian word.
std::string identify_text(std::string_view words, std::size_t first, std::size_t last) {
  std::string text(words.substr(2 * first, 2 * (last - first + 1)));
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    std::swap(text[i], text[i + 1]);
  std::replace(text.begin(), text.end(), '\0', ' ');
  return std::string(trim(text));
}

bool only_zeros(std::string_view text) {
  return text.find_first_not_of("0-") == std::string_view::npos;
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::optional<std::string> parse_vpd_serial(std::string_view page) {
  const auto content = content_of(page, 0x80);
  if (!content) return std::nullopt;
  // Firmware pads with blanks or with NUL, in front or behind.
  std::string text(*content);
  std::replace(text.begin(), text.end(), '\0', ' ');
  const std::string_view serial = trim(text);
  if (serial.empty()) return std::nullopt;
  return std::string(serial);
}

std::optional<std::string> parse_vpd_wwn(std::string_view page) {
  constexpr unsigned kEui64 = 2, kNaa = 3;
  std::optional<std::string> naa, eui;
  for_each_designator(page, [&](const Designator& designator) {
    const std::size_t size = designator.value.size();
    if (!designator.binary) return;
    if (designator.type == kNaa && (size == 8 || size == 16)) {
      const auto name = normal_wwn("naa." + to_hex(designator.value));
      if (name && (!naa || name->size() > naa->size())) naa = name;
    }
    if (designator.type == kEui64 && (size == 8 || size == 12 || size == 16) && !eui)
      eui = normal_wwn("eui." + to_hex(designator.value));
  });
  return naa ? naa : eui;
}

std::optional<std::string> parse_vpd_ata_model(std::string_view page) {
  constexpr unsigned kT10 = 1;
  constexpr std::string_view kVendor = "ATA     ";
  constexpr std::size_t kModelBytes = 40;  // IDENTIFY DEVICE, words 27 to 46
  std::optional<std::string> model;
  for_each_designator(page, [&](const Designator& designator) {
    if (designator.type != kT10 || !designator.value.starts_with(kVendor)) return;
    if (designator.value.size() < kVendor.size() + kModelBytes || model) return;
    const std::string_view text = trim(designator.value.substr(kVendor.size(), kModelBytes));
    if (!text.empty()) model = std::string(text);
  });
  return model;
}

std::optional<AtaIdentity> parse_vpd_ata_identity(std::string_view page) {
  constexpr std::size_t kWords = 56;  // in the content: byte 60 of the page
  constexpr std::size_t kSataCapabilities = 76;
  const auto content = content_of(page, 0x89);
  if (!content || content->size() < kWords + 512) return std::nullopt;
  const std::string_view words = content->substr(kWords);
  AtaIdentity identity;
  identity.firmware_revision = identify_text(words, 23, 26);
  identity.model = identify_text(words, 27, 46);
  if (identity.model.empty() && identity.firmware_revision.empty()) return std::nullopt;
  const unsigned capabilities =
      byte_at(words, 2 * kSataCapabilities) | byte_at(words, 2 * kSataCapabilities + 1) << 8;
  identity.sata = capabilities != 0 && capabilities != 0xffff;
  return identity;
}

std::optional<std::string> normal_wwn(std::string_view text) {
  const std::string lower = lower_ascii(trim(text));
  std::string_view name = lower;
  for (const std::string_view kept : {"eui.", "nvme.", "uuid."}) {
    if (!name.starts_with(kept)) continue;
    if (only_zeros(name.substr(kept.size()))) return std::nullopt;
    return lower;
  }
  for (const std::string_view dropped : {"naa.", "0x"}) {
    if (name.starts_with(dropped)) name.remove_prefix(dropped.size());
  }
  if ((name.size() != 16 && name.size() != 32) || !is_hex(name)) return std::nullopt;
  // NAA 3 is given by whoever set the array up; zeros behind the first digit are blank firmware.
  if (name.front() == '3' || only_zeros(name.substr(1))) return std::nullopt;
  return std::string(name);
}

}  // namespace muster::agent::collect
