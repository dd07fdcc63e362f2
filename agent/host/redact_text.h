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

namespace muster::agent {

enum class TextPlace {
  kContent,   // everything is replaced
  kFirmware,  // no IP addresses: versions of firmware look like them
  kPath,      // neither names of hosts and people, which may be any word of a path
};

class TextRedaction {
 public:
  explicit TextRedaction(const Substitutes& substitutes) : substitutes_(substitutes) {}

  enum class Kind { kIdentifier, kName };  // a serial number; the name of a host or a person
  void add(std::string_view value, Kind kind);

  std::string operator()(std::string_view text, TextPlace place) const;

 private:
  struct Known {
    std::string lower;
    Kind kind;
  };

  // Each appends the substitute of what begins at `at` and returns its size; 0: nothing does.
  std::size_t uuid(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t mac(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t plain_mac(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t ipv4(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t ipv6(std::string_view text, std::size_t at, std::string& out) const;
  std::size_t known(std::string_view text, std::size_t at, TextPlace place, std::string& out) const;
  std::size_t pattern(std::string_view text, std::size_t at, TextPlace place,
                      std::string& out) const;

  const Substitutes& substitutes_;
  std::map<std::string, std::vector<Known>, std::less<>> known_;  // by the first two bytes
};

}  // namespace muster::agent
