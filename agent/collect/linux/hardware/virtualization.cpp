// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/virtualization.h"

#include <algorithm>
#include <array>

#include "agent/collect/linux/hardware/cpuinfo.h"
#include "agent/collect/linux/read/read_text.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

// The value behind the first "name : value" of `text`.
std::string_view value_of(std::string_view text, std::string_view name) {
  for (const std::string_view line : lines(text)) {
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && trim(line.substr(0, colon)) == name)
      return trim(line.substr(colon + 1));
  }
  return {};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

struct ProductMark {
  std::string_view manufacturer;  // begins with this; empty: any
  std::string_view product;       // begins with this; empty: any
  std::string_view virtualization;
  // The maker's machines without a hypervisor carry the same texts; the processor's flag tells.
  bool sells_bare_metal = false;
};

// What hypervisors and clouds write as maker and product. "qemu" is looked at again: most often it
// is KVM.
constexpr ProductMark kProductMarks[] = {
    {"Microsoft Corporation", "Virtual Machine", "hyperv"},
    {"Amazon EC2", "", "kvm", true},
    {"Google", "Google Compute Engine", "kvm"},
    {"Alibaba Cloud", "Alibaba Cloud ECS", "kvm", true},
    {"Tencent Cloud", "CVM", "kvm", true},
    {"DigitalOcean", "Droplet", "kvm"},
    {"Hetzner", "vServer", "kvm"},
    {"Linode", "Compute Instance", "kvm"},
    {"Exoscale", "Exoscale Compute Platform", "kvm"},
    {"Scaleway", "SCW-", "kvm", true},
    {"Apache Software Foundation", "CloudStack KVM", "kvm"},
    {"OpenStack Foundation", "", "kvm"},
    {"Red Hat", "RHEV Hypervisor", "kvm"},
    {"Red Hat", "OpenStack", "kvm"},
    {"oVirt", "", "kvm"},
    {"Nutanix", "AHV", "kvm"},
    {"Joyent", "SmartDC HVM", "kvm"},
    {"Virtuozzo", "", "kvm"},
    {"", "RHEV", "kvm"},
    {"", "Standard PC (", "qemu"},
};

struct VendorMark {
  std::string_view text;  // a field begins with this
  std::string_view virtualization;
};

// systemd, src/basic/virt.c, detect_vm_dmi_vendor(): any of the fields below may say it. Oracle
// Corporation is not among them: it makes real machines too, and VirtualBox says so elsewhere.
constexpr VendorMark kVendorMarks[] = {
    {"KVM", "kvm"},
    {"OpenStack", "kvm"},
    {"KubeVirt", "kvm"},
    {"Amazon EC2", "kvm"},
    {"Google Compute Engine", "kvm"},
    {"CloudStack KVM", "kvm"},
    {"VMware", "vmware"},
    {"VMW", "vmware"},
    {"innotek GmbH", "virtualbox"},
    {"VirtualBox", "virtualbox"},
    {"Xen", "xen"},
    {"Parallels", "parallels"},
    {"BHYVE", "bhyve"},
    {"Hyper-V", "hyperv"},
    {"Apple Virtualization", "other"},
    {"cloud-hypervisor", "other"},
    {"Cloud Hypervisor", "other"},
    {"QEMU", "qemu"},
    {"Bochs", "qemu"},
    {"pc-i440fx", "qemu"},
    {"pc-q35", "qemu"},
    {"EFI Development Kit II / OVMF", "qemu"},
};

// In systemd's order, product before maker: "KVM" of QEMU. The chassis is what CloudStack leaves.
constexpr std::optional<std::string> inventory::System::*kVendorFields[] = {
    &inventory::System::product_name,         &inventory::System::manufacturer,
    &inventory::System::board_manufacturer,   &inventory::System::board_product,
    &inventory::System::firmware_vendor,      &inventory::System::version,
    &inventory::System::chassis_manufacturer,
};

// Instances without a hypervisor: "c5.metal", "m7g.metal-48xl".
bool is_bare_metal_of_a_cloud(const inventory::System& system) {
  const auto is_amazon = [](const std::optional<std::string>& text) {
    return text && text->starts_with("Amazon EC2");
  };
  return (is_amazon(system.manufacturer) || is_amazon(system.firmware_vendor)) &&
         system.product_name && contains(*system.product_name, ".metal");
}

std::string_view from_firmware(const inventory::System& system, std::optional<bool> flag) {
  if (is_bare_metal_of_a_cloud(system)) return "none";
  const std::string manufacturer = system.manufacturer.value_or("");
  const std::string product = system.product_name.value_or("");
  for (const ProductMark& mark : kProductMarks) {
    if (!manufacturer.starts_with(mark.manufacturer) || !product.starts_with(mark.product))
      continue;
    return mark.sells_bare_metal && flag == false ? "none" : mark.virtualization;
  }
  for (const auto field : kVendorFields) {
    const std::string text = (system.*field).value_or("");
    for (const VendorMark& mark : kVendorMarks) {
      if (text.starts_with(mark.text)) return mark.virtualization;
    }
  }
  return {};
}

std::string_view from_clock_sources(std::string_view sources) {
  if (contains(sources, "kvm-clock")) return "kvm";
  if (contains(sources, "hyperv_clocksource")) return "hyperv";
  for (const std::string_view source : split(sources, ' ')) {
    if (source == "xen") return "xen";
  }
  return {};
}

std::string_view from_device_tree(const VirtualizationEvidence& evidence) {
  const std::string_view hypervisor = evidence.device_tree_hypervisor;
  if (contains(hypervisor, "kvm")) return "kvm";
  if (contains(hypervisor, "xen")) return evidence.xen_control_domain ? "none" : "xen";
  if (contains(hypervisor, "vmware")) return "vmware";
  if (!hypervisor.empty()) return "other";
  const std::string_view machine = evidence.device_tree_compatible;
  if (contains(machine, "linux,dummy-virt") || contains(machine, "qemu,") ||
      contains(machine, "riscv-virtio"))
    return "qemu";
  if (evidence.power_partition) return "other";  // PowerVM
  return {};
}

std::string_view from_control_program(std::string_view program) {
  if (program.empty()) return {};
  return contains(program, "KVM") ? "kvm" : "other";
}

// Devices that only a hypervisor makes. Virtio is not among them: bare metal in clouds has it too.
std::string_view from_pci_devices(std::string_view devices) {
  for (const std::string_view line : lines(devices)) {
    const std::vector<std::string_view> words = split(line, '\t');
    if (words.size() < 2) continue;
    if (words[1] == "80eebeef" || words[1] == "80eecafe") return "virtualbox";
    if (words[1] == "15ad0405" || words[1] == "15ad0740") return "vmware";
    if (words[1] == "58530001") return "xen";
  }
  return {};
}

bool is_x86(std::string_view cpuinfo) {
  return contains(cpuinfo, "\nflags") || cpuinfo.starts_with("flags");
}

}  // namespace

VirtualizationEvidence gather_virtualization_evidence(host::Host& host) {
  VirtualizationEvidence out;
  if (const auto cpuinfo = host.read("/proc/cpuinfo", kCpuinfoBytes)) {
    // One processor is enough, and a big machine has hundreds.
    const std::string_view first = std::string_view(*cpuinfo).substr(0, cpuinfo->find("\n\n"));
    out.cpu_model = value_of(first, "model name");
    if (is_x86(first)) {
      const auto flags = split(value_of(first, "flags"), ' ');
      out.hypervisor_flag = std::find(flags.begin(), flags.end(), "hypervisor") != flags.end();
    }
  }
  out.hypervisor_type = read_text(host, "/sys/hypervisor/type");
  if (!out.hypervisor_type.empty())
    out.xen_control_domain = contains(read_text(host, "/proc/xen/capabilities"), "control_d");
  out.device_tree_hypervisor = read_text(host, "/proc/device-tree/hypervisor/compatible");
  out.device_tree_compatible = read_text(host, "/proc/device-tree/compatible");
  out.power_partition = host.status("/proc/device-tree/ibm,partition-name").ok();
  out.clock_sources =
      read_text(host, "/sys/devices/system/clocksource/clocksource0/available_clocksource");
  if (const auto sysinfo = host.read("/proc/sysinfo")) {
    out.control_program = value_of(*sysinfo, "VM00 Control Program");
    if (out.control_program.empty() && !value_of(*sysinfo, "LPAR Number").empty())
      out.control_program = "LPAR";
  }
  out.pci_devices = read_text(host, "/proc/bus/pci/devices");
  // The header of an ACPI table has its maker at 10 (ACPI 6.5, 5.2.6).
  if (out.hypervisor_flag == true) {
    if (const auto table = host.read("/sys/firmware/acpi/tables/DSDT"); table && table->size() > 16)
      out.acpi_oem = table->substr(10, 6);
  }
  return out;
}

std::optional<std::string> virtualization_of(const VirtualizationEvidence& evidence,
                                             const inventory::System& system) {
  const auto answer = [](std::string_view name) { return std::string(name); };
  if (evidence.hypervisor_type == "xen")
    return answer(evidence.xen_control_domain ? "none" : "xen");
  std::string_view found = from_firmware(system, evidence.hypervisor_flag);
  if (found.empty()) found = from_device_tree(evidence);
  if (found.empty()) found = from_control_program(evidence.control_program);
  const std::string_view clock = from_clock_sources(evidence.clock_sources);
  if ((found == "qemu" || found == "other") && clock == "kvm") return answer("kvm");
  if (found.empty()) found = from_pci_devices(evidence.pci_devices);
  if (!found.empty()) return answer(found);
  if (evidence.acpi_oem == "FIRECK") return answer("firecracker");
  if (evidence.cpu_model.starts_with("QEMU ")) return answer("qemu");
  if (evidence.cpu_model == "UML") return answer("other");  // User Mode Linux
  if (!clock.empty()) return answer(clock);
  if (evidence.hypervisor_flag) return answer(*evidence.hypervisor_flag ? "other" : "none");
  // Not an x86: real hardware when the firmware spoke and named no hypervisor.
  const bool firmware_spoke = system.manufacturer || system.product_name ||
                              system.firmware_vendor || !evidence.device_tree_compatible.empty();
  if (firmware_spoke) return answer("none");
  return std::nullopt;
}

}  // namespace muster::agent::collect
