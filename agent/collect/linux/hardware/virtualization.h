// SPDX-License-Identifier: Apache-2.0
// The hypervisor that the machine runs on: one of inventory::kVirtualization, from what the kernel
// and the firmware say (no CPUID instruction is executed, so that a copied tree gives the same
// answer). Containers are container.h's.
// virtualization_of is pure; gathering is as thread-safe as the Host.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agent/host/host.h"
#include "common/inventory/sections/system.h"

namespace muster::agent::collect {

struct VirtualizationEvidence {
  std::optional<bool> hypervisor_flag;  // /proc/cpuinfo of an x86; nullopt elsewhere
  std::string hypervisor_type;          // /sys/hypervisor/type: "xen"
  bool xen_control_domain = false;      // /proc/xen/capabilities: control_d
  std::string device_tree_hypervisor;   // /proc/device-tree/hypervisor/compatible
  std::string device_tree_compatible;   // of the machine; NUL between the names
  bool power_partition = false;         // /proc/device-tree/ibm,partition-name
  std::string control_program;          // /proc/sysinfo of a z system: "KVM/Linux", "z/VM", "LPAR"
  std::string clock_sources;            // the kernel's: kvm-clock, xen, hyperv_clocksource_...
  std::string cpu_model;                // "QEMU TCG CPU version 2.5+"
  std::string pci_devices;              // /proc/bus/pci/devices: vendor and device in hexadecimal
  std::string acpi_oem;                 // of the DSDT: "FIRECK"
};

VirtualizationEvidence gather_virtualization_evidence(host::Host& host);

// nullopt: nothing says either way. `system` is what the firmware said.
std::optional<std::string> virtualization_of(const VirtualizationEvidence& evidence,
                                             const inventory::System& system);

}  // namespace muster::agent::collect
