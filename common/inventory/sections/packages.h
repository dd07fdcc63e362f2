// SPDX-License-Identifier: Apache-2.0
// Software packages of the system's package managers. Each manager is a source with a status of its
// own, and no answer about packages stands on one that could not be read
// (docs/decisions/0028-package-sources.md):
//   dpkg     always has a status; not_applicable where there is no dpkg database, and where dpkg is
//            a tool that has installed nothing on a system of another manager;
//   others   have a status only where they are there. This version reads none of them, so it is
//            `failed` for the manager that the system is made of, or that may be it, and
//            not_applicable, with the reason, for one beside the system's own.
// What is installed is known when a source was ok and none is there that was never read
// (docs/query.md, Undetermined); all of them not_applicable says nothing.
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

inline constexpr std::string_view kPackageManagers[] = {"dpkg",   "apk",     "nix", "opkg",
                                                        "pacman", "portage", "rpm", "xbps"};

// dpkg(1), "Package states", of those in which there are files: from begun to done.
inline constexpr std::string_view kPackageStates[] = {"half_installed",   "unpacked",
                                                      "half_configured",  "triggers_awaited",
                                                      "triggers_pending", "installed"};

struct Package {
  std::string manager;
  std::string scope = "system";
  std::string name;
  std::string architecture;
  std::string version;
  std::optional<std::string> purl, source_package, source_version, publisher, archive_section,
      summary, state;
  std::optional<std::int64_t> installed_size_bytes;
  std::optional<bool> on_hold, reinstall_required;
  std::optional<Instant> installed_at;

  static constexpr auto kSection = [] {
    using R = Package;
    return section<R>(
        {.name = "packages",
         .title = "Packages",
         .one = "Package",
         .meaning =
             "Software packages whose files are on the machine; those of dpkg are read, other "
             "managers are told as sources that are not",
         .providers = kPackageManagers,
         .provider_field = "manager",
         .never_empty = true},
        key("manager", &R::manager, "Package manager that installed it", {.shared = true}),
        key("scope", &R::scope, "system, or the user or environment that it is installed for",
            {.shared = true}),
        key("name", &R::name, "Name",
            {.read_from = "/var/lib/dpkg/status and updates/*: Package", .shared = true}),
        key("architecture", &R::architecture, "Architecture",
            {.read_from = "/var/lib/dpkg/status: Architecture", .shared = true}),
        key("version", &R::version, "Version as the package manager writes it",
            {.read_from = "/var/lib/dpkg/status: Version",
             .kind = TextKind::kPackageVersion,
             .shared = true,
             .pairing = false,
             .summary = true}),
        fact("purl", &R::purl, "Package URL (ECMA-427)",
             {.read_from = "made from the fields above", .shared = true}),
        fact("source_package", &R::source_package, "Package that it was built from",
             {.read_from = "/var/lib/dpkg/status: Source", .shared = true}),
        fact("source_version", &R::source_version, "Version of the source package",
             {.read_from = "/var/lib/dpkg/status: Source",
              .kind = TextKind::kPackageVersion,
              .shared = true}),
        fact("publisher", &R::publisher, "Maintainer or vendor",
             {.read_from = "/var/lib/dpkg/status: Maintainer", .shared = true}),
        fact("archive_section", &R::archive_section, "Archive section",
             {.read_from = "/var/lib/dpkg/status: Section", .shared = true}),
        fact("summary", &R::summary, "First line of the description",
             {.read_from = "/var/lib/dpkg/status: Description", .shared = true}),
        fact(
            "installed_size_bytes", &R::installed_size_bytes,
            "Space on disk as the package declares it",
            {.unit = "bytes", .read_from = "/var/lib/dpkg/status: Installed-Size", .shared = true}),
        // Shared, as nearly all have the same: a column of rows would cost 40 million times 9
        // bytes.
        fact("state", &R::state,
             "How far its installation came: installed, or its files are there and it waits for "
             "its own scripts or those of others; of half_installed some files may be missing",
             {.read_from = "/var/lib/dpkg/status: Status",
              .values = kPackageStates,
              .shared = true}),
        fact("reinstall_required", &R::reinstall_required,
             "Damaged: dpkg asks that it is installed again",
             {.read_from = "/var/lib/dpkg/status: Status", .shared = true}),
        fact("on_hold", &R::on_hold, "Held at this version",
             {.read_from = "/var/lib/dpkg/status: Status"}),
        fact("installed_at", &R::installed_at, "When its files were installed or upgraded",
             {.read_from = "modification time of /var/lib/dpkg/info/*.list", .identity = true}));
  }();
};

}  // namespace muster::inventory
