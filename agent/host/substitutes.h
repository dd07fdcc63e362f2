// SPDX-License-Identifier: Apache-2.0
// What stands in a redacted capture instead of a value: of equal length and of the same form, the
// same for the same value, and not to be turned back without the secret, which is made for one
// capture and thrown away. Used by redact.h. Immutable; any thread.
#pragma once
#include <string>
#include <string_view>

namespace muster::agent {

class Substitutes {
 public:
  explicit Substitutes(std::string secret) : secret_(std::move(secret)) {}

  // Digits become digits and letters letters of the same case; a long hexadecimal value stays
  // hexadecimal with its first digit; bytes above 7Fh become "x". Placeholders of firmware ("To Be
  // Filled By O.E.M.", "00000000") stay: they are nobody's, and dealing with them is what captures
  // are for.
  std::string text(std::string_view value) const;
  // 36 characters; version and variant stay. UUIDs that say what a thing is (partition types, EFI
  // variables) stay, and so do all-zero and all-F ones.
  std::string uuid(std::string_view text) const;
  std::string uuid_bytes(std::string_view bytes) const;  // 16, as in SMBIOS (RFC 9562 mixed-endian)
  // 6 bytes; the manufacturer's half stays. All-zero and broadcast stay.
  std::string mac(std::string_view bytes) const;
  // Prefixes of equal addresses stay equal, and as many digits stay as there are. Private, link
  // local, loopback and multicast ranges stay recognisable.
  std::string ipv4(std::string_view bytes) const;  // 4
  std::string ipv6(std::string_view bytes) const;  // 16

 private:
  std::string stream(std::string_view kind, std::string_view value, std::size_t size) const;
  unsigned octet(std::string_view before, unsigned value) const;
  unsigned nibble(std::string_view before, unsigned value, bool leading) const;

  std::string secret_;
};

bool is_placeholder(std::string_view value);

}  // namespace muster::agent
