// SPDX-License-Identifier: Apache-2.0
// Our own machines have the processors that qemu was told to make (tests/captures/record). Captured
// machines of util-linux's tests are unpacked and read as --root reads them; lscpu's own answers
// (.expected) are what ours is compared with.
#include "agent/collect/linux/hardware/cpus.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "agent/collect/linux/hardware/cpu_topology.h"
#include "agent/host/live_host.h"
#include "common/support/text.h"
#include "tests/agent/collect/linux/hardware/two_sockets.h"
#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/map_host.h"

namespace muster::agent {
namespace {

class Unpacked {
 public:
  explicit Unpacked(const std::string& archive) {
    std::string pattern = (std::filesystem::temp_directory_path() / "muster-cpus-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::execlp("tar", "tar", "-xzf", archive.c_str(), "-C", path_.c_str(), "--strip-components=1",
               "--no-same-owner", static_cast<char*>(nullptr));
      ::_exit(127);
    }
    int state = 0;
    REQUIRE(::waitpid(child, &state, 0) == child);
    REQUIRE(state == 0);
  }
  ~Unpacked() {
    std::error_code ignored;  // a destructor must not throw; the system cleans its temporary files
    std::filesystem::remove_all(path_, ignored);
  }
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What lscpu printed: each value of a name, in order (a big.LITTLE machine has several).
std::vector<std::string> printed(const std::string& expected, std::string_view name) {
  std::vector<std::string> out;
  for (const std::string_view line : lines(expected)) {
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && trim(line.substr(0, colon)) == name)
      out.emplace_back(trim(line.substr(colon + 1)));
  }
  return out;
}

// "5 MiB (4 instances)"
std::int64_t printed_bytes(const std::string& text) {
  const std::size_t space = text.find(' ');
  const std::int64_t number = *parse_integer(text.substr(0, space));
  return number * (text.substr(space + 1, 3) == "MiB" ? 1024 * 1024 : 1024);
}

std::size_t field(std::string_view name) {
  return *inventory::find_section("cpus")->find(name);
}
std::optional<std::string> text_of(const inventory::Row& row, std::string_view name) {
  const auto* value = std::get_if<std::string>(&row.cells[field(name)]);
  return value ? std::optional(*value) : std::nullopt;
}
std::optional<std::int64_t> integer_of(const inventory::Row& row, std::string_view name) {
  const auto* value = std::get_if<std::int64_t>(&row.cells[field(name)]);
  return value ? std::optional(*value) : std::nullopt;
}
std::int64_t sum_of(const collect::CollectedSection& collected, std::string_view name) {
  std::int64_t sum = 0;
  for (const inventory::Row& row : collected.rows)
    sum += integer_of(row, name).value_or(0);
  return sum;
}

struct Machine {
  const char* name;
  std::size_t sockets;
  std::int64_t cores;
  std::int64_t threads;
};

// Sockets and cores as lscpu's table of processors counts them; of the first, which lscpu lists by
// kind of core, the kinds sit in one package, since they share a level 3 cache.
constexpr Machine kMachines[] = {{"arm-A510-A710-A715-X3", 1, 8, 8},
                                 {"armv7", 1, 2, 2},
                                 {"loongarch-loongson_3a5000_hv", 1, 4, 4},
                                 {"ppc64-POWER7", 4, 4, 16},
                                 {"rv64-visionfive2", 1, 4, 4},
                                 {"s390-lpar", 7, 17, 17},
                                 {"sparc64", 6, 6, 6},
                                 {"vbox-win", 1, 2, 2},
                                 {"x86_64-64cpu-linux6.2", 1, 4, 8},
                                 {"x86_64-dell_e4310", 1, 2, 4}};

TEST_CASE("our own machines have the processors that they were made with", "[collect][cpus]") {
  constexpr Machine kOwn[] = {
      {"debian12-two-sockets", 2, 4, 8},     {"debian12-laptop-uefi", 1, 4, 4},
      {"debian12-arm64-virt", 2, 8, 8},      {"debian12-armhf-virt", 1, 4, 4},
      {"debian12-ppc64le-pseries", 2, 4, 4}, {"debian12-s390x", 4, 4, 4}};
  const auto index = GENERATE(range<std::size_t>(0, 6));
  const Machine& machine = kOwn[index];
  CAPTURE(machine.name);
  const auto host = captured_machine(machine.name);
  const collect::CollectedSection collected = collect::collect_cpus(*host);
  CHECK(collected.providers.at("cpus").status == inventory::Status::kOk);
  REQUIRE(collected.rows.size() == machine.sockets);
  CHECK(sum_of(collected, "cores") == machine.cores);
  CHECK(sum_of(collected, "threads") == machine.threads);
  // What qemu gives a core and a socket, and what firmware says of a POWER9.
  if (machine.name == std::string_view("debian12-two-sockets")) {
    CHECK(sum_of(collected, "cache_l2_bytes") == 4 * 4 * 1024 * 1024);
    CHECK(sum_of(collected, "cache_l3_bytes") == 2 * 16 * 1024 * 1024);
  }
  if (machine.name == std::string_view("debian12-ppc64le-pseries"))
    CHECK(integer_of(collected.rows[0], "max_clock_mhz") == 1000);
}

TEST_CASE("processors of very different machines read as lscpu reads them",
          "[collect][cpus][shared_data]") {
  const auto index = GENERATE(range<std::size_t>(0, std::size(kMachines)));
  const Machine& machine = kMachines[index];
  CAPTURE(machine.name);
  const std::string base = shared_data("lscpu/") + machine.name;
  const std::string expected = read_test_file(base + ".expected");
  const Unpacked tree(base + ".tar.gz");
  host::LiveHost host(tree.path());
  const collect::CollectedSection collected = collect::collect_cpus(host);

  CHECK(collected.providers.at("cpus").status == inventory::Status::kOk);
  REQUIRE(collected.rows.size() == machine.sockets);
  CHECK(sum_of(collected, "cores") == machine.cores);
  CHECK(sum_of(collected, "threads") == machine.threads);
  for (std::size_t i = 0; i < collected.rows.size(); ++i) {
    const inventory::Row& row = collected.rows[i];
    CHECK(text_of(row, "socket") == std::to_string(i));
    std::string models;
    for (const std::string& model : printed(expected, "Model name")) {
      if (model == "-") continue;
      CHECK(text_of(row, "model_name").value_or("").find(model) != std::string::npos);
    }
    if (printed(expected, "Model name") == std::vector<std::string>{"-"})
      CHECK(text_of(row, "model_name") == std::nullopt);
    if (const auto family = printed(expected, "CPU family"); integer_of(row, "family"))
      CHECK(std::to_string(*integer_of(row, "family")) == family.at(0));
    if (const auto stepping = printed(expected, "Stepping"); integer_of(row, "stepping"))
      CHECK(std::to_string(*integer_of(row, "stepping")) == stepping.at(0));
  }
  std::int64_t most_mhz = 0;
  for (const std::string& mhz : printed(expected, "CPU max MHz"))
    most_mhz = std::max(most_mhz, *parse_integer(mhz.substr(0, mhz.find('.'))));
  if (most_mhz > 0) CHECK(integer_of(collected.rows[0], "max_clock_mhz") == most_mhz);
  std::int64_t level_2 = 0;
  for (const char* const name : {"L2 cache", "L2d cache", "L2i cache"}) {
    for (const std::string& size : printed(expected, name))
      level_2 += printed_bytes(size);
  }
  if (level_2 > 0) CHECK(sum_of(collected, "cache_l2_bytes") == level_2);
  for (const std::string& size : printed(expected, "L3 cache"))
    CHECK(sum_of(collected, "cache_l3_bytes") == printed_bytes(size));
}

TEST_CASE("each physical package is a row with its own model, cores and caches",
          "[collect][cpus]") {
  MapHost host = two_sockets();
  const collect::CollectedSection collected = collect::collect_cpus(host);
  CHECK(collected.providers.at("cpus").status == inventory::Status::kOk);
  REQUIRE(collected.rows.size() == 2);
  CHECK(text_of(collected.rows[0], "socket") == "0");
  CHECK(text_of(collected.rows[1], "socket") == "3");
  CHECK(text_of(collected.rows[1], "model_name") == "Two");
  CHECK(text_of(collected.rows[1], "architecture") == "x86_64");
  CHECK(integer_of(collected.rows[1], "cores") == 2);
  CHECK(integer_of(collected.rows[1], "threads") == 4);
  CHECK(integer_of(collected.rows[1], "max_clock_mhz") == 3500);
  CHECK(integer_of(collected.rows[1], "cache_l2_bytes") == 2 * 1024 * 1024);
}

TEST_CASE("a core may have four threads, as POWER's have", "[collect][cpus]") {
  MapHost host;
  for (int cpu = 0; cpu < 8; ++cpu) {
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    host.files[folder + "physical_package_id"] = "0\n";
    host.files[folder + "core_cpus_list"] = cpu < 4 ? "0-3\n" : "4-7\n";
  }
  host.files["/proc/cpuinfo"] = "processor\t: 0\ncpu\t\t: POWER7 (raw)\nrevision\t: 2.1\n";
  const collect::CollectedSection collected = collect::collect_cpus(host);
  REQUIRE(collected.rows.size() == 1);
  CHECK(integer_of(collected.rows[0], "cores") == 2);
  CHECK(integer_of(collected.rows[0], "threads") == 8);
}

TEST_CASE("a cache without a folder of its own is a file a processor, as on SPARC",
          "[collect][cpus]") {
  MapHost host;
  for (int cpu = 0; cpu < 2; ++cpu) {
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
    host.files[folder + "topology/physical_package_id"] = "0\n";
    host.files[folder + "topology/core_cpus_list"] = std::to_string(cpu) + "\n";
    host.files[folder + "l2_cache_size"] = "4194304\n";
  }
  host.files["/proc/cpuinfo"] = "cpu\t\t: UltraSparc T2 (Niagara2)\nncpus probed\t: 2\n";
  const collect::CollectedSection collected = collect::collect_cpus(host);
  REQUIRE(collected.rows.size() == 1);
  CHECK(integer_of(collected.rows[0], "cache_l2_bytes") == 2 * 4'194'304);
}

TEST_CASE("a clock that cannot be is left out and said so", "[collect][cpus]") {
  const char* khz = GENERATE("0", "-5", "9223372036854775807");
  MapHost host = two_sockets();
  for (int cpu = 0; cpu < 8; ++cpu)
    host.files["/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpufreq/cpuinfo_max_freq"] =
        khz;
  const collect::CollectedSection collected = collect::collect_cpus(host);
  CHECK(collected.providers.at("cpus").status == inventory::Status::kPartial);
  CHECK(collected.providers.at("cpus").reason.find("cpuinfo_max_freq") != std::string::npos);
  REQUIRE(collected.rows.size() == 2);
  CHECK(integer_of(collected.rows[0], "max_clock_mhz") == std::nullopt);
}

TEST_CASE("a cache of an unbelievable size makes the sum unknown", "[collect][cpus]") {
  const char* size = GENERATE("0K", "-1K", "99999999999999999999K", "1152921504606846976", "K", "");
  MapHost host = two_sockets();
  host.files["/sys/devices/system/cpu/cpu2/cache/index2/size"] = size;
  const collect::CollectedSection collected = collect::collect_cpus(host);
  REQUIRE(collected.rows.size() == 2);
  CHECK(integer_of(collected.rows[0], "cache_l2_bytes") == std::nullopt);
  CHECK(integer_of(collected.rows[1], "cache_l2_bytes") == 2 * 1024 * 1024);
}

TEST_CASE("without sysfs, cpuinfo gives what it can", "[collect][cpus]") {
  MapHost host;
  host.files["/proc/cpuinfo"] =
      "processor : 0\nmodel name : A\nphysical id : 0\ncore id : 0\n\n"
      "processor : 1\nmodel name : A\nphysical id : 0\ncore id : 0\n\n"
      "processor : 2\nmodel name : A\nphysical id : 1\ncore id : 0\n";
  const collect::CollectedSection collected = collect::collect_cpus(host);
  CHECK(collected.providers.at("cpus").status == inventory::Status::kPartial);
  REQUIRE(collected.rows.size() == 2);
  CHECK(integer_of(collected.rows[0], "cores") == 1);
  CHECK(integer_of(collected.rows[0], "threads") == 2);
}

TEST_CASE("no processor at all is a failure, not a machine without one", "[collect][cpus]") {
  MapHost host;
  const collect::CollectedSection collected = collect::collect_cpus(host);
  CHECK(collected.rows.empty());
  CHECK(collected.providers.at("cpus").status == inventory::Status::kFailed);
  CHECK_FALSE(collected.providers.at("cpus").reason.empty());

  host.failures["/proc/cpuinfo"] = {FailureKind::kDenied, "no"};
  CHECK(collect::collect_cpus(host).providers.at("cpus").status == inventory::Status::kDenied);
}

TEST_CASE("an empty cpuinfo is never ok", "[collect][cpus]") {
  MapHost host = two_sockets();
  host.files["/proc/cpuinfo"] = "";
  const collect::CollectedSection collected = collect::collect_cpus(host);
  CHECK(collected.providers.at("cpus").status == inventory::Status::kPartial);
  CHECK(collected.providers.at("cpus").reason.find("/proc/cpuinfo") != std::string::npos);
  CHECK(collected.rows.size() == 2);
  MapHost nothing;
  nothing.files["/proc/cpuinfo"] = "";
  CHECK(collect::collect_cpus(nothing).providers.at("cpus").status == inventory::Status::kFailed);
}

TEST_CASE("processor lists are bounded", "[collect][cpus]") {
  CHECK(collect::parse_cpu_list("0-2,8\n") == std::vector<std::int64_t>{0, 1, 2, 8});
  CHECK(collect::parse_cpu_list("3,1,1-2") == std::vector<std::int64_t>{1, 2, 3});
  CHECK(collect::parse_cpu_list("") == std::vector<std::int64_t>{});
  for (const char* bad : {"a", "1-", "-1", "3-1", "0-65536", "0-9223372036854775807", "1,,2"}) {
    CAPTURE(bad);
    CHECK(collect::parse_cpu_list(bad) == std::nullopt);
  }
}

}  // namespace
}  // namespace muster::agent
