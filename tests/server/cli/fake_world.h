// SPDX-License-Identifier: Apache-2.0
// A world for the command line without a network, a terminal or a home: answers are laid out before
// by method and path, requests are kept, streams are texts.
#pragma once
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "server/cli/run.h"

namespace muster::cli {

class FixedClock final : public Clock {
 public:
  Instant now() const override { return *parse_rfc3339("2026-11-23T10:00:00Z"); }
  std::int64_t boottime_ms() const override { return 0; }
};

struct FakeWorld {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream error;
  std::map<std::string, std::string> environment = {{"MUSTER_SERVER", "https://cmdb.test:8443"},
                                                    {"MUSTER_TOKEN", "secret"}};
  std::map<std::string, ApiReply> replies;  // "GET /api/v1/items?limit=50"
  std::vector<ApiRequest> requests;
  Terminal terminal;
  bool out_fails = false;    // standard output takes nothing
  bool reader_left = false;  // because nobody reads it
  FixedClock clock;

  void answer(const std::string& line, int status, const std::string& body, Headers headers = {}) {
    replies[line] = {status, std::move(headers), body};
  }

  int run(const std::vector<std::string>& arguments, const std::string& input = {});

 private:
  struct Client;
};

}  // namespace muster::cli
