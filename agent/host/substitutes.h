// SPDX-License-Identifier: Apache-2.0
// What stands in a redacted capture instead of a value: of equal length and of the same form, the
// same for the same value, and not to be turned back without the secret, which is made for one
// capture and thrown away. Used by redact.h. Immutable; any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace muster::agent::host {

class Substitutes {
 public:
  explicit Substitutes(std::string secret) : secret_(std::move(secret)) {}

  // Digits become digits and letters letters of the same case; a long hexadecimal value stays
  // hexadecimal with its first digit; bytes above 7Fh become "x". Placeholders of firmware ("To Be
  // Filled By O.E.M.", "00000000") stay: they are nobody's, and dealing with them is what captures
  // are for.
  std::string text(std::string_view value) const;
  // The same for names of people and hosts, of which only short ones stay.
  std::string name(std::string_view value) const;
  // A host's name part by part, so that "web-17.example.com" begins with the substitute of "web-17"
  // and ends with that of "example.com". Of the host's own part what name() leaves and
  // what is_common_name() knows stays.
  std::string host_name(std::string_view name) const;
  std::string domain(std::string_view name) const;
  // 36 characters; version and variant stay. UUIDs that say what a thing is (partition types, EFI
  // variables) stay, and so do all-zero and all-F ones.
  std::string uuid(std::string_view text) const;
  std::string uuid_bytes(std::string_view bytes) const;  // 16, as in SMBIOS (RFC 9562 mixed-endian)
  // 6 bytes; the manufacturer's half stays. All-zero and broadcast stay.
  std::string mac(std::string_view bytes) const;
  // An interface's address of any length: 8 bytes are an EUI-64, of which the manufacturer's three
  // stay; 20 are InfiniBand's, which end with one (RFC 4391, 9.1.1); 4 and 16 are IP addresses, as
  // tunnels have them.
  std::string hardware_address(std::string_view bytes) const;
  // Prefixes of equal addresses stay equal, whole octets or digits of them, and as many digits stay
  // as there are. Private, link local, loopback and multicast ranges stay recognisable, masks and
  // the ends of networks as they are.
  std::string ipv4(std::string_view bytes) const;  // 4
  std::string ipv6(std::string_view bytes) const;  // 16
  // A network whose prefix ends inside an octet: its addresses then stay in one network, for which
  // the bits of that octet that belong to the prefix stay. Others change nothing.
  void add_network(std::string_view bytes, unsigned prefix_length);

 private:
  // The octet in which a prefix ends: the octets before it, and the bits of the prefix.
  struct Split {
    std::string before;
    unsigned value = 0;
    unsigned mask = 0;
    friend bool operator==(const Split&, const Split&) = default;
  };

  std::string letters(std::string_view value) const;
  std::vector<Split> splits_behind(std::string_view before) const;
  std::string stream(std::string_view kind, std::string_view value, std::size_t size) const;
  unsigned octet(std::string_view before, unsigned value) const;
  unsigned nibble(std::string_view before, unsigned value, bool leading) const;

  std::string secret_;
  std::vector<Split> splits_;
};

// What text() leaves: too short, or of the table in common/inventory/placeholders.h.
bool is_placeholder(std::string_view value);
// Names of hosts and accounts that say nothing of whoever has them: localhost, debian, admin.
bool is_common_name(std::string_view name);
// How much at the beginning of an identifier says what it is: "naa.", "wwn-0x", "mpath-3".
std::size_t identifier_prefix_bytes(std::string_view value);

}  // namespace muster::agent::host
