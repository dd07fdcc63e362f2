// SPDX-License-Identifier: Apache-2.0
// Whether the agent runs in a container, and of which kind. What firmware and hardware a container
// sees are its host's: they are no facts of it. As thread-safe as the Host.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agent/host/host.h"

namespace muster::agent::collect {

// One of inventory::kContainers; nullopt: no mark of a container. The marks, in the order in which
// systemd asks them (src/basic/virt.c, detect_container): OpenVZ's and WSL's kernels, a tracer
// called proot, the Container Interface (systemd.io/CONTAINER_INTERFACE: /run/host/
// container-manager, /run/systemd/container, `container=` of process 1), the files of Podman and
// Docker, control groups that are not the machine's own.
std::optional<std::string> container_of(host::Host& host);

// The kind of what a container manager calls itself; "container-other" for names that are not
// known, nullopt for an empty one.
std::optional<std::string> container_kind(std::string_view manager);

// "The machine is a container (lxc): ...", why a section of hardware has no rows.
std::string hardware_is_the_hosts(std::string_view container);

}  // namespace muster::agent::collect
