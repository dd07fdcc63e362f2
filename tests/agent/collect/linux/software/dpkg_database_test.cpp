// SPDX-License-Identifier: Apache-2.0
// dpkg's database as files: the journal, what lies beside, and databases that cannot be whole.
#include "agent/collect/linux/software/dpkg_database.h"

#include <catch2/catch.hpp>

#include "agent/collect/linux/software/packages.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

using inventory::ProviderStatus;
using inventory::Status;
using Lines = std::vector<std::string>;

std::string stanza_of(const std::string& name, const std::string& version,
                      const std::string& status = "install ok installed",
                      const std::string& more = "Architecture: amd64\n") {
  return "Package: " + name + "\nStatus: " + status + "\n" + more + "Version: " + version + "\n\n";
}

MapHost debian(const std::string& status) {
  MapHost host;
  host.files["/etc/os-release"] = "ID=debian\nVERSION_ID=12\n";
  host.files["/var/lib/dpkg/status"] = status;
  return host;
}

Lines versions(const collect::CollectedSection& packages) {
  return told("packages", packages, {"name", "architecture", "version", "state"});
}

ProviderStatus dpkg_status(host::Host& host) {
  return collect::collect_packages(host).providers.at("dpkg");
}

// A machine on which dpkg writes a checkpoint between our reading of status and of updates/.
class BusyHost : public MapHost {
 public:
  int checkpoints = 1;
  std::string fresh;

  Result<std::vector<std::string>> list(std::string_view path) override {
    if (path == "/var/lib/dpkg/updates" && checkpoints > 0) {
      --checkpoints;
      files["/var/lib/dpkg/status"] = fresh;
      modified_ms["/var/lib/dpkg/status"] += 1;
      files.erase("/var/lib/dpkg/updates/0000");
    }
    return MapHost::list(path);
  }
};

}  // namespace

TEST_CASE("dpkg: the journal stands for what the status file says", "[packages]") {
  const std::string same = "Architecture: amd64\nMulti-Arch: same\n";
  const std::string same_i386 = "Architecture: i386\nMulti-Arch: same\n";
  MapHost host = debian(stanza_of("dpkg", "1") + stanza_of("openssl", "3.0.11") +
                        stanza_of("lib", "1", "install ok installed", same) +
                        stanza_of("lib", "1", "install ok installed", same_i386) +
                        stanza_of("tool", "1") + stanza_of("old", "1"));
  const auto update = [&](const std::string& name, std::string text) {
    host.files["/var/lib/dpkg/updates/" + name] = std::move(text);
  };
  update("0000", stanza_of("openssl", "3.0.17", "install ok half-configured"));
  update("0001", stanza_of("openssl", "3.0.17"));
  update("0002", stanza_of("lib", "2", "install ok unpacked", same_i386));
  update("0003", stanza_of("tool", "2", "install ok installed", "Architecture: all\n"));
  update("0004", stanza_of("old", "1", "deinstall ok config-files"));
  update("0005", stanza_of("new", "1", "install ok triggers-awaited"));
  update("tmp.i", "#padding\n");  // dpkg's own, not yet of the journal
  const collect::CollectedSection packages = collect::collect_packages(host);
  CHECK(packages.providers.at("dpkg") == ProviderStatus{});
  CHECK(versions(packages) ==
        Lines{"dpkg | amd64 | 1 | installed", "lib | amd64 | 1 | installed",
              "lib | i386 | 2 | unpacked", "new | amd64 | 1 | triggers_awaited",
              "openssl | amd64 | 3.0.17 | installed", "tool | all | 2 | installed"});
}

TEST_CASE("dpkg: a journal that cannot be read or understood makes the database partial",
          "[packages]") {
  struct Case {
    std::string text, problem;
  };
  for (const Case& test : {Case{"", "has no stanza"},
                           Case{"Package: a\nStatus: install ok installed\nVersion: 1",
                                "ends in the middle of the stanza at line 1"},
                           Case{"x\n", "line 1 is not a field"}}) {
    CAPTURE(test.text);
    MapHost host = debian(stanza_of("dpkg", "1"));
    host.files["/var/lib/dpkg/updates/0000"] = test.text;
    CHECK(dpkg_status(host) ==
          ProviderStatus{Status::kPartial, "/var/lib/dpkg/updates/0000: " + test.problem + "."});
  }
  MapHost denied = debian(stanza_of("dpkg", "1"));
  denied.failures["/var/lib/dpkg/updates"] = {FailureKind::kDenied, "No."};
  CHECK(dpkg_status(denied) == ProviderStatus{Status::kPartial, "No."});
  MapHost one = debian(stanza_of("dpkg", "1"));
  one.files["/var/lib/dpkg/updates/0000"] = stanza_of("a", "1");
  one.failures["/var/lib/dpkg/updates/0000"] = {FailureKind::kIo, "Bad."};
  CHECK(dpkg_status(one) == ProviderStatus{Status::kPartial, "Bad."});
}

TEST_CASE("dpkg: a checkpoint between the two readings loses nothing", "[packages]") {
  BusyHost host;
  host.files["/etc/os-release"] = "ID=debian\n";
  host.files["/var/lib/dpkg/status"] = stanza_of("dpkg", "1");
  host.files["/var/lib/dpkg/updates/0000"] = stanza_of("new", "1");
  host.fresh = stanza_of("dpkg", "1") + stanza_of("new", "1");
  CHECK(versions(collect::collect_packages(host)) ==
        Lines{"dpkg | amd64 | 1 | installed", "new | amd64 | 1 | installed"});
  host.checkpoints = 100;
  CHECK(dpkg_status(host) ==
        ProviderStatus{Status::kPartial,
                       "/var/lib/dpkg/status: changed while it was read, each time."});
}

TEST_CASE("dpkg: other files in status.d are passed over, damaged ones are not", "[packages]") {
  MapHost host;
  const std::string folder = "/var/lib/dpkg/status.d/";
  host.files[folder + "libsqlite3-0"] = "Package: libsqlite3-0\nVersion: 3\nArchitecture: arm64";
  for (const char* const name : {"libsqlite3-0.preinst", "libsqlite3-0.md5sums", "README",
                                 "libsqlite3-0.spdx.json", ".keep", "manifest"})
    host.files[folder + name] = "# some shell script: yes\nset -e\n";
  host.files[folder + "empty.list"] = "";
  host.files[folder + ".wh..opq"] = "";
  host.files[folder + "sub/file"] = "Package: no\nVersion: 1\n";
  const collect::CollectedSection packages = collect::collect_packages(host);
  CHECK(packages.providers.at("dpkg") == ProviderStatus{});
  CHECK(versions(packages) == Lines{"libsqlite3-0 | arm64 | 3 | installed"});
  host.files[folder + "libc6"] = "\n";
  CHECK(dpkg_status(host) ==
        ProviderStatus{Status::kPartial, "/var/lib/dpkg/status.d/libc6: is empty."});
  // An image's tools may leave an empty status file beside.
  host.files.erase(folder + "libc6");
  host.files["/var/lib/dpkg/status"] = "";
  CHECK(dpkg_status(host) == ProviderStatus{});
}

TEST_CASE("dpkg: a database that cannot be whole is never ok", "[packages]") {
  struct Case {
    std::string what, text;
    Status status;
  };
  const std::string gone = stanza_of("a", "1", "deinstall ok config-files");
  const std::vector<Case> cases = {
      {"no bytes", "", Status::kFailed},
      {"newlines", "\n\n\n", Status::kFailed},
      {"blanks", "  \n\t\n", Status::kFailed},
      {"carriage returns", "\r\n\r\n", Status::kFailed},
      {"zeros after a crash", std::string(4096, '\0'), Status::kFailed},
      {"removed packages only", gone, Status::kFailed},
      {"cut in the first stanza", "Package: dpkg\nSta", Status::kFailed},
      {"nothing essential", stanza_of("openssl", "3"), Status::kPartial},
      {"cut off behind dpkg", stanza_of("dpkg", "1") + "Package: e", Status::kPartial},
      {"dpkg itself", stanza_of("dpkg", "1"), Status::kOk},
      {"base-files", stanza_of("base-files", "12"), Status::kOk},
      {"an essential one", stanza_of("sh", "1", "install ok installed", "Essential: yes\n"),
       Status::kOk},
      {"dpkg, being upgraded", stanza_of("dpkg", "1", "install ok unpacked"), Status::kOk},
  };
  for (const Case& test : cases) {
    CAPTURE(test.what);
    for (const char* const os_release :
         {"ID=debian\n", "ID=ubuntu\nID_LIKE=debian\n", "ID=own\nID_LIKE='ubuntu debian'\n"}) {
      MapHost host = debian(test.text);
      host.files["/etc/os-release"] = os_release;
      const ProviderStatus status = dpkg_status(host);
      CHECK(status.status == test.status);
      CHECK(status.reason.empty() == (test.status == Status::kOk));
    }
    // Before os-release.
    MapHost old;
    old.files["/etc/debian_version"] = "7.11\n";
    old.files["/var/lib/dpkg/status"] = test.text;
    CHECK(dpkg_status(old).status == test.status);
  }
  MapHost unknown;  // nothing says what the system is made of
  unknown.files["/var/lib/dpkg/status"] = "";
  CHECK(dpkg_status(unknown).status == Status::kFailed);
  unknown.files["/var/lib/dpkg/status"] = stanza_of("openssl", "3");
  CHECK(dpkg_status(unknown).status == Status::kOk);
}

TEST_CASE("dpkg: a status file that is gone is not a machine without dpkg", "[packages]") {
  MapHost none;
  CHECK(dpkg_status(none).status == Status::kNotApplicable);
  MapHost lost;
  lost.files["/var/lib/dpkg/status-old"] = stanza_of("dpkg", "1");
  CHECK(dpkg_status(lost).status == Status::kFailed);
  MapHost debian_without;
  debian_without.files["/etc/os-release"] = "ID=debian\n";
  CHECK(dpkg_status(debian_without).status == Status::kFailed);
  lost.files["/etc/os-release"] = "ID=fedora\n";
  CHECK(dpkg_status(lost).status == Status::kNotApplicable);
}

TEST_CASE("case 20: a package in each of dpkg's states", "[packages][shared_data]") {
  CaseMachine machine("20-dpkg-states");
  const collect::CollectedSection packages = collect::collect_packages(machine.host());
  CHECK(told("packages", packages, {"name", "state", "on_hold", "reinstall_required"}) ==
        Lines{"p00 | installed | false | false", "p01 | installed | true | false",
              "p02 | installed | false | false", "p03 | installed | false | false",
              "p04 | installed | false | true", "p05 | half_configured | false | false",
              "p06 | unpacked | false | false", "p07 | triggers_pending | false | false",
              "p08 | triggers_awaited | false | false", "p09 | half_installed | false | true",
              "p10 | half_installed | false | false", "p14 | half_configured | true | false",
              "p15 | triggers_pending | true | false", "p16 | installed | false | false"});
  // A Debian without dpkg and base-files is not all that there is.
  CHECK(packages.providers.at("dpkg").status == Status::kPartial);
}

TEST_CASE("case 21: two architectures, epochs, rebuilds, odd texts", "[packages][shared_data]") {
  CaseMachine machine("21-dpkg-oddities");
  CHECK(told("packages", collect::collect_packages(machine.host()),
             {"name", "architecture", "version", "source_version", "installed_size_bytes"}) ==
        Lines{"big | amd64 | 1.0-1 | 1.0-1 | 1264196608",
              "gpg-pubkey | all | 1~rc1+really0.9 | 1~rc1+really0.9 | -",
              "libfoo1 | amd64 | 2:1.0-3+b1 | 2:1.0-3 | -",
              "libfoo1 | i386 | 2:1.0-3+b1 | 2:1.0-3 | -"});
}

TEST_CASE("case 23: a look in the middle of an upgrade", "[packages][shared_data]") {
  CaseMachine machine("23-dpkg-upgrade-moment");
  CHECK(told("packages", collect::collect_packages(machine.host()), {"name", "version", "state"}) ==
        Lines{"libc-bin | 2.36-9 | triggers_pending", "openssl | 3.0.11-1 | installed"});
}

TEST_CASE("case 24: a run that was broken off left its journal", "[packages][shared_data]") {
  CaseMachine machine("24-dpkg-updates-journal");
  CHECK(told("packages", collect::collect_packages(machine.host()), {"name", "version"}) ==
        Lines{"openssl | 3.0.17-1"});
}

TEST_CASE("case 25: a status file of 0 bytes", "[packages][shared_data]") {
  CaseMachine machine("25-dpkg-status-empty");
  const collect::CollectedSection packages = collect::collect_packages(machine.host());
  CHECK(packages.rows.empty());
  CHECK(packages.providers.at("dpkg").status == Status::kFailed);
}

TEST_CASE("cases 95, 96: one bad stanza, epochs", "[packages][shared_data]") {
  CaseMachine bad("95-partial-from-the-first");
  const collect::CollectedSection packages = collect::collect_packages(bad.host());
  CHECK(told("packages", packages, {"name", "version"}) == Lines{"openssl | 3.0.11-1~deb12u2"});
  CHECK(packages.providers.at("dpkg") ==
        ProviderStatus{Status::kPartial,
                       "/var/lib/dpkg/status: the stanza at line 7 (broken) has no Version."});
  CaseMachine epochs("96-epoch");
  CHECK(told("packages", collect::collect_packages(epochs.host()), {"name", "version"}) ==
        Lines{"bsd | 8:1.0~rc2-1", "perl | 5.36.0-7+deb12u2", "tzdata | 2024a-0+deb12u1",
              "vim | 2:9.0.1378-2"});
}

TEST_CASE("cases packages-*: real packages that are not configured", "[packages][shared_data]") {
  CaseMachine raspbian("packages-half-configured-raspbian");
  CHECK(
      told("packages", collect::collect_packages(raspbian.host()), {"name", "version", "state"}) ==
      Lines{"ca-certificates | 20141019 | half_configured", "openssl | 1.0.1k-3 | installed"});
  CaseMachine made("packages-not-configured");
  const collect::CollectedSection packages = collect::collect_packages(made.host());
  CHECK(packages.providers.at("dpkg") == ProviderStatus{});
  CHECK(told("packages", packages, {"name", "state"}) ==
        Lines{"activ | installed", "bad | half_configured", "good | installed", "held | installed",
              "trigr | half_configured", "unp | unpacked"});
  CaseMachine image("packages-status.d-other-files");
  const collect::CollectedSection of_image = collect::collect_packages(image.host());
  CHECK(of_image.providers.at("dpkg") == ProviderStatus{});
  CHECK(told("packages", of_image, {"name", "version"}) == Lines{"libsqlite3-0 | 3.34.1-3"});
}

}  // namespace muster::agent
