// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/virtualization.h"

#include <catch2/catch.hpp>

#include "agent/collect/linux/hardware/system.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

struct Case {
  const char* manufacturer;
  const char* product;
  std::optional<bool> flag;
  const char* clock_sources;
  std::optional<std::string> expected;
};

TEST_CASE("what the firmware of a machine says tells what it runs in", "[collect][system]") {
  const Case c = GENERATE(
      Case{"Dell Inc.", "PowerEdge R640", false, "tsc hpet acpi_pm", "none"},
      Case{"QEMU", "Standard PC (Q35 + ICH9, 2009)", true, "kvm-clock tsc", "kvm"},
      Case{"QEMU", "Standard PC (Q35 + ICH9, 2009)", true, "tsc hpet", "qemu"},
      Case{"Red Hat", "KVM", true, "kvm-clock", "kvm"},
      Case{"VMware, Inc.", "VMware Virtual Platform", true, "tsc", "vmware"},
      Case{"VMware, Inc.", "VMware7,1", true, "tsc", "vmware"},
      Case{"innotek GmbH", "VirtualBox", true, "kvm-clock", "virtualbox"},
      Case{"Microsoft Corporation", "Virtual Machine", true, "hyperv_clocksource_tsc_page",
           "hyperv"},
      Case{"Microsoft Corporation", "Surface Laptop 5", false, "tsc", "none"},
      Case{"Oracle Corporation", "ORACLE SERVER X8-2", false, "tsc", "none"},
      Case{"Xen", "HVM domU", true, "xen tsc", "xen"},
      Case{"Parallels International GmbH.", "Parallels ARM Virtual Machine", {}, "", "parallels"},
      Case{"FreeBSD", "BHYVE", true, "tsc", "bhyve"},
      Case{"Amazon EC2", "t3.micro", true, "kvm-clock tsc", "kvm"},
      Case{"Amazon EC2", "m7g.metal-48xl", {}, "", "none"},
      Case{"Google", "Google Compute Engine", true, "kvm-clock", "kvm"},
      Case{"Google", "Pixelbook", false, "tsc", "none"},
      Case{"Apple Inc.", "Apple Virtualization Generic Platform", {}, "", "other"},
      Case{"Acme", "Appliance", true, "tsc", "other"},
      Case{"Acme", "ARM Server", {}, "arch_sys_counter", "none"},
      Case{"", "", {}, "", std::nullopt}, Case{"", "", false, "tsc", "none"},
      Case{"", "", true, "kvm-clock tsc", "kvm"});
  CAPTURE(c.manufacturer, c.product, c.clock_sources);
  inventory::System system;
  if (*c.manufacturer) system.manufacturer = c.manufacturer;
  if (*c.product) system.product_name = c.product;
  collect::VirtualizationEvidence evidence;
  evidence.hypervisor_flag = c.flag;
  evidence.clock_sources = c.clock_sources;
  CHECK(collect::virtualization_of(evidence, system) == c.expected);
}

TEST_CASE("any field of the firmware may name the hypervisor", "[collect][system]") {
  using inventory::System;
  struct Row {
    std::optional<std::string> System::*field;
    const char* text;
    std::optional<bool> flag;
    const char* clock_sources;
    const char* expected;
  };
  const Row row = GENERATE(
      Row{&System::firmware_vendor, "QEMU", false, "tsc", "qemu"},  // QEMU of 2008
      Row{&System::firmware_vendor, "QEMU", true, "kvm-clock", "kvm"},
      Row{&System::firmware_vendor, "Bochs", true, "tsc", "qemu"},
      Row{&System::firmware_vendor, "BHYVE", true, "tsc", "bhyve"},
      Row{&System::firmware_vendor, "Xen", true, "tsc", "xen"},
      Row{&System::firmware_vendor, "innotek GmbH", true, "tsc", "virtualbox"},
      Row{&System::firmware_vendor, "VMware, Inc.", true, "tsc", "vmware"},
      Row{&System::firmware_vendor, "Parallels International GmbH.", true, "tsc", "parallels"},
      Row{&System::firmware_vendor, "Amazon EC2", {}, "", "kvm"},
      Row{&System::firmware_vendor, "EFI Development Kit II / OVMF", true, "tsc", "qemu"},
      Row{&System::firmware_vendor, "SeaBIOS", false, "tsc", "none"},  // coreboot's too
      Row{&System::board_manufacturer, "QEMU", true, "tsc", "qemu"},
      Row{&System::board_manufacturer, "VMware, Inc.", true, "tsc", "vmware"},
      Row{&System::board_manufacturer, "Oracle Corporation", false, "tsc", "none"},
      Row{&System::board_product, "VirtualBox", true, "tsc", "virtualbox"},
      Row{&System::version, "Hyper-V UEFI Release v4.1", {}, "", "hyperv"},
      Row{&System::version, "pc-q35-8.2", true, "tsc", "qemu"},
      Row{&System::chassis_manufacturer, "Bochs", true, "tsc", "qemu"},
      Row{&System::chassis_manufacturer, "QEMU", true, "kvm-clock tsc", "kvm"},
      Row{&System::manufacturer, "KubeVirt", true, "tsc", "kvm"},
      Row{&System::manufacturer, "VMW", true, "tsc", "vmware"},
      Row{&System::product_name, "KVM Virtual Machine", {}, "", "kvm"},
      Row{&System::product_name, "RHEV Hypervisor", true, "tsc", "kvm"},
      Row{&System::product_name, "OpenStack Nova", true, "tsc", "kvm"});
  CAPTURE(row.text);
  System system;
  system.*row.field = row.text;
  collect::VirtualizationEvidence evidence;
  evidence.hypervisor_flag = row.flag;
  evidence.clock_sources = row.clock_sources;
  CHECK(collect::virtualization_of(evidence, system) == row.expected);
}

TEST_CASE("the real machines of clouds are told from their virtual ones", "[collect][system]") {
  const auto answer = [](const char* maker, const char* product, std::optional<bool> flag) {
    inventory::System system;
    system.manufacturer = maker;
    system.product_name = product;
    collect::VirtualizationEvidence evidence;
    evidence.hypervisor_flag = flag;
    return collect::virtualization_of(evidence, system);
  };
  CHECK(answer("Alibaba Cloud", "Alibaba Cloud ECS", true) == "kvm");
  CHECK(answer("Alibaba Cloud", "Alibaba Cloud ECS", false) == "none");
  CHECK(answer("Amazon EC2", "c5.metal", false) == "none");
  CHECK(answer("Apache Software Foundation", "CloudStack KVM Hypervisor", true) == "kvm");
  CHECK(answer("DigitalOcean", "Droplet", true) == "kvm");
  CHECK(answer("Hetzner", "vServer", true) == "kvm");
  CHECK(answer("Hetzner", "AX101", false) == "none");
  CHECK(answer("Tencent Cloud", "CVM", true) == "kvm");
}

TEST_CASE("case virtualization-cloudstack: the maker says KVM", "[system][shared_data]") {
  CaseMachine machine("virtualization-cloudstack");
  CHECK(told("system", collect::collect_system(machine.host()), {"virtualization"}) ==
        std::vector<std::string>{"kvm"});
}

TEST_CASE("the control domain of Xen is real hardware and its guests are not",
          "[collect][system]") {
  MapHost host;
  host.files["/sys/hypervisor/type"] = "xen\n";
  host.files["/proc/cpuinfo"] = "processor : 0\nflags : fpu hypervisor\n";
  CHECK(collect::virtualization_of(collect::gather_virtualization_evidence(host), {}) == "xen");
  host.files["/proc/xen/capabilities"] = "control_d\n";
  CHECK(collect::virtualization_of(collect::gather_virtualization_evidence(host), {}) == "none");
}

TEST_CASE("machines without SMBIOS tell their hypervisor in other places", "[collect][system]") {
  const auto answer = [](std::map<std::string, std::string> files) {
    MapHost host;
    host.files = std::move(files);
    return collect::virtualization_of(collect::gather_virtualization_evidence(host), {});
  };
  const std::string guest = "processor : 0\nflags : fpu hypervisor\n\nprocessor : 1\nflags : fpu\n";
  CHECK(answer({{"/proc/cpuinfo", guest},
                {"/sys/firmware/acpi/tables/DSDT", "DSDT\x10\0\0\0\x02\x01 FIRECKFCVMDSDT"}}) ==
        "other");  // the text ends at its first NUL: too short for a header
  CHECK(answer({{"/proc/cpuinfo", guest},
                {"/sys/firmware/acpi/tables/DSDT", std::string("DSDT\x10\0\0\0\x02\x01"
                                                               "FIRECKFCVMDSDT",
                                                               24)}}) == "firecracker");
  CHECK(answer({{"/proc/cpuinfo", "processor : 0\nmodel name : QEMU TCG CPU\nflags : fpu\n"}}) ==
        "qemu");
  CHECK(answer({{"/proc/cpuinfo", "processor : 0\nmodel name : UML\n"}}) == "other");
  CHECK(answer({{"/proc/cpuinfo", "processor : 0\nflags : fpu\n"},
                {"/proc/bus/pci/devices", "0010\t80eebeef\t12\n"}}) == "virtualbox");
  CHECK(answer({{"/proc/device-tree/compatible", "linux,dummy-virt"}}) == "qemu");
  CHECK(answer({{"/proc/device-tree/compatible", "linux,dummy-virt"},
                {"/proc/device-tree/hypervisor/compatible", "linux,kvm"}}) == "kvm");
  CHECK(answer({{"/proc/device-tree/hypervisor/compatible", "xen,xen-4.17"}}) == "xen");
  CHECK(answer({{"/proc/device-tree/compatible", "ibm,powernv"}}) == "none");
  CHECK(answer({{"/proc/device-tree/compatible", "IBM,9009-42A"},
                {"/proc/device-tree/ibm,partition-name", "lpar1"}}) == "other");
  CHECK(answer({{"/proc/sysinfo", "VM00 Control Program: KVM/Linux\n"}}) == "kvm");
  CHECK(answer({{"/proc/sysinfo", "VM00 Control Program: z/VM    7.2.0\n"}}) == "other");
  CHECK(answer({{"/proc/sysinfo", "LPAR Number:          39\n"}}) == "other");
}

}  // namespace
}  // namespace muster::agent
