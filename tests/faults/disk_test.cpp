// SPDX-License-Identifier: Apache-2.0
// The store on a disk that fails at every operation in turn, and on one that loses its power at
// every operation in turn. CI takes a fixed sample (whole_loop.h).
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <iostream>

#include "server/store/sqlite.h"
#include "tests/faults/active_fault.h"
#include "tests/faults/fault_disk.h"
#include "tests/faults/workload.h"
#include "tests/support/store/store_fixture.h"
#include "tests/support/whole_loop.h"

namespace muster::test {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  explicit Folder(const std::string& name) : path_(folder_.path() / name) { clear(); }
  const fs::path& path() const { return path_; }
  void clear() const {
    fs::remove_all(path_);
    fs::create_directory(path_);
  }

 private:
  server::TemporaryFolder folder_;
  fs::path path_;
};

// What the process itself sees at its end: what `kill -9` leaves, the page cache surviving it.
void write_files(const Folder& from, const Folder& to, std::uint64_t seed) {
  to.clear();
  FaultDisk::install().write_image(from.path(), to.path(), seed);
}

struct Walk {
  const char* name;
  DiskTrouble trouble;
  bool always;
  unsigned operations;
};

constexpr Walk kWalks[] = {
    {"EIO once", DiskTrouble::kError, false, kDiskChanges},
    {"EIO from then on", DiskTrouble::kError, true, kDiskChanges},
    {"ENOSPC once", DiskTrouble::kNoSpace, false, kDiskWrite | kDiskTruncate},
    {"ENOSPC from then on", DiskTrouble::kNoSpace, true, kDiskWrite | kDiskTruncate},
    {"short write once", DiskTrouble::kShort, false, kDiskWrite},
    {"short write from then on", DiskTrouble::kShort, true, kDiskWrite},
    {"reading, EIO once", DiskTrouble::kError, false, kDiskRead},
    {"reading, EIO from then on", DiskTrouble::kError, true, kDiskRead},
};

struct WalkResult {
  std::int64_t positions = 0;
  std::int64_t refused = 0;
  std::int64_t ended = 0;
  bool is_continued = false;
};

// Every operation, or a sample, until the workload runs untouched.
WalkResult walk(const Walk& kind) {
  FaultDisk& disk = FaultDisk::install();
  const Folder folder("data"), image("image");
  WalkResult result;
  Turns turns(kind.name, {.every = 97, .first = 48});
  result.is_continued = turns.is_continued();
  while (turns.goes_on()) {
    if (!turns.takes_next()) continue;
    const std::int64_t position = turns.turn() + 1;
    folder.clear();
    set_faults("");
    disk.set({.fail_at = position,
              .always = kind.always,
              .operations = kind.operations,
              .trouble = kind.trouble,
              .power_loss = true});
    Workload workload;
    workload.run(folder.path());
    const bool reached = disk.has_failed();
    write_files(folder, image, static_cast<std::uint64_t>(position));
    disk.set({});
    INFO(kind.name << ", operation " << position);
    CHECK(verify(image.path(), workload.ledger()) == "");
    if (!reached) {
      CHECK(workload.refused() == 0);
      break;
    }
    ++result.positions;
    result.refused += workload.refused();
    result.ended += workload.was_ended() ? 1 : 0;
  }
  return result;
}

}  // namespace

TEST_CASE("whatever operation of the disk fails, what was acknowledged is there afterwards",
          "[faults][walk]") {
  std::int64_t positions = 0;
  for (const Walk& kind : kWalks) {
    const auto begun = std::chrono::steady_clock::now();
    const WalkResult result = walk(kind);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
    std::cout << "disk walk, " << kind.name << ": " << result.positions << " positions, "
              << result.refused << " steps refused, " << result.ended
              << " times the process ended, " << taken.count() << " s\n";
    positions += result.positions;
    if (result.is_continued) continue;
    CHECK(result.positions > 0);
    CHECK(result.refused + result.ended > 0);
  }
  std::cout << "disk walk: " << positions << " positions, corruption found 0\n";
}

TEST_CASE("wherever the power goes, what was acknowledged is there afterwards",
          "[faults][images]") {
  FaultDisk& disk = FaultDisk::install();
  const Folder folder("data"), image("image");
  const std::int64_t wanted = whole_loops() ? 5000 : 60;
  set_faults("");
  disk.set({.power_loss = true});
  Workload first;
  first.run(folder.path());
  const std::int64_t operations = disk.operations();
  REQUIRE(first.refused() == 0);

  std::int64_t images = 0;
  const std::int64_t of_a_run = std::min<std::int64_t>(wanted, 250);
  const std::int64_t stride = std::max<std::int64_t>(1, operations / of_a_run);
  Turns turns("images");
  for (std::int64_t run = 1; run * of_a_run <= wanted && turns.goes_on(); ++run) {
    if (!turns.takes_next()) continue;
    const auto seed = static_cast<std::uint64_t>(run);
    folder.clear();
    set_faults("");
    disk.set({.power_loss = true});
    Workload workload;
    struct Crash {
      std::unique_ptr<Folder> image;
      std::vector<Acknowledged> ledger;
      std::int64_t operation;
    };
    std::vector<Crash> crashes;
    disk.before_operation([&](std::int64_t operation) {
      if ((operation + static_cast<std::int64_t>(seed)) % stride != 0) return;
      Crash crash{std::make_unique<Folder>("image"), workload.ledger(), operation};
      disk.write_image(folder.path(), crash.image->path(),
                       seed * 1'000'003 + static_cast<std::uint64_t>(operation));
      crashes.push_back(std::move(crash));
    });
    workload.run(folder.path());
    disk.before_operation({});
    disk.set({});
    for (const Crash& crash : crashes) {
      INFO("seed " << seed << ", operation " << crash.operation);
      CHECK(verify(crash.image->path(), crash.ledger) == "");
      ++images;
    }
  }
  std::cout << "power loss: " << images << " images of " << operations << " operations recovered\n";
}

TEST_CASE("with syncing switched off, a power loss is noticed", "[faults][images][control]") {
  FaultDisk& disk = FaultDisk::install();
  const Folder folder("data"), image("image");
  set_faults("");
  disk.set({.power_loss = true, .ignore_sync = true});
  Workload workload;
  workload.run(folder.path());
  REQUIRE(workload.refused() == 0);
  int caught = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    write_files(folder, image, seed);
    disk.set({.power_loss = true, .ignore_sync = true}, true);
    const DiskPlan plan = disk.plan();
    disk.set({}, true);
    if (!verify(image.path(), workload.ledger()).empty()) ++caught;
    disk.set(plan, true);
  }
  disk.set({});
  std::cout << "negative control: " << caught << " of 10 images without syncing were caught\n";
  CHECK(caught >= 5);
}

}  // namespace muster::test
