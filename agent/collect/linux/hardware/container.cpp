// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/container.h"

#include <algorithm>

#include "agent/collect/linux/read/read_text.h"
#include "common/inventory/sections/system.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

constexpr std::string_view kOther = "container-other";

// Parts of the path of process 1 in control groups of version 1, which shows the host's names.
struct GroupMark {
  std::string_view part;
  std::string_view kind;
};
constexpr GroupMark kGroupMarks[] = {
    {"/docker/", "docker"}, {"/docker-", "docker"},
    {"/libpod-", "podman"}, {"/libpod_", "podman"},
    {"/lxc/", "lxc"},       {"/lxc.payload", "lxc"},
    {"/kubepods", kOther},  {"/cri-containerd", kOther},
    {"/crio-", kOther},     {"/containerd/", kOther},
    {"/garden/", kOther},
};

// The namespaces that the kernel begins with have fixed numbers (Linux, include/linux/proc_ns.h).
struct InitialNamespace {
  std::string_view path;
  std::string_view target;
};
constexpr InitialNamespace kInitialNamespaces[] = {{"/proc/self/ns/pid", "pid:[4026531836]"},
                                                   {"/proc/self/ns/uts", "uts:[4026531838]"},
                                                   {"/proc/self/ns/ipc", "ipc:[4026531839]"}};

bool has_file(host::Host& host, std::string_view path) {
  return host.status(path).ok();
}

// The value of `container` among the NUL-ended variables of process 1.
std::string variable_of_first_process(host::Host& host) {
  const auto environment = host.read("/proc/1/environ");
  if (!environment) return {};
  constexpr std::string_view kName = "container=";
  for (const std::string_view variable : split(*environment, '\0')) {
    if (variable.starts_with(kName)) return std::string(trim(variable.substr(kName.size())));
  }
  return {};
}

bool is_windows_subsystem(host::Host& host) {
  const std::string release = read_text(host, "/proc/sys/kernel/osrelease");
  return release.find("Microsoft") != std::string::npos || release.find("WSL") != std::string::npos;
}

// PRoot traces every process below it.
bool is_traced_by_proot(host::Host& host) {
  constexpr std::string_view kField = "TracerPid:";
  const std::string status = read_text(host, "/proc/self/status");
  for (const std::string_view line : lines(status)) {
    if (!line.starts_with(kField)) continue;
    const auto tracer = parse_integer(trim(line.substr(kField.size())));
    if (!tracer || *tracer <= 0) return false;
    return read_text(host, "/proc/" + std::to_string(*tracer) + "/comm").starts_with("proot");
  }
  return false;
}

// A virtual machine or board whose disk was made from a container's image has the files, too, but
// no namespace of its own. In a copied tree nobody can tell.
bool is_in_initial_namespaces(host::Host& host) {
  return std::all_of(std::begin(kInitialNamespaces), std::end(kInitialNamespaces),
                     [&](const InitialNamespace& each) {
                       const auto target = host.read_link(each.path);
                       return target && *target == each.target;
                     });
}

std::optional<std::string> from_marker_files(host::Host& host) {
  if (is_in_initial_namespaces(host)) return std::nullopt;
  if (has_file(host, "/run/.containerenv")) return "podman";
  if (has_file(host, "/.dockerenv")) return "docker";
  return std::nullopt;
}

std::optional<std::string> from_control_groups(host::Host& host) {
  const std::string groups = read_text(host, "/proc/1/cgroup");
  for (const GroupMark& mark : kGroupMarks) {
    if (groups.find(mark.part) != std::string::npos) return std::string(mark.kind);
  }
  // The root of version 2 has no such file; what a namespace shows as its root has.
  if (has_file(host, "/sys/fs/cgroup/cgroup.events")) return std::string(kOther);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> container_kind(std::string_view manager) {
  const std::string_view name = trim(manager);
  if (name.empty()) return std::nullopt;
  const auto known =
      std::find(std::begin(inventory::kContainers), std::end(inventory::kContainers), name);
  return std::string(known == std::end(inventory::kContainers) ? kOther : *known);
}

std::optional<std::string> container_of(host::Host& host) {
  if (has_file(host, "/proc/vz") && !has_file(host, "/proc/bc")) return "openvz";
  if (is_windows_subsystem(host)) return "wsl";
  if (is_traced_by_proot(host)) return "proot";
  std::string manager = read_text(host, "/run/host/container-manager");
  if (manager.empty()) manager = read_text(host, "/run/systemd/container");
  if (manager.empty()) manager = variable_of_first_process(host);
  // "oci" is what several managers call themselves: their files know better.
  if (!manager.empty() && manager != "oci") return container_kind(manager);
  if (auto kind = from_marker_files(host)) return kind;
  if (auto kind = from_control_groups(host)) return kind;
  return container_kind(manager);
}

std::string hardware_is_the_hosts(std::string_view container) {
  return "The machine is a container (" + std::string(container) +
         "): the hardware that it sees is its host's.";
}

}  // namespace muster::agent::collect
