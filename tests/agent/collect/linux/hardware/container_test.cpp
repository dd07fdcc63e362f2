// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/container.h"

#include <catch2/catch.hpp>

#include "agent/collect/linux/hardware/memory.h"
#include "agent/collect/linux/hardware/memory_modules.h"
#include "agent/collect/linux/hardware/system.h"
#include "common/inventory/sections/system.h"
#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

using inventory::Status;

std::optional<std::string> kind_with(std::map<std::string, std::string> files) {
  MapHost host;
  host.files = std::move(files);
  return collect::container_of(host);
}

TEST_CASE("a container is told by the marks that its manager leaves", "[collect][container]") {
  using namespace std::string_literals;
  CHECK(kind_with({{"/run/systemd/container", "lxc\n"}}) == "lxc");
  CHECK(kind_with({{"/run/systemd/container", "systemd-nspawn"}}) == "systemd-nspawn");
  CHECK(kind_with({{"/run/host/container-manager", "podman\n"}}) == "podman");
  CHECK(kind_with({{"/proc/1/environ", "PATH=/bin\0container=docker\0HOME=/\0"s}}) == "docker");
  CHECK(kind_with({{"/proc/1/environ", "container=lxc-libvirt"s}}) == "lxc-libvirt");
  CHECK(kind_with({{"/proc/1/environ", "container=garden\0"s}}) == "container-other");
  CHECK(kind_with({{"/.dockerenv", ""}}) == "docker");
  CHECK(kind_with({{"/run/.containerenv", ""}}) == "podman");
  CHECK(kind_with({{"/run/.containerenv", "engine=\"podman-4\"\n"}, {"/.dockerenv", ""}}) ==
        "podman");
  // What says its name is asked before files that an image may have brought along.
  CHECK(kind_with({{"/run/systemd/container", "lxc\n"}, {"/.dockerenv", ""}}) == "lxc");
  CHECK(kind_with({{"/proc/1/environ", "container=oci\0"s}, {"/.dockerenv", ""}}) == "docker");
  CHECK(kind_with({{"/proc/1/environ", "container=oci\0"s}}) == "container-other");
  CHECK(kind_with({{"/proc/vz/veinfo", ""}, {"/proc/vz", ""}}) == "openvz");
  CHECK(kind_with({{"/proc/sys/kernel/osrelease", "5.15.90.1-microsoft-standard-WSL2\n"}}) ==
        "wsl");
  CHECK(kind_with({{"/proc/sys/kernel/osrelease", "4.4.0-19041-Microsoft\n"}}) == "wsl");
  CHECK(kind_with({{"/proc/self/status", "Name:\tx\nTracerPid:\t41\n"},
                   {"/proc/41/comm", "proot-x86_64\n"}}) == "proot");
}

TEST_CASE("a machine whose disk was made from a container's image is none",
          "[collect][container]") {
  MapHost host;
  host.files = {{"/.dockerenv", ""}, {"/run/.containerenv", ""}};
  host.links = {{"/proc/self/ns/pid", "pid:[4026531836]"},
                {"/proc/self/ns/uts", "uts:[4026531838]"},
                {"/proc/self/ns/ipc", "ipc:[4026531839]"}};
  CHECK(collect::container_of(host) == std::nullopt);
  // With the host's processes in sight, but a name of its own.
  host.links["/proc/self/ns/uts"] = "uts:[4026532301]";
  CHECK(collect::container_of(host) == "podman");
}

TEST_CASE("a container without such a mark is told by its control groups", "[collect][container]") {
  CHECK(kind_with({{"/proc/1/cgroup", "12:cpu:/docker/0123abcd\n"}}) == "docker");
  CHECK(kind_with({{"/proc/1/cgroup", "0::/system.slice/docker-0123.scope\n"}}) == "docker");
  CHECK(kind_with({{"/proc/1/cgroup", "4:pids:/lxc/web1\n"}}) == "lxc");
  CHECK(kind_with({{"/proc/1/cgroup", "4:pids:/lxc.payload.web1\n"}}) == "lxc");
  CHECK(kind_with({{"/proc/1/cgroup", "0::/machine.slice/libpod-12.scope\n"}}) == "podman");
  CHECK(kind_with({{"/proc/1/cgroup", "4:pids:/kubepods/besteffort/pod1/2\n"}}) ==
        "container-other");
  CHECK(kind_with({{"/proc/1/cgroup", "0::/\n"},
                   {"/sys/fs/cgroup/cgroup.events", "populated 1\n"}}) == "container-other");
}

TEST_CASE("a machine is no container for what looks a little like one", "[collect][container]") {
  using namespace std::string_literals;
  CHECK(kind_with({}) == std::nullopt);
  CHECK(kind_with({{"/run/systemd/container", "\n"}, {"/proc/1/environ", "container=\0"s}}) ==
        std::nullopt);
  CHECK(kind_with({{"/proc/1/environ", "mycontainer=lxc\0"s}}) == std::nullopt);
  CHECK(kind_with({{"/proc/vz", ""}, {"/proc/bc", ""}}) == std::nullopt);  // OpenVZ's host
  CHECK(kind_with({{"/proc/1/cgroup", "0::/init.scope\n"}}) == std::nullopt);
  CHECK(kind_with({{"/proc/self/status", "TracerPid:\t0\n"}}) == std::nullopt);
  CHECK(kind_with({{"/proc/self/status", "TracerPid:\t7\n"}, {"/proc/7/comm", "gdb\n"}}) ==
        std::nullopt);
  CHECK(kind_with({{"/proc/sys/kernel/osrelease", "6.1.0-40-amd64\n"}}) == std::nullopt);
}

TEST_CASE("names of container managers are declared values", "[collect][container]") {
  for (const std::string_view kind : inventory::kContainers)
    CHECK(collect::container_kind(kind) == std::string(kind));
  CHECK(inventory::kContainers.front() == "docker");
  CHECK(collect::container_kind("none") == "container-other");  // no manager's name
  CHECK_FALSE(inventory::is_container("kvm"));
  CHECK_FALSE(inventory::is_container("other"));
}

TEST_CASE("a container says nothing of its host's firmware and memory modules",
          "[collect][container]") {
  MapHost host;
  host.files["/sys/firmware/dmi/tables/DMI"] = captured_smbios("debian12-two-sockets");
  host.files["/proc/device-tree/serial-number"] = "10000000abcdef01";
  host.files["/proc/cpuinfo"] = "processor : 0\nflags : fpu hypervisor\n";
  host.files["/proc/meminfo"] = "MemTotal: 1024 kB\nSwapTotal: 0 kB\n";
  host.files["/run/systemd/container"] = "lxc\n";
  const collect::CollectedSection system = collect::collect_system(host);
  CHECK(system.providers.at("system").status == Status::kOk);
  CHECK(told("system", system,
             {"virtualization", "serial_number", "uuid", "manufacturer", "chassis_type",
              "board_serial_number", "firmware_vendor"}) ==
        std::vector<std::string>{"lxc | - | - | - | - | - | -"});
  const collect::CollectedSection modules = collect::collect_memory_modules(host);
  CHECK(modules.rows.empty());
  CHECK(modules.providers.at("memory_modules").status == Status::kNotApplicable);
  CHECK(modules.providers.at("memory_modules").reason ==
        "The machine is a container (lxc): the hardware that it sees is its host's.");
  CHECK(
      told("memory", collect::collect_memory(host), {"total_bytes", "installed_bytes", "slots"}) ==
      std::vector<std::string>{"1048576 | - | -"});
  host.files.erase("/run/systemd/container");
  CHECK(told("memory", collect::collect_memory(host), {"installed_bytes"}) ==
        std::vector<std::string>{"17179869184"});
}

TEST_CASE("cases 06 and 93: containers that see their host's firmware",
          "[container][shared_data]") {
  const auto facts = [](const char* name) {
    CaseMachine machine(name);
    return told("system", collect::collect_system(machine.host()),
                {"virtualization", "serial_number", "uuid", "chassis_type"})
        .at(0);
  };
  CHECK(facts("06a-container-host") ==
        "none | HOST-777 | c0ffee01-1111-4222-8333-444455556666 | Desktop");
  CHECK(facts("06b-container-lxc") == "lxc | - | - | -");
  CHECK(facts("93a-docker") == "docker | - | - | -");
  CHECK(facts("93c-podman") == "podman | - | - | -");
}

}  // namespace
}  // namespace muster::agent
