// SPDX-License-Identifier: Apache-2.0
// Package managers as such: which one a system is made of, and which have a database on it. Needed
// so that a machine whose packages nobody could read never looks like one without them. Any thread.
// Source: os-release(5) ID and ID_LIKE; hier(7) and the managers' own pages for where databases
// are.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/host/host.h"

namespace muster::agent::collect {

// "dpkg" for ID=debian, and for ID=foo with ID_LIKE="ubuntu debian"; nullopt when neither says so.
std::optional<std::string_view> own_package_manager(std::string_view id, std::string_view id_like);

// The same of a machine: by its os-release, else by the release file that it has.
std::optional<std::string_view> own_package_manager(host::Host& host);

struct PackageDatabase {
  std::string_view manager;
  std::string path;
};

// The databases that this version does not read, one a manager, by name. dpkg's is not among them.
std::vector<PackageDatabase> find_unread_databases(host::Host& host);

}  // namespace muster::agent::collect
