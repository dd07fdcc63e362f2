// SPDX-License-Identifier: Apache-2.0
#include "server/query/text_forms.h"

#include <algorithm>

#include "common/support/text.h"

namespace muster::server::query {
namespace {

using inventory::TextKind;

constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
constexpr std::string_view kMacSeparators = ":-. ";
constexpr std::size_t kUuidDigits = 32;
constexpr std::size_t kUuidDashes[] = {8, 13, 18, 23};

bool is_made_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string without(std::string_view text, std::string_view left_out) {
  std::string out;
  for (const char c : text) {
    if (left_out.find(c) == std::string_view::npos) out += c;
  }
  return out;
}

std::string with_colons(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % 2 == 0) out += ':';
    out += digits[i];
  }
  return out;
}

// The one separator that the text uses; '\0' for none; nullopt for several kinds.
std::optional<char> only_separator(std::string_view text) {
  char found = '\0';
  for (const char c : text) {
    if (kMacSeparators.find(c) == std::string_view::npos) continue;
    if (found != '\0' && c != found) return std::nullopt;
    found = c;
  }
  return found;
}

// The digits of an EUI-48, an EUI-64, the 16 bytes of IP over FireWire (RFC 2734) or the 20 of IP
// over InfiniBand (RFC 4391, 9.1.1). Groups have two digits (or one, where a leading zero is left
// out), four (Cisco, Huawei) or six (HP).
std::optional<std::string> mac_digits(std::string_view text) {
  if (!is_made_of(text, std::string(kHexDigits) + std::string(kMacSeparators))) return std::nullopt;
  const auto separator = only_separator(text);
  if (!separator) return std::nullopt;
  std::string digits;
  if (*separator == '\0') {
    digits = text;
  } else {
    const auto groups = split(text, *separator);
    const std::size_t size = std::max<std::size_t>(2, groups.front().size());
    for (const std::string_view group : groups) {
      const bool short_pair = size == 2 && group.size() == 1;
      if (!short_pair && group.size() != size) return std::nullopt;
      digits += (short_pair ? "0" : "") + std::string(group);
    }
    if (size != 2 && size != 4 && size != 6) return std::nullopt;
  }
  constexpr std::size_t kSizes[] = {12, 16, 32, 40};
  if (std::find(std::begin(kSizes), std::end(kSizes), digits.size()) == std::end(kSizes))
    return std::nullopt;
  return lower_ascii(digits);
}

std::optional<TextForms> whole_mac(std::string_view text) {
  const auto digits = mac_digits(text);
  if (!digits) return std::nullopt;
  TextForms out;
  out.same.push_back(with_colons(*digits));
  // An InfiniBand address ends with the port's GUID, and that is what is printed on the card.
  if (digits->size() == 16) out.pieces = {"", ':' + with_colons(*digits)};
  return out;
}

// A pattern of pairs with separators keeps them, so that 00:1b:* does not match in the middle of a
// byte; every other pattern is compared by its digits alone.
std::optional<TextForms> mac_pattern(const std::vector<std::string>& pieces) {
  std::string all;
  for (const std::string& piece : pieces)
    all += piece;
  if (!is_made_of(all, std::string(kHexDigits) + std::string(kMacSeparators))) return std::nullopt;
  const auto separator = only_separator(all);
  if (!separator) return std::nullopt;
  bool pairs = *separator != '\0';
  std::vector<std::string> as_pairs, as_digits;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto groups = split(pieces[i], *separator == '\0' ? ':' : *separator);
    std::string text;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      pairs = pairs && groups[g].size() <= 2;
      const bool bounded = (g > 0 || i == 0) && (g + 1 < groups.size() || i + 1 == pieces.size());
      text += (g > 0 ? ":" : "") + std::string(bounded && groups[g].size() == 1 ? "0" : "") +
              std::string(groups[g]);
    }
    as_pairs.push_back(lower_ascii(text));
    as_digits.push_back(lower_ascii(without(pieces[i], kMacSeparators)));
  }
  TextForms out;
  out.bare = !pairs;
  out.pieces = pairs ? std::move(as_pairs) : std::move(as_digits);
  return out;
}

// The digits of a UUID: with dashes at their places or without any, in braces or as a URN.
std::optional<std::string> uuid_digits(std::string_view text) {
  std::string lower = lower_ascii(text);
  if (lower.starts_with("urn:uuid:")) lower = lower.substr(9);
  if (lower.size() >= 2 && lower.front() == '{' && lower.back() == '}')
    lower = lower.substr(1, lower.size() - 2);
  const std::string digits = without(lower, "-");
  if (digits.size() != kUuidDigits || !is_made_of(digits, kHexDigits)) return std::nullopt;
  if (lower.size() == kUuidDigits) return digits;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const bool dash =
        std::find(std::begin(kUuidDashes), std::end(kUuidDashes), i) != std::end(kUuidDashes);
    if (dash != (lower[i] == '-')) return std::nullopt;
  }
  return digits;
}

std::string with_dashes(std::string digits) {
  for (const std::size_t at : kUuidDashes)
    digits.insert(at, "-");
  return digits;
}

// SMBIOS before 2.6 and some tools write the first three fields of a UUID in reverse byte order.
std::string swapped(std::string_view digits) {
  constexpr std::size_t kFields[][2] = {{0, 8}, {8, 4}, {12, 4}};
  std::string out;
  for (const auto& [begin, length] : kFields) {
    for (std::size_t i = begin + length; i > begin; i -= 2)
      out += digits.substr(i - 2, 2);
  }
  return out + std::string(digits.substr(16));
}

std::optional<TextForms> whole_uuid(std::string_view text, Operator op) {
  const auto digits = uuid_digits(text);
  if (!digits) return std::nullopt;
  TextForms out;
  out.same.push_back(with_dashes(*digits));
  if (op == Operator::kMatch) out.same.push_back(with_dashes(swapped(*digits)));
  return out;
}

// A pattern with dashes is compared as it is, one without by its digits alone.
std::optional<TextForms> uuid_pattern(const std::vector<std::string>& pieces) {
  TextForms out;
  out.bare = true;
  for (const std::string& piece : pieces) {
    out.pieces.push_back(lower_ascii(without(piece, "{}")));
    if (!is_made_of(out.pieces.back(), std::string(kHexDigits) + '-')) return std::nullopt;
    out.bare = out.bare && piece.find('-') == std::string::npos;
  }
  return out;
}

TextForms whole_volume(std::string_view text) {
  constexpr std::size_t kFatDigits = 8;
  if (const auto digits = uuid_digits(text)) return {.same = {with_dashes(*digits)}};
  TextForms out{.same = {lower_ascii(text)}};
  if (text.size() == kFatDigits) out.same.push_back(lower_ascii(text).insert(4, "-"));
  return out;
}

std::optional<TextForms> machine_id(const std::vector<std::string>& pieces) {
  TextForms out;
  for (const std::string& piece : pieces) {
    std::string digits = lower_ascii(without(piece, "-{}"));
    if (!is_made_of(digits, kHexDigits)) return std::nullopt;
    out.pieces.push_back(std::move(digits));
  }
  if (out.pieces.size() > 1) return out;
  if (out.pieces.front().size() != kUuidDigits) return std::nullopt;
  out.same = std::move(out.pieces);
  out.pieces.clear();
  return out;
}

std::optional<TextForms> whole_ip(std::string_view text, Operator op) {
  TextForms out;
  if (text.find('/') != std::string_view::npos) {
    out.network = parse_network(text);
    if (!out.network || op == Operator::kNotEqual) return std::nullopt;
    return out;
  }
  const auto address = parse_ip(text);
  if (!address) return std::nullopt;
  out.same.push_back(to_text(*address));
  if (address->is_v4) out.same.push_back("::ffff:" + out.same.front());
  return out;
}

// Groups of IPv6 between colons lose their leading zeros, as in the stored form.
std::optional<TextForms> ip_pattern(const std::vector<std::string>& pieces) {
  TextForms out;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!is_made_of(pieces[i], std::string(kHexDigits) + ".:")) return std::nullopt;
    const auto groups = split(pieces[i], ':');
    std::string text;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      std::string_view group = groups[g];
      const bool bounded = (g > 0 || i == 0) && (g + 1 < groups.size() || i + 1 == pieces.size());
      while (groups.size() > 1 && bounded && group.size() > 1 && group.front() == '0')
        group.remove_prefix(1);
      text += (g > 0 ? ":" : "") + std::string(group);
    }
    out.pieces.push_back(lower_ascii(text));
  }
  return out;
}

}  // namespace

bool has_forms(TextKind kind) {
  return kind == TextKind::kIpAddress || kind == TextKind::kMacAddress || kind == TextKind::kUuid ||
         kind == TextKind::kVolumeUuid || kind == TextKind::kMachineId;
}

std::optional<TextForms> text_forms(TextKind kind, const Literal& literal, Operator op) {
  std::vector<std::string> pieces = literal.pieces;
  if (op == Operator::kSubstring) pieces = {"", literal.text, ""};
  const bool whole = pieces.size() == 1;
  switch (kind) {
    case TextKind::kIpAddress:
      return whole ? whole_ip(pieces.front(), op) : ip_pattern(pieces);
    case TextKind::kMacAddress:
      return whole ? whole_mac(pieces.front()) : mac_pattern(pieces);
    case TextKind::kUuid:
      return whole ? whole_uuid(pieces.front(), op) : uuid_pattern(pieces);
    case TextKind::kMachineId:
      return machine_id(pieces);
    case TextKind::kVolumeUuid:
      if (whole) return whole_volume(pieces.front());
      for (std::string& piece : pieces)
        piece = lower_ascii(piece);
      return TextForms{.pieces = std::move(pieces)};
    default:
      return std::nullopt;
  }
}

std::string_view separator_of(TextKind kind) {
  if (kind == TextKind::kMacAddress) return ":";
  return kind == TextKind::kUuid ? "-" : "";
}

std::string_view name_of(TextKind kind) {
  switch (kind) {
    case TextKind::kIpAddress:
      return "an IP address";
    case TextKind::kMacAddress:
      return "a hardware address";
    case TextKind::kUuid:
      return "a UUID";
    default:
      return "a machine id";
  }
}

std::string_view expected_form(TextKind kind) {
  switch (kind) {
    case TextKind::kIpAddress:
      return "an address such as 10.168.0.7 or 2001:db8::1, a network such as 10.168.0.0/24 (after "
             ": "
             "or =), or a part with *, such as 10.168.*";
    case TextKind::kMacAddress:
      return "6, 8, 16 or 20 bytes such as 00:1b:21:a1:00:01, 00-1B-21-A1-00-01, 001b.21a1.0001 or "
             "001b21a10001, or a part with *, such as 00:1b:21:*";
    case TextKind::kUuid:
      return "32 hexadecimal digits such as 4c4c4544-0031-3510-8052-b4c04f4e3732, with or without "
             "dashes, or a part with *";
    default:
      return "32 hexadecimal digits, or a part with *";
  }
}

bool reads_as(TextKind kind, const Literal& word) {
  constexpr std::ptrdiff_t kVendorDigits = 6;
  if (!text_forms(kind, word, Operator::kMatch)) return false;
  if (!word.has_wildcard()) return true;
  const auto count = [&](std::string_view wanted) {
    return std::count_if(word.text.begin(), word.text.end(),
                         [&](char c) { return wanted.find(c) != std::string_view::npos; });
  };
  if (kind == TextKind::kMacAddress)
    return count(":-") >= 2 || (count("0123456789") > 0 && count(kHexDigits) >= kVendorDigits);
  if (kind == TextKind::kIpAddress) return count(".") >= 2 || count(":") >= 2;
  return count("-") >= 1 && count(kHexDigits) >= kVendorDigits;
}

bool fits(std::string_view text, const std::vector<std::string>& pieces) {
  if (pieces.size() == 1) return text == pieces.front();
  if (!text.starts_with(pieces.front())) return false;
  text.remove_prefix(pieces.front().size());
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    const std::size_t at = text.find(pieces[i]);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + pieces[i].size());
  }
  return text.ends_with(pieces.back());
}

bool ip_fits(const TextForms& forms, std::string_view stored) {
  const auto address = parse_ip(stored);
  if (forms.network) return address && contains(*forms.network, *address);
  return fits(lower_ascii(stored), forms.pieces) ||
         (address && fits(uncompressed(*address), forms.pieces));
}

}  // namespace muster::server::query
