// SPDX-License-Identifier: Apache-2.0
// Replaces in text what looks like an address or a UUID, and values that are known to be private.
// Used by redact.h. Filled first, then used; any thread may use it.
#pragma once
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/host/substitutes.h"

namespace muster::agent::host {

enum class TextPlace {
  kContent,   // everything is replaced
  kFirmware,  // no IP addresses: versions of firmware look like them
  kPath,      // no names of hosts and people, which may be any word of a path, but in /home
};

// Letters, digits and bytes above 7Fh.
bool is_word_byte(char c);
bool word_byte_at(std::string_view text, std::size_t at);  // false behind the end

class TextRedaction {
 public:
  explicit TextRedaction(const Substitutes& substitutes) : substitutes_(substitutes) {}

  // A serial number; the name of a person or of a host without its domain; a host's name with it;
  // a domain.
  enum class Kind { kIdentifier, kName, kHostName, kDomain };
  void add(std::string_view value, Kind kind);

  std::string operator()(std::string_view text, TextPlace place) const;

 private:
  struct Known {
    std::string lower;
    Kind kind;
    bool doubled = false;  // dashes written twice, as LVM does in names of device mapper
    bool telling = false;  // short, but found in paths
  };

  void add_known(std::string_view value, Kind kind, bool doubled);
  std::string substitute(std::string_view text, const Known& known) const;

  // Each appends the substitute of what begins at `at` and returns its size; 0: nothing does.
  std::size_t uuid(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t mac(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t plain_mac(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t long_address(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t person(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t ipv4(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t ipv6(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t known(std::string_view text, std::size_t at, TextPlace place, std::string& out) const;
  std::size_t pattern(std::string_view text, std::size_t at, TextPlace place,
                      std::string& out) const;

  const Substitutes& substitutes_;
  std::map<std::string, std::vector<Known>, std::less<>> known_;  // by the first two bytes
};

}  // namespace muster::agent::host
