// SPDX-License-Identifier: Apache-2.0
// The disk under the real server: a sync that fails, a file system that is full, a bit that flips.
#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <sstream>

#include "server/store/sqlite.h"
#include "tests/support/programs/fault_server.h"
#include "tests/support/programs/simulated_agent.h"
#include "tests/support/programs/small_disk.h"
#include "tests/support/whole_loop.h"

namespace muster::test {
namespace {

namespace fs = std::filesystem;

// One reporting agent of a server that serves.
struct StorageWorld {
  explicit StorageWorld(const fs::path& folder) : server(folder) {
    REQUIRE(server.init().code == 0);
    REQUIRE(server.start());
    REQUIRE(agent.enroll(server, server.join_code()));
    REQUIRE(agent.cycle(server));
  }
  std::string missing() {
    const auto database = server::store::open_sqlite((server.data() / "muster.db").string(), false);
    return agent.missing_in(*database->connect(true, 0), true);
  }

  FaultServer server;
  SimulatedAgent agent{"loom"};
};

}  // namespace

TEST_CASE("a sync that fails ends the server, and the next start goes by what the disk holds",
          "[faults][storage]") {
  const TemporaryFolder folder;
  StorageWorld world(folder.path());
  REQUIRE(world.server.stop() == 0);
  for (const char* often : {"", ",always"}) {
    INFO(often);
    // The first syncs are those of the start; the commits of reports come behind.
    bool has_started = false;
    for (int sync = 1; sync <= 40 && !has_started; sync += 3) {
      has_started = world.server.start(
          {"MUSTER_DISK=power_loss,seed=1,sync_fails@" + std::to_string(sync) + often});
      if (!has_started) {
        CHECK(world.server.ended_with() == 1);
        continue;
      }
      for (int i = 0; i < 30 && world.server.is_running(); ++i) {
        world.agent.change();
        world.agent.cycle(world.server);
      }
      const auto code = world.server.wait_ms(10'000);
      REQUIRE(code.has_value());
      CHECK(*code == 1);
      CHECK_THAT(world.server.log(), Catch::Contains("the disk did not confirm a write"));
    }
    CHECK(has_started);
    CHECK(world.server.doctor().code == 0);
    CHECK(world.missing() == "");
  }
  REQUIRE(world.server.start());
  CHECK(world.agent.cycle(world.server));
  CHECK(world.server.stop() == 0);
}

TEST_CASE("on a full disk nothing is acknowledged, and with space again everything works",
          "[faults][storage]") {
  const SmallDisk disk("16m");
  StorageWorld world(disk.path());
  for (const std::uintmax_t left : {std::uintmax_t{0}, std::uintmax_t{20'000}}) {
    INFO(left << " bytes left");
    disk.fill(left);
    int refused = 0;
    for (int i = 0; i < 60 && refused == 0; ++i) {
      world.agent.change();
      if (!world.agent.cycle(world.server)) ++refused;
    }
    CHECK(refused > 0);
    CHECK((world.agent.last_status() == 507 || world.agent.last_status() == 503));
    REQUIRE(world.server.is_running());
    // People can still look.
    CHECK(try_exchange(world.server.people_port(), {.path = "/healthz"}).status == 200);
    disk.make_room();
    CHECK(world.agent.cycle(world.server));
    REQUIRE(world.server.is_running());
  }
  CHECK(world.server.stop() == 0);
  CHECK(world.missing() == "");
}

namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};

// Every row of a query as text; nullopt where the database cannot be read.
std::optional<std::vector<std::string>> ask(const fs::path& file, const std::string& sql) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, CloseDatabase> database(opened);
  std::vector<std::string> rows;
  const auto add = [](void* to, int count, char** values, char**) {
    std::string row;
    for (int i = 0; i < count; ++i)
      row += std::string(values[i] != nullptr ? values[i] : "NULL") + '|';
    static_cast<std::vector<std::string>*>(to)->push_back(row);
    return 0;
  };
  if (code != SQLITE_OK || sqlite3_exec(opened, sql.c_str(), add, &rows, nullptr) != SQLITE_OK)
    return std::nullopt;
  return rows;
}

// All that the tables hold, read without indexes.
std::string dump(const fs::path& file) {
  std::string all;
  const auto tables = ask(file, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1");
  if (!tables) return {};
  for (const std::string& table : *tables) {
    const auto rows =
        ask(file, "SELECT * FROM \"" + table.substr(0, table.size() - 1) + "\" NOT INDEXED");
    if (!rows) return {};
    for (const std::string& row : *rows)
      all += table + row + '\n';
  }
  return all;
}

}  // namespace

TEST_CASE("a bit that flips is named by the doctor, or changes nothing that is told",
          "[faults][storage]") {
  const TemporaryFolder folder;
  StorageWorld world(folder.path());
  for (int i = 0; i < 30; ++i) {
    world.agent.change();
    REQUIRE(world.agent.cycle(world.server));
  }
  REQUIRE(world.server.stop() == 0);
  const fs::path database = world.server.data() / "muster.db";
  const fs::path whole = folder.path() / "whole";
  fs::copy_file(database, whole);
  const std::string told = dump(whole);
  REQUIRE(!told.empty());
  struct Class {
    const char* name;
    std::string pages;  // a query for their numbers
    bool has_hashes;    // whatever is told of it would be noticed
  };
  // The fullest pages, each with the part of it that is cells, which stand at its end.
  const std::string of =
      "SELECT pageno || ' ' || ((pgsize - unused) / 2) FROM dbstat WHERE pagetype = ";
  const std::string fullest = " ORDER BY unused LIMIT 50";
  const std::string is_index = "name IN (SELECT name FROM sqlite_master WHERE type = 'index')";
  const Class classes[] = {
      {"table leaf", of + "'leaf' AND NOT " + is_index + fullest, false},
      {"content leaf", of + "'leaf' AND name = 'section_packages_content'" + fullest, true},
      {"table interior", of + "'internal' AND NOT " + is_index + fullest, true},
      {"index leaf", of + "'leaf' AND " + is_index + fullest, true},
      {"index interior", of + "'internal' AND " + is_index + fullest, true},
      {"header", "SELECT '1 0'", false},
  };
  std::mt19937_64 random(20261123);
  const int flips = whole_loops() ? 300 : 6;
  for (const Class& one : classes) {
    const auto pages = ask(whole, one.pages);
    REQUIRE(pages.has_value());
    int named = 0, harmless = 0, unprotected = 0;
    for (int i = 0; i < flips && !pages->empty(); ++i) {
      fs::copy_file(whole, database, fs::copy_options::overwrite_existing);
      std::istringstream place((*pages)[static_cast<std::size_t>(i) % pages->size()]);
      std::uint64_t page = 0, cell_bytes = 0;
      place >> page >> cell_bytes;
      const std::uint64_t bit =
          cell_bytes == 0 ? random() % 800 : page * 4096 * 8 - 1 - random() % (cell_bytes * 8);
      flip_bit(database, bit);
      const std::string now = dump(database);
      if (world.server.doctor().code != 0) {
        ++named;
      } else if (now == told) {
        ++harmless;
      } else {
        // Names of people and items have no hash of their own; docs/operate.md says so.
        ++unprotected;
        INFO(one.name << ", bit " << bit);
        CHECK_FALSE(one.has_hashes);
      }
    }
    std::cout << "flipped bits, " << one.name << ": " << named << " named by the doctor, "
              << harmless << " without effect, " << unprotected << " in what has no hash\n";
  }
}

TEST_CASE("a damaged frame of the log is named by the doctor, and the server does not start on it",
          "[faults][storage]") {
  const TemporaryFolder folder;
  StorageWorld world(folder.path());
  for (int i = 0; i < 10; ++i) {
    world.agent.change();
    REQUIRE(world.agent.cycle(world.server));
  }
  world.server.kill();
  const fs::path log = world.server.data() / "muster.db-wal";
  const fs::path whole = folder.path() / "whole-wal";
  fs::copy_file(log, whole);
  REQUIRE(fs::file_size(whole) > 3 * 4120);
  flip_bit(log, (32 + 4120 + 24 + 100) * 8);  // in the page of the second frame
  const Ended doctor = world.server.doctor();
  CHECK(doctor.code == 1);
  CHECK_THAT(doctor.out, Catch::Contains("frame 2 of"));
  CHECK_FALSE(world.server.start());
  CHECK_THAT(world.server.log(), Catch::Contains("frame 2 of"));
  fs::copy_file(whole, log, fs::copy_options::overwrite_existing);
  CHECK(world.server.doctor().code == 0);
  CHECK(world.missing() == "");
}

}  // namespace muster::test
