// SPDX-License-Identifier: Apache-2.0
#include "tests/server/cli/fake_world.h"

#include <memory>
#include <optional>

namespace muster::cli {

struct FakeWorld::Client final : ApiClient {
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

int FakeWorld::run(const std::vector<std::string>& arguments, const std::string& input) {
  in = std::istringstream(input);
  out = std::ostringstream();
  error = std::ostringstream();
  if (out_fails) out.setstate(std::ios::badbit);
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
              [](const std::string&) { return std::string("typed"); },
              [this] { return reader_left; }};
  return muster::cli::run(arguments, world);
}

}  // namespace muster::cli
