// SPDX-License-Identifier: Apache-2.0
// A small fleet that lives a random life for tests of history: machines that change, report late,
// lose their clock and are reassigned, and people who edit. It remembers what was answered at many
// moments, and what was true. What it does follows from the seed alone.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/support/clock.h"
#include "common/support/log.h"
#include "server/ingest/ingest.h"
#include "server/store/read_point.h"
#include "server/store/store.h"
#include "tests/support/ingest/reporting_machine.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {

extern const std::vector<std::string> kQueries;

// Empty when the texts are equal; otherwise the first line in which they differ, so that a failure
// can be read.
std::string first_difference(const std::string& expected, const std::string& found);

class World {
 public:
  // kLate: reports wait and come late, clocks jump. kPrompt: the same life from the same seed, but
  // every report arrives as the machine is looked at: what is answered there at a moment is what
  // was true.
  enum class Delivery { kLate, kPrompt };

  World(unsigned seed, Delivery delivery);

  void run(int steps);

  // at=T&known_at=T for every T at which the answers were kept. The same is expected of a later
  // moment as far as it was known at T: nothing that came after T counts.
  void check_as_known();

  // at=T against what the machines really were at T.
  void check_truth();

  // at=T against what a world in which nothing comes late answered at T.
  void check_against(const World& prompt);

  const std::map<std::int64_t, std::string>& kept() const { return kept_; }
  store::Store& store() { return base_.store(); }
  Instant now() const { return base_.clock.now(); }

  // Everything that the API answers about items at a point, except what is kept of the present
  // only.
  static std::string answers(store::Transaction& transaction, const store::ReadPoint& point);

 private:
  std::int64_t pick(std::int64_t below);

  void step();

  void change(ReportingMachine& machine);

  void look(ReportingMachine& machine);

  void edit();

  void reassign();

  void remember();

  static std::int64_t item_count(store::Transaction& transaction);

  static std::string believed(const ReportingMachine& machine);

  // The same text, from the store.
  static std::string record_state(store::Transaction& transaction, std::int64_t record,
                                  const store::ReadPoint& point);

  std::mt19937 random_;
  bool is_prompt_ = false;
  StoreFixture base_;
  Log log_{LogLevel::kError};
  ingest::Ingest ingest_{base_.store(), log_};
  std::vector<std::unique_ptr<ReportingMachine>> machines_;
  std::map<std::int64_t, std::string> kept_;
  std::map<const ReportingMachine*, std::map<std::int64_t, std::string>> truth_;
};

}  // namespace muster::server
