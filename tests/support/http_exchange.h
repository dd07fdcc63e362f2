// SPDX-License-Identifier: Apache-2.0
// One request over TLS to a server of this machine, and its answer: a minimal client that sends
// what it is told and judges nothing.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/raw_client.h"

namespace muster::test {

struct HttpAnswer {
  int status = 0;  // 0: the connection ended without an answer
  std::string head;
  std::string body;

  // A member of the JSON object in the body; empty when it is not there or no text.
  std::string text(std::string_view name) const;
  std::string header(const std::string& name) const;
};

struct HttpAsk {
  std::string method = "GET";
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

std::string to_bytes(const HttpAsk& ask);
HttpAnswer read_answer(RawClient& client);
HttpAnswer exchange(std::uint16_t port, const HttpAsk& ask, const RawTls& tls = {});

}  // namespace muster::test
