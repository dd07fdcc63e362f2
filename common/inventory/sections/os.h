// SPDX-License-Identifier: Apache-2.0
// The operating system that answers on the machine.
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

struct OperatingSystem {
  std::optional<std::string> name, id, version, version_id, codename, build_id, variant, cpe_name;
  std::optional<std::string> kernel_name, kernel_release, kernel_version, architecture;
  std::optional<std::string> hostname, domain, machine_id, timezone;

  static constexpr auto kSection = [] {
    using R = OperatingSystem;
    return section<R>(
        {.name = "os",
         .title = "Operating system",
         .meaning = "The operating system that runs on the machine",
         .never_empty = true},
        fact("name", &R::name, "Name for people",
             {.read_from = "os-release: NAME; lsb-release, /etc/redhat-release and the like"}),
        fact("id", &R::id, "Name for programs",
             {.read_from = "os-release: ID; of older systems by their name"}),
        fact("version", &R::version, "Version; on Debian with its point release",
             {.read_from =
                  "/etc/debian_version, /etc/centos-release, os-release: VERSION, VERSION_ID, "
                  "lsb-release",
              .kind = TextKind::kVersion}),
        fact("version_id", &R::version_id, "Version as the distribution numbers its releases",
             {.read_from = "os-release: VERSION_ID; lsb-release", .kind = TextKind::kVersion}),
        fact("codename", &R::codename, "Code name",
             {.read_from = "os-release: VERSION_CODENAME; lsb-release"}),
        fact("build_id", &R::build_id, "Image or build", {.read_from = "os-release: BUILD_ID"}),
        fact("variant", &R::variant, "Edition", {.read_from = "os-release: VARIANT"}),
        fact("cpe_name", &R::cpe_name, "Common Platform Enumeration name",
             {.read_from = "os-release: CPE_NAME"}),
        fact("kernel_name", &R::kernel_name, "Kernel", {.read_from = "/proc/sys/kernel/ostype"}),
        fact("kernel_release", &R::kernel_release, "Release of the running kernel",
             {.read_from = "/proc/sys/kernel/osrelease", .kind = TextKind::kKernelRelease}),
        fact("kernel_version", &R::kernel_version, "Build of the running kernel",
             {.read_from = "/proc/sys/kernel/version"}),
        fact("architecture", &R::architecture, "Machine architecture as uname -m has it",
             {.read_from = "uname(2)"}),
        fact("hostname", &R::hostname, "Host name",
             {.read_from = "/proc/sys/kernel/hostname, /etc/hostname", .identity = true}),
        fact("domain", &R::domain, "DNS domain", {.read_from = "/etc/hosts, /etc/resolv.conf"}),
        fact("machine_id", &R::machine_id, "Identifier of this installation",
             {.read_from = "/etc/machine-id", .kind = TextKind::kMachineId, .identity = true}),
        fact("timezone", &R::timezone, "Time zone",
             {.read_from = "/etc/localtime, /etc/timezone"}));
  }();
};

}  // namespace muster::inventory
