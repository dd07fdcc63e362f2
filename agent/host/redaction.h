// SPDX-License-Identifier: Apache-2.0
// The work of redact(): it learns from all entries which values are private (redact_learn.cpp),
// then replaces them in each (redact.cpp, which has the order of the passes). Used by redact.h
// alone. Filled by one thread, then any thread may use it.
#pragma once
#include <bit>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/host/capture_format.h"
#include "agent/host/redact_text.h"
#include "agent/host/substitutes.h"

namespace muster::agent::host {

class Redaction {
 public:
  explicit Redaction(std::string secret) : substitutes_(std::move(secret)), text_(substitutes_) {}

  // For all entries first: whether a name is a person's depends on the accounts.
  void learn_accounts(const CaptureEntry& entry);
  void learn(const CaptureEntry& entry);
  void learn_networks();  // last: the byte order of the machine must be known
  CaptureEntry apply(CaptureEntry entry) const;

 private:
  void learn_identifier(std::string_view value);
  void learn_name(std::string_view value);
  void learn_host_name(std::string_view value);
  void learn_identifier_lines(std::string_view text);
  void learn_people(std::string_view passwd);
  void learn_members(std::string_view group);
  void learn_mounts(std::string_view mounts);
  void learn_name_service(std::string_view path, std::string_view text);

  std::string path(std::string_view subject) const;
  std::string names(std::string_view directory, std::string_view answer) const;
  std::string content(std::string_view subject, std::string_view bytes) const;
  std::string mounts(std::string_view text) const;
  std::string mount_field(std::string_view field) const;
  std::string failure_message(std::string_view subject, std::string_view message) const;
  std::string device_identifiers(std::string_view page) const;
  std::string interface_address(std::string_view text) const;
  std::string hex_addresses(std::string_view text, bool network_order) const;
  static std::string environment(std::string_view bytes);
  static std::string without_secrets(std::string text);

  Substitutes substitutes_;
  TextRedaction text_;
  std::set<std::string, std::less<>> system_accounts_;
  std::set<std::string, std::less<>> mounted_;  // mount points and what is mounted
  std::set<std::string, std::less<>> devices_;  // what is mounted, without the folder
  std::optional<std::endian> machine_order_;
  std::string routes_;
  std::vector<std::string> netlink_addresses_;

  std::endian byte_order() const;
};

}  // namespace muster::agent::host
