// SPDX-License-Identifier: Apache-2.0
// Machines of package managers that this version does not read never look as if they had nothing.
#include "agent/collect/linux/software/package_managers.h"

#include <catch2/catch.hpp>

#include "agent/collect/linux/software/packages.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

using inventory::Status;

constexpr const char* kDpkgItself =
    "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n";

std::string line_of(const collect::CollectedSection& packages) {
  return inventory::status_line("packages", packages.providers);
}

}  // namespace

TEST_CASE("the manager that a system is made of is known by its distribution", "[packages]") {
  struct Case {
    std::string id, id_like;
    std::optional<std::string_view> own;
  };
  const std::vector<Case> cases = {
      {"debian", "", "dpkg"},
      {"Ubuntu", "debian", "dpkg"},
      {"neon", "ubuntu debian", "dpkg"},
      {"rhel", "fedora", "rpm"},
      {"centos", "rhel fedora", "rpm"},
      {"nobara", "fedora", "rpm"},
      {"opensuse-tumbleweed", "", "rpm"},
      {"sles_sap", "", "rpm"},
      {"sle-micro", "suse", "rpm"},
      {"arch", "", "pacman"},
      {"garuda", "arch", "pacman"},
      {"alpine", "", "apk"},
      {"gentoo", "", "portage"},
      {"void", "", "xbps"},
      {"nixos", "", "nix"},
      {"kylin", "", std::nullopt},
      {"kylin", "debian", "dpkg"},
      {"flatcar", "coreos", std::nullopt},
      {"", "", std::nullopt},
  };
  for (const Case& test : cases) {
    CAPTURE(test.id, test.id_like);
    CHECK(collect::own_package_manager(test.id, test.id_like) == test.own);
  }
  MapHost old;
  CHECK(collect::own_package_manager(old) == std::nullopt);
  old.files["/etc/redhat-release"] = "CentOS release 6.10 (Final)\n";
  CHECK(collect::own_package_manager(old) == "rpm");
  old.files["/etc/os-release"] = "ID=debian\n";
  CHECK(collect::own_package_manager(old) == "dpkg");
  old.files["/etc/os-release"] = "";
  old.files["/usr/lib/os-release"] = "ID=arch\n";
  CHECK(collect::own_package_manager(old) == "pacman");
}

TEST_CASE("packages: a database that is not read is a source that says so", "[packages]") {
  struct Case {
    std::string os_release, database, line;
  };
  const std::vector<Case> cases = {
      {"ID=centos\n", "/var/lib/rpm/Packages", "dpkg:not_applicable,rpm:failed"},
      {"ID=fedora\n", "/usr/lib/sysimage/rpm/rpmdb.sqlite", "dpkg:not_applicable,rpm:failed"},
      {"ID=sles\n", "/usr/lib/sysimage/rpm/Packages.db", "dpkg:not_applicable,rpm:failed"},
      {"ID=arch\n", "/var/lib/pacman/local/bash-5.2-1/desc", "dpkg:not_applicable,pacman:failed"},
      {"ID=alpine\n", "/lib/apk/db/installed", "apk:failed,dpkg:not_applicable"},
      {"ID=gentoo\n", "/var/db/pkg/app-shells/bash-5.2/PF", "dpkg:not_applicable,portage:failed"},
      {"ID=void\n", "/var/db/xbps/pkgdb-0.38.plist", "dpkg:not_applicable,xbps:failed"},
      {"ID=openwrt\n", "/usr/lib/opkg/status", "dpkg:not_applicable,opkg:failed"},
      {"ID=nixos\n", "/nix/var/nix/db/db.sqlite", "dpkg:not_applicable,nix:failed"},
      // A system that nobody has heard of, and one whose database is elsewhere.
      {"ID=own\n", "/var/lib/rpm/rpmdb.sqlite", "dpkg:not_applicable,rpm:failed"},
      {"", "/var/lib/rpm/rpmdb.sqlite", "dpkg:not_applicable,rpm:failed"},
      {"ID=rocky\n", "", "dpkg:not_applicable,rpm:failed"},
      {"ID=own\n", "", "dpkg:not_applicable"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.os_release, test.database);
    MapHost host;
    host.files["/etc/os-release"] = test.os_release;
    if (!test.database.empty()) host.files[test.database] = "x";
    const collect::CollectedSection packages = collect::collect_packages(host);
    CHECK(line_of(packages) == test.line);
    CHECK(packages.rows.empty());
    for (const auto& [name, source] : packages.providers)
      CHECK_FALSE(source.reason.empty());
    // The tool dpkg, with the empty database that its package brings, changes nothing.
    host.files["/var/lib/dpkg/status"] = "";
    host.files["/var/lib/dpkg/available"] = "";
    if (test.line != "dpkg:not_applicable")
      CHECK(line_of(collect::collect_packages(host)) == test.line);
  }
}

TEST_CASE("packages: what dpkg installed on another manager's system is told, and not as all",
          "[packages]") {
  MapHost host;
  host.files["/etc/os-release"] = "ID=fedora\n";
  host.files["/var/lib/rpm/rpmdb.sqlite"] = "x";
  host.files["/var/lib/dpkg/status"] =
      "Package: tool\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n";
  const collect::CollectedSection packages = collect::collect_packages(host);
  CHECK(packages.rows.size() == 1);
  CHECK(line_of(packages) == "dpkg:ok,rpm:failed");
  CHECK(packages.providers.at("rpm").reason ==
        "This version does not read the database of rpm, /var/lib/rpm/rpmdb.sqlite.");
}

TEST_CASE("packages: a tool beside the system's own manager is said and takes nothing away",
          "[packages]") {
  MapHost host;
  host.files["/etc/os-release"] = "ID=debian\n";
  host.files["/var/lib/dpkg/status"] = kDpkgItself;
  CHECK(line_of(collect::collect_packages(host)) == "dpkg:ok");
  host.directories = {"/var/lib/rpm", "/var/lib/pacman/local", "/var/db/pkg"};
  host.files["/var/lib/pacman/local/ALPM_DB_VERSION"] = "9\n";
  host.files["/lib/apk/db/installed"] = "";
  CHECK(line_of(collect::collect_packages(host)) == "dpkg:ok");  // empty, as tools bring them
  host.files["/var/lib/rpm/rpmdb.sqlite"] = "x";
  host.files["/nix/var/nix/db/db.sqlite"] = "x";
  const collect::CollectedSection packages = collect::collect_packages(host);
  CHECK(line_of(packages) == "dpkg:ok,nix:not_applicable,rpm:not_applicable");
  CHECK(inventory::worst(packages.providers) == Status::kOk);
  CHECK(packages.providers.at("rpm").reason ==
        "This system is made of packages of dpkg; the database of rpm beside it, "
        "/var/lib/rpm/rpmdb.sqlite, is not read by this version.");
}

TEST_CASE("cases 98a, 98b: CentOS without and with the tool dpkg", "[packages][shared_data]") {
  for (const char* const name : {"98a-rpm-machine", "98b-rpm-machine-with-dpkg-tool"}) {
    CAPTURE(name);
    CaseMachine machine(name);
    const collect::CollectedSection packages = collect::collect_packages(machine.host());
    CHECK(line_of(packages) == "dpkg:not_applicable,rpm:failed");
    CHECK(packages.rows.empty());
  }
}

}  // namespace muster::agent
