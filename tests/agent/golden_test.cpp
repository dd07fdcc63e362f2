// SPDX-License-Identifier: Apache-2.0
// Whole machines: what `muster-agent inventory` says of each capture in tests/captures and of each
// copied tree of util-linux's lscpu tests, compared with tests/expected. After a change that is
// meant, MUSTER_UPDATE_EXPECTED=1 writes the expectations anew; read the difference before
// committing it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "agent/collect/collector.h"
#include "agent/host/captured_host.h"
#include "agent/host/live_host.h"
#include "agent/report/collect_sections.h"
#include "agent/report/inventory_json.h"
#include "tests/support/agent/copied_tree.h"
#include "tests/support/program.h"
#include "tests/support/test_data.h"

using namespace muster::agent;
namespace test = muster::test;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> files_of(const fs::path& directory, const std::string& ending) {
  std::vector<fs::path> out;
  if (!fs::is_directory(directory)) return out;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().string().ends_with(ending)) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// The inventory without what differs from run to run.
std::string inventory_of(const std::shared_ptr<host::Host>& host) {
  report::SectionCollector collector(host, std::make_shared<muster::SystemClock>(),
                                     collect::collectors(), &collect::collect_vitals);
  auto sections = collector.collect();
  for (report::CollectionResult& result : sections)
    result.duration_ms = 0;
  std::string text = report::inventory_json(
      std::move(sections), {.collected_at = {0}, .vitals = collector.vitals(), .pretty = true});
  const std::string version = "\"version\": \"" MUSTER_VERSION "\"";
  return text.replace(text.find(version), version.size(), "\"version\": \"...\"");
}

void compare(const std::string& name, const std::string& inventory) {
  INFO("the machine " << name);
  const fs::path path = test::source_folder() / "tests/expected" / (name + ".json");
  if (std::getenv("MUSTER_UPDATE_EXPECTED") != nullptr) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << inventory;
  }
  const std::string expected = test::read_whole(path);
  if (expected == inventory) {
    SUCCEED();
    return;
  }
  // The first line that differs says more than two whole machines.
  std::istringstream is(inventory);
  std::istringstream should(expected);
  std::string line;
  std::string expected_line;
  int number = 0;
  do {
    ++number;
    line.clear();
    expected_line.clear();
    std::getline(is, line);
    std::getline(should, expected_line);
  } while (line == expected_line && (is || should));
  INFO(path.string() << ", line " << number);
  CHECK(line == expected_line);
  FAIL("if it is meant, write it anew with MUSTER_UPDATE_EXPECTED=1");
}

}  // namespace

TEST_CASE("every captured machine gives the inventory that is expected of it", "[golden]") {
  const auto captures = files_of(test::source_folder() / "tests/captures", ".capture");
  REQUIRE_FALSE(captures.empty());
  for (const fs::path& path : captures) {
    const auto host = host::CapturedHost::parse(test::read_whole(path));
    INFO(path.string());
    REQUIRE(host.ok());
    compare(path.stem().string(), inventory_of(*host));
  }
}

TEST_CASE("every copied tree of a foreign machine gives the inventory that is expected of it",
          "[golden][shared_data]") {
  const auto archives = files_of(test::shared_data("lscpu"), ".tar.gz");
  REQUIRE_FALSE(archives.empty());
  for (const fs::path& archive : archives) {
    std::string name = archive.filename().string();
    name.resize(name.size() - std::string(".tar.gz").size());
    muster::test::CopiedTree tree;
    const std::string unpack =
        "tar -xzf '" + archive.string() + "' -C '" + tree.path() + "' --strip-components=1";
    INFO(unpack);
    REQUIRE(std::system(unpack.c_str()) == 0);
    compare("lscpu-" + name, inventory_of(std::make_shared<host::LiveHost>(tree.path())));
  }
}
