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

#include "common/support/text.h"

namespace muster::inventory {
namespace {

// Nothing of any kind.
constexpr std::string_view kNothing[] = {
    "none",
    "(none)",
    "n/a",
    "na",
    "n.a.",
    "nil",
    "null",
    "(null)",
    "(null string)",
    "null string",
    "empty",
    "[empty]",
    "<empty>",
    "blank",
    "absent",
    "unknown",
    "unknow",  // as many boards spell it
    "unkown",
    "<unknown>",
    "unavailable",
    "undefined",
    "unspecified",
    "unset",
    "unprogrammed",
    "invalid",
    "<bad index>",  // dmidecode's own, copied into some firmware
    "<out of spec>",
    "default",
    "default string",
    "default_string",
    "$(default_string)",
    "oem",
    "o.e.m.",
    "oem default string",
    "no initial values",
    "tbd",
    "t.b.d.",
    "xx",
    "xxx",
    "string"};

// Ends of "Not ...", "No ..." and "Unknown ..." that say nothing whatever the field.
constexpr std::string_view kNot[] = {
    "available",   "applicable", "specified", "present",    "provided",  "defined",   "set",
    "settable",    "set yet",    "used",      "programmed", "installed", "supported", "assigned",
    "initialized", "filled",     "known",     "yet set",    "a value",   "populated"};
constexpr std::string_view kNo[] = {"asset tag",     "asset information",
                                    "asset",         "serial",
                                    "serial number", "s/n",
                                    "dimm",          "module installed",
                                    "module",        "part number",
                                    "manufacturer",  "value",
                                    "string",        "enclosure",
                                    "chassis",       "version",
                                    "data",          "info",
                                    "information",   "sku",
                                    "name"};
constexpr std::string_view kUnknown[] = {"product", "product name", "manufacturer",  "vendor",
                                         "model",   "serial",       "serial number", "version",
                                         "board",   "chassis",      "part number",   "asset tag",
                                         "family",  "sku"};

// What makers write to each other; whatever stands behind.
constexpr std::string_view kRemarks[] = {
    "to be filled", "to be set",       "to be defined", "to be determined", "to be updated",
    "to be added",  "filled by",       "fill by",       "o.e.m. to",        "default string",
    "tbd by",       "<default string", "please fill"};

// The names of fields in place of their values ("System Serial Number", "Chassis Manufacture",
// "BaseBoard Asset Tag", "System SKU#"): what a field is of, any number of these, and which it is.
constexpr std::string_view kFieldParts[] = {"system", "baseboard", "board",     "chassis",
                                            "oem",    "module",    "enclosure", "product"};
constexpr std::string_view kFieldWords[] = {"manufacture", "manufacturer", "manufacturername",
                                            "vendor",      "vendorname",   "product",
                                            "productname", "name",         "model",
                                            "modelname",   "version",      "serial",
                                            "serialnumb",  "serialnumber", "sernum",
                                            "assettag",    "assettagnum",  "asset",
                                            "sku",         "sku#",         "skunumber",
                                            "family",      "familyname",   "partnumber",
                                            "partnum",     "location",     "configid",
                                            "serialno"};
// These alone with a number behind are real: "Asset 17", "Model 3", "SKU 20".
constexpr std::string_view kRealWithNumber[] = {"asset",   "serial",   "sku",      "family",
                                                "vendor",  "model",    "name",     "product",
                                                "version", "location", "serialno", "assettag"};
// With a number they stand before a field's name: "Type2 - Board Serial Number", "A1_SerNum0".
constexpr std::string_view kFieldPrefixes[] = {"type", "smbiostype", "array", "dimm", "a", "b"};

constexpr std::string_view kSerialNumbers[] = {"sys-1234567890",
                                               "sys-9876543210",
                                               "sn-12345",
                                               "sn-1234567890",
                                               "mb-1234567890",
                                               "sn-123456fvgv3i0b8o5n6n7k",
                                               "serial number xxxxxx",
                                               "eval",
                                               "iatpass",
                                               "tulip computers",
                                               "123456789000",
                                               "standard",
                                               "x.x",
                                               "-1",
                                               "not",
                                               "test",
                                               "sample",
                                               "dummy",
                                               "qemu",  // a z system or processor of QEMU
                                               "bochs",
                                               "serial no",
                                               "serial no.",
                                               "s/n",
                                               "sn",
                                               "0123456789abcdef",  // of many ARM boards
                                               "123456789abcdef",
                                               "1234567890abcdef",
                                               "deadbeef"};
constexpr std::string_view kAssetTags[] = {
    "asset-1234567890", "no asset", "standard", "x.x", "-1", "tag"};
constexpr std::string_view kNames[] = {"*", "all series", "product", "model", "lenovo product"};
constexpr std::string_view kVersions[] = {"x.x",      "x.xx",          "x.x.x",   "rev x.0x",
                                          "rev x.xx", "rev x.x",       "version", "-1",
                                          "vx.x",     "lenovo product"};

// Of GLPI's list and osquery's, and those that boards of several makers ship with. Byte orders
// differ, so some are listed in both.
constexpr std::string_view kUuids[] = {
    "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
    "6ab5b300-538d-1014-9fb5-b0684d007b53", "00b3b56a-8d53-1410-9fb5-b0684d007b53",
    "01010101-0101-0101-0101-010101010101", "03020100-0504-0706-0809-0a0b0c0d0e0f",
    "10000000-0000-8000-0040-000000000000", "00000010-0000-0080-0040-000000000000",
    "12345678-1234-5678-90ab-cddeefaabbcc", "78563412-3412-7856-90ab-cddeefaabbcc",
    "fefefefe-fefe-fefe-fefe-fefefefefefe", "4c4c4544-0000-2010-8020-80c04f202020",
    "44454c4c-0000-1020-8020-80c04f202020"};

// The lists of GLPI and OCS Inventory; what has the bit of locally administered or group addresses
// is there because they list it.
constexpr std::string_view kMacAddresses[] = {
    "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "fe:ff:ff:ff:ff:ff", "20:41:53:59:4e:ff",
    "02:00:4e:43:50:49", "e2:e6:16:20:0a:35", "d2:0a:2d:a0:04:be", "00:a0:c6:00:00:00",
    "d2:6b:25:2f:2c:e7", "33:50:6f:45:30:30", "0a:00:27:00:00:00", "02:80:37:ec:02:00",
    "50:50:54:50:30:30", "24:b6:20:52:41:53", "00:0b:ca:fe:00:00", "44:45:53:54:00:00",
    "44:45:53:54:00:01", "44:45:53:54:61:6f", "00:01:02:7d:9b:1c", "00:08:a1:46:06:35",
    "00:08:a1:66:e2:1a", "00:09:dd:10:37:68", "00:0f:ea:9a:e2:f0", "00:10:5a:72:71:f3",
    "00:11:11:85:08:8b", "10:11:11:11:11:11"};
// VMware's adapters on the host's side have the same addresses on every host.
constexpr std::string_view kVmwareHostAdapters = "00:50:56:c0:";

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

// Without blanks, dots, dashes and underscores.
std::string letters_and_digits(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char c) { return is_letter(c) || is_digit(c) || c == '#'; });
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

bool has_meaning(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || (static_cast<unsigned char>(c) & 0x80) != 0;
  });
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
      return is_one_of(lower, kSerialNumbers) || is_filling(lower, kSerialDigits);
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
