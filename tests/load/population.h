// SPDX-License-Identifier: Apache-2.0
// The agents of a server: their keys, their certificates, and what they have reported. For large
// fleets they are put into the store directly, before the server starts: the authority of the
// server's data directory issues the certificates, and first reports are taken by the server's own
// ingest code, without TLS. Whoever prints figures says so. Throws std::runtime_error.
#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/load/client.h"
#include "tests/load/fleet.h"

namespace muster::load {

// Ledger: what an agent knows to be taken. Belongs to the thread that serves the agent.
struct LoadAgent {
  std::string id;  // UUID; empty before it is enrolled
  Machine machine;
  std::unique_ptr<Credential> credential;

  struct Waiting {
    std::int64_t sequence = 0;
    std::string body;      // compressed
    bool changes = false;  // it opens or closes rows
  };
  std::deque<Waiting> waiting;    // the spool: sent in order, each until it is acknowledged
  bool in_doubt = false;          // the first of them was sent and its answer never came
  int failures = 0;               // in a row
  std::int64_t acknowledged = 0;  // sequence
  std::vector<std::int64_t> changes_taken;  // acknowledged sequences of reports with changes
};

struct Population {
  std::vector<LoadAgent> agents;
  std::string api_token;   // of an administrator
  std::string join_token;  // for as many agents as a token may have
};

struct PopulationOptions {
  std::filesystem::path data;  // of muster-server, which must not run
  int machines = 0;
  int first_number = 0;  // of the machines
  bool enrolled = true;  // false: nobody has a certificate yet
  bool reported = true;  // false: enrolled only
};

Population make_population(const Fleet& fleet, const PopulationOptions& options);

// What the store has of these agents, against what they know to be taken. Texts of what is wrong,
// at most 20; empty: every acknowledged report is there and all hashes agree.
std::vector<std::string> compare_with_store(const std::filesystem::path& database,
                                            const std::vector<LoadAgent>& agents);
// The store's own rules (server/installation/check_invariants.h), the same way.
std::vector<std::string> check_store(const std::filesystem::path& database);

// The negative control: takes an acknowledged report, the trace of a change and a hash out of the
// store, which compare_with_store must then find.
void lose_something(const std::filesystem::path& database);

}  // namespace muster::load
