// SPDX-License-Identifier: Apache-2.0
// A world for the command line without a network, a terminal or a home: answers are laid out before
// by method and path, requests are kept, streams are texts.
#pragma once
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <sstream>
#include <string>
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
  FixedClock clock;

  void answer(const std::string& line, int status, const std::string& body, Headers headers = {}) {
    replies[line] = {status, std::move(headers), body};
  }

  int run(const std::vector<std::string>& arguments, const std::string& input = {}) {
    in = std::istringstream(input);
    out = std::ostringstream();
    error = std::ostringstream();
    World world{in,
                out,
                error,
                [this](const std::string& name) {
                  const auto found = environment.find(name);
                  return found == environment.end() ? std::nullopt
                                                    : std::optional<std::string>(found->second);
                },
                clock,
                terminal,
                [this](const Connection&) { return std::make_unique<Client>(*this); },
                [](const std::string&) { return std::string("typed"); }};
    return muster::cli::run(arguments, world);
  }

 private:
  struct Client final : ApiClient {
    explicit Client(FakeWorld& world_) : world(world_) {}
    ApiReply exchange(const ApiRequest& request) override {
      world.requests.push_back(request);
      const auto found = world.replies.find(request.method + ' ' + request.path);
      if (found == world.replies.end())
        throw Problem(kUnreachable, "nobody answers " + request.method + ' ' + request.path);
      return found->second;
    }
    FakeWorld& world;
  };
};

}  // namespace muster::cli
