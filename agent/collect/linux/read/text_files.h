// SPDX-License-Identifier: Apache-2.0
// Reads short text files for a row that is put together from several, and remembers the first that
// is there and could not be read. Any thread, one at a time.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agent/host/host.h"
#include "common/inventory/status.h"

namespace muster::agent::collect {

// Some editors put U+FEFF in front of a UTF-8 text; it is no part of what the text says.
std::string_view without_byte_order_mark(std::string_view text);

class TextFiles {
 public:
  explicit TextFiles(host::Host& host) : host_(host) {}

  std::optional<std::string> read(std::string_view path);
  // The first line, trimmed; nullopt when blank.
  std::optional<std::string> line(std::string_view path);
  // Something that is there could not be understood; `reason` is a sentence.
  void note(std::string reason);

  host::Host& host() { return host_; }
  // `partial` with the first reason, or `ok`.
  const inventory::ProviderStatus& status() const { return status_; }

 private:
  host::Host& host_;
  inventory::ProviderStatus status_;
};

}  // namespace muster::agent::collect
