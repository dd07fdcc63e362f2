// SPDX-License-Identifier: Apache-2.0
//
// A text is compared in lower case. It is a placeholder when it is in the list of all kinds or in
// that of its own, begins as makers' remarks to each other do ("to be filled by ..."), has no
// letter and no digit, or is a field's own name with a number ("SerNum0", "A1_PartNum1"). Serial
// numbers and asset tags also when their letters and digits are one character all through or count
// up or down.
#include "common/inventory/placeholders.h"

#include <algorithm>
#include <span>

#include "common/inventory/placeholder_lists.h"
#include "common/support/text.h"

namespace muster::inventory {
namespace {

using namespace placeholder_lists;

bool is_one_of(std::string_view text, std::span<const std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

// "not available", "Not-Specified", "no asset tag", "unknown product".
bool is_denial(std::string_view text) {
  const auto behind = [&](std::string_view word, std::span<const std::string_view> ends) {
    if (!text.starts_with(word) || text.size() <= word.size()) return false;
    const char gap = text[word.size()];
    if (gap != ' ' && gap != '-' && gap != '_') return false;
    std::string end(trim(text.substr(word.size() + 1)));
    std::replace(end.begin(), end.end(), '_', ' ');
    while (end.ends_with('.') || end.ends_with('!'))
      end.pop_back();
    return is_one_of(end, ends);
  };
  return behind("not", kNot) || behind("no", kNo) || behind("unknown", kUnknown) ||
         behind("unknow", kUnknown) || behind("undefined", kUnknown) || behind("invalid", kUnknown);
}

bool is_not_ascii(char c) {
  return (static_cast<unsigned char>(c) & 0x80) != 0;
}

// Without blanks, dots, dashes and underscores.
std::string letters_and_digits(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char c) { return is_letter(c) || is_digit(c) || c == '#' || is_not_ascii(c); });
  return out;
}

std::string_view without_prefix(std::string_view word) {
  for (const std::string_view prefix : kFieldPrefixes) {
    if (!word.starts_with(prefix)) continue;
    const std::string_view numbered = word.substr(prefix.size());
    const std::size_t rest = numbered.find_first_not_of("0123456789");
    if (rest != 0 && rest != std::string_view::npos) return numbered.substr(rest);
  }
  return word;
}

std::string_view without_parts(std::string_view word) {
  for (const std::string_view part : kFieldParts) {
    if (word.size() > part.size() && word.starts_with(part) && !is_one_of(word, kFieldWords))
      return without_parts(word.substr(part.size()));
  }
  return word;
}

bool is_field_name(std::string_view text) {
  std::string_view name = text;
  constexpr std::size_t kNumberDigits = 2;  // "Vendor Name1", "ModulePartNumber00"
  while (text.size() - name.size() < kNumberDigits && !name.empty() && is_digit(name.back()))
    name.remove_suffix(1);
  const bool numbered = name.size() < text.size();
  if (numbered && (name.empty() || !is_letter(name.back()))) return false;
  const std::string marks = letters_and_digits(name);
  if (numbered && is_one_of(marks, kRealWithNumber)) return false;
  return is_one_of(without_parts(without_prefix(marks)), kFieldWords);
}

// One character all through ("0000-0000", "xxxxxxx"), or digits in their order from 0 or 1 upwards
// or from 9 downwards, also behind a few letters ("SSN12345678901234567" of ASUS).
bool is_filling(std::string_view text, std::size_t least_digits) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  const std::string marks = letters_and_digits(text);
  if (marks.empty()) return true;
  if (marks.find_first_not_of(marks.front()) == std::string::npos) return true;
  constexpr std::string_view kUp = "0123456789012345678901234567890123456789";
  constexpr std::string_view kDown = "98765432109876543210";
  constexpr std::size_t kCertain = 10;  // digits that no maker gives out behind letters
  constexpr std::size_t kPrefix = 5;
  std::string_view digits = marks;
  std::size_t least = least_digits;
  if (const std::size_t first = digits.find_first_of("0123456789");
      first != 0 && first <= kPrefix) {
    digits.remove_prefix(first);
    least = kCertain;
  }
  if (digits.size() < least) return false;
  return kUp.starts_with(digits) || kUp.substr(1).starts_with(digits) || kDown.starts_with(digits);
}

bool is_version_number(std::string_view text) {
  constexpr std::size_t kMostBytes = 5;
  if (text.size() > kMostBytes || text.size() % 2 == 0 || text.size() == 1) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 2 == 0 ? !is_digit(text[i]) : text[i] != '.') return false;
  }
  return true;
}

bool has_meaning(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || is_not_ascii(c); });
}

// Erased flash reads as FFh all through.
bool is_erased(std::string_view text) {
  return text.find_first_not_of('\xff') == std::string_view::npos;
}

}  // namespace

bool is_placeholder(std::string_view text, FirmwareText kind) {
  const std::string lower = lower_ascii(trim(text));
  if (!has_meaning(lower) || is_erased(lower)) return true;
  if (is_one_of(lower, kNothing) || is_denial(lower) || is_field_name(lower)) return true;
  if (std::any_of(std::begin(kRemarks), std::end(kRemarks),
                  [&](std::string_view remark) { return lower.starts_with(remark); }))
    return true;
  const bool only_x = lower.find_first_not_of("x. -") == std::string::npos && lower.size() > 1;
  if (only_x) return true;
  constexpr std::size_t kSerialDigits = 5;  // "12345" is the shortest of the published lists
  constexpr std::size_t kTagDigits = 9;
  switch (kind) {
    case FirmwareText::kSerialNumber:
      // Zeros and ones, and "1.0.0": GLPI's /^(0|1)+$/ and /\d\.\d(\.\d)?/.
      return is_one_of(lower, kSerialNumbers) || is_filling(lower, kSerialDigits) ||
             lower.find_first_not_of("01") == std::string::npos || is_version_number(lower);
    case FirmwareText::kAssetTag:
      if (is_one_of(lower, kAssetTags)) return true;
      // "7" and "12345" are tags that people give out; a row of zeros is not.
      return lower.find_first_not_of("0 -") == std::string::npos ||
             (lower.size() >= kTagDigits && is_filling(lower, kTagDigits));
    case FirmwareText::kName:
      return is_one_of(lower, kNames);
    case FirmwareText::kVersion:
      return is_one_of(lower, kVersions);
  }
  return false;
}

std::optional<std::string> known_text(std::string_view text, FirmwareText kind) {
  if (is_placeholder(text, kind)) return std::nullopt;
  return std::string(trim(text));
}

bool is_placeholder_uuid(std::string_view uuid) {
  const std::string lower = lower_ascii(uuid);
  if (!is_uuid(lower) || is_one_of(lower, kUuids)) return true;
  std::string digits;
  std::copy_if(lower.begin(), lower.end(), std::back_inserter(digits),
               [](char c) { return c != '-'; });
  return digits.find_first_not_of(digits.front()) == std::string::npos;
}

bool is_shared_mac_address(std::string_view address) {
  const std::string lower = lower_ascii(address);
  return is_one_of(lower, kMacAddresses) || lower.starts_with(kVmwareHostAdapters);
}

}  // namespace muster::inventory
