// SPDX-License-Identifier: Apache-2.0
// The os section: the distribution, the running kernel, and the names of this installation. The
// functions besides collect_os are pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agent/collect/collector.h"
#include "common/inventory/sections/os.h"

namespace muster::agent::collect {

// 32 hexadecimal digits (machine-id(5)); nullopt for "uninitialized", zeros and other text.
std::optional<std::string> parse_machine_id(std::string_view text);

// "/usr/share/zoneinfo/Europe/Ljubljana" as "Europe/Ljubljana"; nullopt when it is no zone file.
std::optional<std::string> timezone_of_link(std::string_view target);

// The domain in which `hostname` is, as hosts(5) names it: "10.0.0.5 web1.example.org web1".
std::optional<std::string> domain_from_hosts(std::string_view hosts, std::string_view hostname);

// `domain`, or `search` with one name, of a resolv.conf(5) that a person wrote; nullopt for one
// that is made anew on each network, since a laptop does not change its domain on a train.
std::optional<std::string> domain_from_resolv_conf(std::string_view text);

CollectedSection collect_os(host::Host& host);

}  // namespace muster::agent::collect
