// SPDX-License-Identifier: Apache-2.0
// dpkg's database as files: status, the journal in updates/, and status.d of distroless images.
// Any thread.
#pragma once
#include <optional>
#include <string>

#include "agent/collect/linux/software/dpkg_status.h"
#include "agent/host/host.h"

namespace muster::agent::collect {

struct DpkgDatabase {
  PackageList list;
  bool is_there = false;
  // `status` has packages, so dpkg keeps it. Else status.d alone: what was put into an image.
  bool lists_system = false;
  // Why nothing could be read although it is there; `list` is empty then.
  std::optional<Failure> failure;
};

// `list.problem` is a sentence that names the file.
DpkgDatabase read_dpkg_database(host::Host& host, const Distribution& distribution);

}  // namespace muster::agent::collect
