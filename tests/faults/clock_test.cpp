// SPDX-License-Identifier: Apache-2.0
// The server's clock is wrong for a while (abuse case 30), and the server stands still for a while.
// Time is set for the whole process by libfaketime, so this does not run under sanitizers, which
// want to be loaded first.
#include <catch2/catch.hpp>
#include <iostream>
#include <thread>

#include "common/support/text.h"
#include "server/store/sqlite.h"
#include "tests/faults/fault_server.h"
#include "tests/faults/simulated_agent.h"

namespace muster::test {
namespace {

constexpr const char* kLibrary = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;
#elif defined(__has_feature)
constexpr bool kIsSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kIsSanitized = false;
#endif

}  // namespace

TEST_CASE("a clock that is wrong for a while loses nothing and closes nothing", "[faults][clock]") {
  if (kIsSanitized) {
    std::cout << "not run: libfaketime and a sanitizer cannot be loaded together\n";
    return;
  }
  REQUIRE(std::filesystem::exists(kLibrary));
  const TemporaryFolder folder;
  FaultServer server(folder.path());
  REQUIRE(server.init().code == 0);
  REQUIRE(server.start());
  SimulatedAgent agent("loom");
  REQUIRE(agent.enroll(server, server.join_code()));
  REQUIRE(agent.cycle(server));
  REQUIRE(server.stop() == 0);
  for (const char* offset : {"-1h", "-3650d", "+3650d"}) {
    INFO("FAKETIME=" << offset);
    server.forget_session();
    if (server.start({std::string("LD_PRELOAD=") + kLibrary, std::string("FAKETIME=") + offset,
                      "FAKETIME_DONT_FAKE_MONOTONIC=1"})) {
      agent.change();
      agent.cycle(server);
      std::cout << "clock " << offset << ": the report was answered " << agent.last_status()
                << "\n";
      server.stop();
    } else {
      std::cout << "clock " << offset << ": the server does not start\n";
    }
    REQUIRE(server.start());
    agent.cycle(server);
    CHECK(agent.cycle(server));
    SimulatedAgent fresh(std::string("after") + offset);
    CHECK(fresh.enroll(server, server.join_code()));
    CHECK(fresh.cycle(server));
    CHECK(server.stop() == 0);
    const Ended doctor = server.doctor();
    // What the doctor may say is that there are changes of the future.
    for (const std::string_view line : lines(doctor.out)) {
      if (line.starts_with("FAILED"))
        CHECK_THAT(std::string(line), Catch::StartsWith("FAILED  clock"));
    }
    const auto database = server::open_sqlite((server.data() / "muster.db").string(), false);
    const auto session = database->connect(true, 0);
    CHECK(agent.missing_in(*session, true) == "");
    CHECK(fresh.missing_in(*session, true) == "");
    // Nothing was closed by the clock: the packages of the machine are as many as ever.
    CHECK(session->find_integer("SELECT COUNT(*) FROM section_packages WHERE until IS NULL")
              .value_or(0) >= 20);
  }
}

TEST_CASE("a server that stands still for a while takes up where it was", "[faults][clock]") {
  const TemporaryFolder folder;
  FaultServer server(folder.path());
  REQUIRE(server.init().code == 0);
  REQUIRE(server.start());
  SimulatedAgent agent("loom");
  REQUIRE(agent.enroll(server, server.join_code()));
  for (int i = 0; i < 3; ++i) {
    agent.change();
    server.pause();
    std::thread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      server.resume();
    });
    const bool taken = agent.cycle(server);
    later.join();
    CHECK(taken);
  }
  CHECK(server.stop() == 0);
  CHECK(server.doctor().code == 0);
  const auto database = server::open_sqlite((server.data() / "muster.db").string(), false);
  CHECK(agent.missing_in(*database->connect(true, 0), true) == "");
}

}  // namespace muster::test
