// SPDX-License-Identifier: Apache-2.0
// Every fault point of the server in turn: a crash, an error, a full disk, once and always. CI
// takes a fixed sample (whole_loop.h).
#include <catch2/catch.hpp>
#include <functional>
#include <iostream>
#include <map>
#include <set>

#include "common/support/text.h"
#include "tests/faults/active_fault.h"
#include "tests/faults/scene.h"
#include "tests/faults/walked_points.h"
#include "tests/support/whole_loop.h"

namespace muster::test {
namespace {

struct PointStep {
  const char* name;
  std::function<int(Scene&, const EnvironmentLines&)> run;
};

const std::vector<PointStep>& steps() {
  static const std::vector<PointStep> kSteps = {
      {"serve",
       [](Scene& scene, const EnvironmentLines& environment) {
         return scene.serve(environment) ? 0 : 1;
       }},
      {"init",
       [](Scene& scene, const EnvironmentLines& environment) { return scene.init(environment); }},
      {"backup",
       [](Scene& scene, const EnvironmentLines& environment) { return scene.backup(environment); }},
      {"restore", [](Scene& scene,
                     const EnvironmentLines& environment) { return scene.restore(environment); }},
  };
  return kSteps;
}

// A checkpoint is due only after much more than this.
constexpr const char* kCheckpoints = "store.checkpoint_due:error,always";

// In rare_points_test.cpp: it takes a fault to get there, or years.
const std::set<std::string_view> kPointsElsewhere = {"store.redo", "authority.rolled_over"};

std::map<std::string, std::size_t> record_where_reached(const Scene& scene) {
  std::map<std::string, std::size_t> out;
  for (std::size_t i = 0; i < steps().size(); ++i) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "reached";
    const auto run = scene.copy();
    const int code = steps()[i].run(*run, {"MUSTER_FAULT_REACHED=" + file.string(),
                                           std::string("MUSTER_FAULT=") + kCheckpoints});
    INFO(steps()[i].name);
    REQUIRE(code == 0);
    REQUIRE(run->examine() == "");
    const std::string text = read_whole(file);
    for (const std::string_view line : lines(text))
      out.emplace(std::string(line), i);
  }
  return out;
}

// What is wrong after the step went wrong at the point, and after it was done again without faults.
std::string try_fault(const Scene& template_scene, const PointStep& step, const std::string& plan) {
  const auto scene = template_scene.copy();
  const bool is_init = std::string_view(step.name) == "init";
  const EnvironmentLines environment = {"MUSTER_FAULT=" + plan + ";" + kCheckpoints};
  const int code = step.run(*scene, environment);
  if (code == -1) return "what it left is not whole";
  if (plan.find("always") != std::string::npos) step.run(*scene, environment);
  scene->server().kill();
  if (is_init) {
    // An interrupted init is simply run again; one that had done everything says so.
    const Ended again = scene->server().init();
    if (again.code != 0 && again.error.find("is there already") == std::string::npos)
      return "init cannot be done again: " + again.error;
  } else {
    if (std::string wrong = scene->examine(); !wrong.empty()) return wrong;
    if (std::string_view(step.name) != "serve" && step.run(*scene, {}) != 0)
      return std::string(step.name) + " cannot be done again";
  }
  return scene->heal();
}

}  // namespace

TEST_CASE("at no fault point of the server is anything acknowledged lost",
          "[faults][points][long]") {
  const auto scene = Scene::make();
  const std::map<std::string, std::size_t> reached = record_where_reached(*scene);
  int points = 0;
  int tried = 0;
  Turns turns("server", {.every = 41, .first = 7});
  for (const FaultPointInfo& point : server_points()) {
    if (kPointsElsewhere.contains(point.name)) continue;
    if (point.name == std::string_view("store.checkpoint_due")) continue;  // no trouble by itself
    ++points;
    const auto where = reached.find(std::string(point.name));
    if (where == reached.end()) {
      FAIL_CHECK(point.name << " was never reached");
      continue;
    }
    for (const char* kind : {"crash", "error", "no_space"}) {
      if (point.reach == FaultReach::kCrash && std::string_view(kind) != "crash") continue;
      for (const char* often : {"", ",always"}) {
        // Every combination has its turn in the sample by its place in the list.
        if (!turns.takes_next()) continue;
        const std::string plan = std::string(point.name) + ":" + kind + often;
        INFO(plan << " in " << steps()[where->second].name);
        CHECK(try_fault(*scene, steps()[where->second], plan) == "");
        ++tried;
      }
    }
  }
  std::cout << "fault points of the server: " << points << " reached, " << tried
            << " faults tried, 0 acknowledged lost\n";
}

TEST_CASE("sign-ins at which the store failed lock nobody out once it is mended",
          "[faults][points]") {
  const auto scene = Scene::make();
  CHECK(try_fault(*scene, steps().front(), "audit.added:error,always") == "");
}

}  // namespace muster::test
