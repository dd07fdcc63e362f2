// SPDX-License-Identifier: Apache-2.0
// dpkg's status file and the journal beside it. A package is a row in every state in which its
// files are there, be it that they wait for a script: unpacked software runs. So all count but
// not-installed and config-files (removed, its configuration kept). Of half-installed some of the
// files may be missing; it is a row too, since nobody can say that the software is not there, and
// its `state` says how it is. One pass over the text with views into it; a stanza that cannot be
// understood is left out and said. Pure; any thread.
// Source: deb822(5), dpkg(1) "Package states", lib/dpkg/parse.c and dbmodify.c of dpkg.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/linux/software/package_url.h"
#include "common/inventory/sections/packages.h"

namespace muster::agent::collect {

struct DpkgPackage {
  inventory::Package row;
  bool same_everywhere = false;  // Multi-Arch: same, so its files in info/ are called NAME:ARCH.*
  bool essential = false;        // no system is without it: Essential: yes, or dpkg and base-files
};

// A stanza of a package that has no files (any more).
struct GonePackage {
  std::string name, architecture;
};

struct PackageList {
  std::vector<DpkgPackage> packages;
  std::vector<GonePackage> gone;
  // What could not be understood, first one only, and how many there were; empty when all was.
  std::string problem;
};

// A dpkg status file: stanzas of RFC 822 style fields. `one_per_file`: a file of status.d, where
// distroless images keep one stanza without a Status field, which then means installed.
PackageList parse_dpkg_status(std::string_view text, const Distribution& distribution,
                              bool one_per_file = false);

// A stanza of updates/ stands for that of its package in the status file. `update.problem` is not
// looked at.
void apply_dpkg_update(PackageList& list, PackageList update);

// Whether a file says which package it is about, as only stanzas do. Of status.d, where other files
// may lie beside them.
bool has_dpkg_stanza(std::string_view text);

}  // namespace muster::agent::collect
