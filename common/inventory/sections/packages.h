// SPDX-License-Identifier: Apache-2.0
// Installed software packages of the system's package managers; each manager is a source with a
// status of its own.
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

inline constexpr std::string_view kPackageManagers[] = {"dpkg"};

struct Package {
  std::string manager;
  std::string scope = "system";
  std::string name;
  std::string architecture;
  std::string version;
  std::optional<std::string> purl, source_package, source_version, publisher, archive_section,
      summary;
  std::optional<std::int64_t> installed_size_bytes;
  std::optional<bool> on_hold;
  std::optional<Instant> installed_at;

  static constexpr auto kSection = [] {
    using R = Package;
    return section<R>(
        {.name = "packages",
         .title = "Packages",
         .meaning = "Installed software packages",
         .sources = kPackageManagers,
         .source_field = "manager"},
        key("manager", &R::manager, "Package manager that installed it", {.shared = true}),
        key("scope", &R::scope, "system, or the user or environment that it is installed for",
            {.shared = true}),
        key("name", &R::name, "Name", {.source = "/var/lib/dpkg/status: Package", .shared = true}),
        key("architecture", &R::architecture, "Architecture",
            {.source = "/var/lib/dpkg/status: Architecture", .shared = true}),
        key("version", &R::version, "Version as the package manager writes it",
            {.source = "/var/lib/dpkg/status: Version", .shared = true, .pairing = false}),
        fact("purl", &R::purl, "Package URL (ECMA-427)",
             {.source = "made from the fields above", .shared = true}),
        fact("source_package", &R::source_package, "Package that it was built from",
             {.source = "/var/lib/dpkg/status: Source", .shared = true}),
        fact("source_version", &R::source_version, "Version of the source package",
             {.source = "/var/lib/dpkg/status: Source", .shared = true}),
        fact("publisher", &R::publisher, "Maintainer or vendor",
             {.source = "/var/lib/dpkg/status: Maintainer", .shared = true}),
        fact("archive_section", &R::archive_section, "Archive section",
             {.source = "/var/lib/dpkg/status: Section", .shared = true}),
        fact("summary", &R::summary, "First line of the description",
             {.source = "/var/lib/dpkg/status: Description", .shared = true}),
        fact("installed_size_bytes", &R::installed_size_bytes,
             "Space on disk as the package declares it",
             {.unit = "bytes", .source = "/var/lib/dpkg/status: Installed-Size", .shared = true}),
        fact("on_hold", &R::on_hold, "Held at this version",
             {.source = "/var/lib/dpkg/status: Status"}),
        fact("installed_at", &R::installed_at, "When it was installed or upgraded",
             {.source = "modification time of /var/lib/dpkg/info/*.list"}));
  }();
};

}  // namespace muster::inventory
