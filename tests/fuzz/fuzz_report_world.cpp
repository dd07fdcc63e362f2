// SPDX-License-Identifier: Apache-2.0
// A machine and a server that live through what the input says, a byte an event: software comes and
// goes, sources fail, reports wait, arrive twice or late, the agent is restored from a copy, clocks
// jump. In the end the server holds what the agent has, and every invariant.
#include "server/installation/check_invariants.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/ingest/reporting_machine.h"
#include "tests/support/store/temporary_store.h"

using namespace muster;
using namespace muster::server;
using muster::fuzz::require;

namespace {

constexpr std::size_t kEvents = 60;

struct World {
  TemporaryStore store;
  Log log{LogLevel::kError, [](LogLevel, const std::string&) {}};
  ingest::Ingest ingest{*store, log};
};

// One store for many lives: each input has a machine of its own, and a store that has seen many is
// made anew.
World& world() {
  static World* current = nullptr;
  static int lives = 0;
  if (current == nullptr || ++lives % 300 == 0) {
    delete current;
    current = new World;
  }
  return *current;
}

void change(ReportingMachine& machine, unsigned what) {
  const std::string name = "p" + std::to_string(what % 5);
  switch (what % 8) {
    case 0:
    case 1:
      machine.install(name, std::to_string(what));
      break;
    case 2:
      machine.packages.erase(name);
      break;
    case 3:
      machine.statuses["dpkg"] = {static_cast<inventory::Status>(what / 8 % 7), "of the fuzzer"};
      break;
    case 4:
      machine.statuses.clear();
      break;
    case 5:
      machine.os.version = std::to_string(what);
      break;
    case 6:
      if (what % 16 == 14)
        machine.users.clear();  // the section is no longer reported
      else
        machine.users["u"] = {.name = "u" + std::to_string(what % 3)};
      break;
    default:
      machine.disks["d"].identifier = "serial:" + std::to_string(what % 4);
      machine.disks["d"].size_bytes = what;
      break;
  }
}

struct Life {
  World& world;
  ReportingMachine machine{*world.store, world.ingest, "fuzz"};

  void live(unsigned event) {
    switch (event % 10) {
      case 0:
      case 1:
      case 2:
      case 3:
        change(machine, event / 10 + event % 10 * 26);
        break;
      case 4:
        machine.collect();
        break;
      case 5:
        machine.collect();
        machine.deliver();
        break;
      case 6:  // the last report, once more
        if (!machine.last_json.empty()) static_cast<void>(again(machine.last_json));
        break;
      case 7:
        world.store.pass(60'000 * static_cast<std::int64_t>(event));
        if (event > 200) machine.reboot();
        break;
      case 8:
        machine.clock_error_ms = (static_cast<std::int64_t>(event) - 128) * 3'600'000;
        break;
      default:  // a report that waits is lost with the disk, or all that the agent remembers is
        if (event > 200) forget();
        if (!machine.queued_.empty()) machine.queued_.pop_front();
        break;
    }
  }
  // Restored from a copy of before its first report: what a failing source said is kept by the
  // server alone from now on.
  void forget() {
    machine.queued_.clear();
    machine.believed_.clear();
    machine.sequence = 0;
  }
  std::string again(const std::string& json) {
    try {
      return wire::to_json(world.ingest.report(machine.agent_id, json, "192.0.2.7"));
    } catch (const Error& error) {
      require(static_cast<int>(error.status) < 500);
      return error.code;
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World& here = world();
  Life life{here};
  for (std::size_t i = 0; i < size && i < kEvents; ++i)
    life.live(data[i]);
  // At most three cycles bring both together, whatever was lost on the way.
  wire::Reply reply;
  for (int cycle = 0; cycle < 3; ++cycle) {
    here.store.pass(900'000);
    life.machine.collect();
    reply = life.machine.deliver();
  }
  require(reply.send_full.empty() && !reply.send_hashes && reply.refused.empty());
  here.store->read([](store::Transaction& transaction) {
    for (const store::InvariantCheck& check : installation::check_invariants(transaction))
      require(check.ok());
  });
  return 0;
}
