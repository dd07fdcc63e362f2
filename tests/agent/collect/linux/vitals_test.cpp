// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/vitals.h"

#include <catch2/catch.hpp>

#include "agent/collect/collector.h"
#include "tests/support/agent/map_host.h"

namespace muster::agent {
namespace {

TEST_CASE("vitals are one object of what could be read", "[collect][vitals]") {
  MapHost host;
  CHECK(collect::collect_vitals(host) == "{}");
  host.files["/proc/uptime"] = "2727.93 5000.10\n";
  host.files["/proc/stat"] = "cpu 1 2 3\nbtime 1700000000\nprocesses 5\n";
  host.files["/proc/loadavg"] = "0.02 1.50 12.25 1/98 4242\n";
  host.files["/proc/meminfo"] = "MemAvailable: 2 kB\nSwapFree: 0 kB\n";
  host.files["/proc/1/comm"] = "init\n";
  host.files["/proc/42/comm"] = "sh\n";
  host.files["/proc/1a/comm"] = "none\n";
  CHECK(collect::collect_vitals(host) ==
        R"({"uptime_seconds":2727,"boot_time":"2023-11-14T22:13:20Z","load_average_1m":0.02,)"
        R"("load_average_5m":1.5,"load_average_15m":12.25,"memory_available_bytes":2048,)"
        R"("swap_free_bytes":0,"processes":2})");
}

TEST_CASE("free space is asked of local file systems only", "[collect][vitals]") {
  MapHost host;
  host.files["/proc/self/mountinfo"] =
      "1 0 8:2 / / rw - ext4 /dev/sda2 rw\n"
      "2 1 0:20 / /proc rw - proc proc rw\n"
      "3 1 0:50 / /srv rw - nfs4 nas:/srv rw\n"
      "4 3 8:3 / /srv/below rw - ext4 /dev/sda3 rw\n"
      "5 1 0:51 / /sshfs rw - fuse.sshfs host:/ rw\n"
      "6 1 8:4 / /a\\040\"b rw - xfs /dev/sda4 rw\n";
  CHECK(collect::collect_vitals(host) ==
        R"({"filesystems":[{"mount_point":"/","available_bytes":500000},)"
        R"({"mount_point":"/a \"b","available_bytes":500000}]})");
  CHECK(host.spaces_asked == std::set<std::string>{"/", "/a \"b"});
}

TEST_CASE("people with a session are counted once, greeters not at all", "[collect][vitals]") {
  MapHost host;
  const std::string folder = "/run/systemd/sessions/";
  host.files[folder + "1"] = "# comment\nUID=1000\nUSER=ana\nSTATE=active\nCLASS=user\n";
  host.files[folder + "2"] = "UID=1000\nUSER=ana\nSTATE=online\nCLASS=user\n";
  host.files[folder + "3"] = "UID=0\nUSER=root\nSTATE=online\nCLASS=user-early\n";
  host.files[folder + "c1"] = "UID=110\nUSER=gdm\nSTATE=active\nCLASS=greeter\n";
  host.files[folder + "4"] = "UID=1001\nUSER=eva\nSTATE=closing\nCLASS=user\n";
  host.failures[folder + "1.ref"] = {FailureKind::kMalformed, "a FIFO"};
  CHECK(collect::collect_vitals(host) == R"({"logged_on_users":2})");
}

TEST_CASE("readings that are no numbers are absent", "[collect][vitals]") {
  for (const char* text :
       {"", "a b c", "1 2", "0.1 -0.2 0.3", "nan inf 1", "1e5 2 3", "0.1 0.2 0.3x"}) {
    CAPTURE(text);
    CHECK(collect::parse_loadavg(text) == std::nullopt);
  }
  CHECK(collect::parse_uptime("") == std::nullopt);
  CHECK(collect::parse_uptime("-1.0 2") == std::nullopt);
  CHECK(collect::parse_uptime("x") == std::nullopt);
  CHECK(collect::parse_boot_time("") == std::nullopt);
  CHECK(collect::parse_boot_time("btime 0\n") == std::nullopt);
  CHECK(collect::parse_boot_time("btime 99999999999999\n") == std::nullopt);
  CHECK(collect::parse_boot_time("btimes 5\n") == std::nullopt);
}

}  // namespace
}  // namespace muster::agent
