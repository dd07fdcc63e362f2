// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/software/packages.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>
#include <set>

#include "agent/collect/linux/software/dpkg_status.h"
#include "agent/host/live_host.h"
#include "common/inventory/canonical.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

const collect::Distribution kDebian = {"debian", "bookworm"};

std::string stanza(const std::string& name, const std::string& status,
                   const std::string& version = "1.0") {
  return "Package: " + name + "\nStatus: " + status + "\nArchitecture: amd64\nVersion: " + version +
         "\n\n";
}

std::string run(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string out;
  char buffer[4096];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe.get())) > 0;)
    out.append(buffer, n);
  return out;
}

std::string canonical(const collect::CollectedSection& collected) {
  std::string out;
  for (const inventory::Row& row : collected.rows)
    out += inventory::canonical_json(*inventory::find_section("packages"), row) + "\n";
  return out;
}

}  // namespace

TEST_CASE("dpkg: a stanza becomes a row with all that it says", "[packages]") {
  const collect::PackageList list = collect::parse_dpkg_status(
      "Package: libattr1\n"
      "Status: install ok installed\n"
      "Priority: optional\n"
      "Section: libs\n"
      "Installed-Size: 61\n"
      "Maintainer: Guillem Jover <guillem@debian.org>\n"
      "Architecture: amd64\n"
      "Multi-Arch: same\n"
      "Source: attr (1:2.5.1-4)\n"
      "Version: 1:2.5.1-4+b1\n"
      "Description: extended attribute handling - shared library\n"
      " Contains the runtime.\n"
      " .\n"
      "Homepage: https://savannah.nongnu.org/projects/attr/\n\n",
      kDebian);
  CHECK(list.problem.empty());
  REQUIRE(list.packages.size() == 1);
  CHECK(list.packages[0].same_everywhere);
  const inventory::Package& row = list.packages[0].row;
  CHECK(row.manager == "dpkg");
  CHECK(row.scope == "system");
  CHECK(row.name == "libattr1");
  CHECK(row.version == "1:2.5.1-4+b1");
  CHECK(row.architecture == "amd64");
  CHECK(row.source_package == "attr");
  CHECK(row.source_version == "1:2.5.1-4");
  CHECK(row.publisher == "Guillem Jover <guillem@debian.org>");
  CHECK(row.archive_section == "libs");
  CHECK(row.summary == "extended attribute handling - shared library");
  CHECK(row.installed_size_bytes == 61 * 1024);
  CHECK(row.on_hold == false);
  CHECK(row.purl == "pkg:deb/debian/libattr1@1:2.5.1-4%2Bb1?arch=amd64&distro=bookworm");
}

TEST_CASE("dpkg: a package counts in every state in which its files are there", "[packages]") {
  struct Case {
    std::string status;
    std::optional<std::string> state;
    bool held = false, reinstall = false;
    bool problem = false;
  };
  const std::vector<Case> cases = {
      {"install ok installed", "installed"},
      {"hold ok installed", "installed", true},
      {"deinstall ok installed", "installed"},
      {"deinstall reinstreq installed", "installed", false, true},
      {"purge ok installed", "installed"},
      {"unknown ok installed", "installed"},
      {"Install  OK\tInstalled", std::nullopt, false, false, true},
      {"Install  OK Installed", "installed"},
      {"install ok unpacked", "unpacked"},
      {"hold ok unpacked", "unpacked", true},
      {"install ok half-configured", "half_configured"},
      {"install ok half-installed", "half_installed"},
      {"deinstall reinstreq half-installed", "half_installed", false, true},
      {"install ok triggers-awaited", "triggers_awaited"},
      {"hold ok triggers-pending", "triggers_pending", true},
      // dpkg before 1.9 and opkg have other marks, and two states other names.
      {"install hold-reinstreq postinst-failed", "half_configured", true, true},
      {"install hold removal-failed", "half_installed", true},
      {"install user installed", "installed"},
      {"deinstall ok config-files", std::nullopt},
      {"install ok config-files", std::nullopt},
      {"unknown ok not-installed", std::nullopt},
      {"", std::nullopt},
      // What dpkg itself refuses may be anything.
      {"installed", std::nullopt, false, false, true},
      {"install ok", std::nullopt, false, false, true},
      {"install ok instaled", std::nullopt, false, false, true},
      {"install ok installed again", std::nullopt, false, false, true},
  };
  for (const Case& test : cases) {
    CAPTURE(test.status);
    const collect::PackageList list = collect::parse_dpkg_status(stanza("a", test.status), kDebian);
    REQUIRE(list.packages.size() == (test.state ? 1 : 0));
    CHECK(list.problem.empty() == !test.problem);
    CHECK(list.gone.size() == (test.state || test.problem ? 0 : 1));
    if (!test.state) continue;
    CHECK(list.packages[0].row.state == test.state);
    CHECK(list.packages[0].row.on_hold == test.held);
    CHECK(list.packages[0].row.reinstall_required == test.reinstall);
  }
}

TEST_CASE("dpkg: a stanza that is none is named and the others are kept", "[packages]") {
  struct Case {
    std::string text;
    std::size_t packages;
    std::string problem;
  };
  const std::string good = stanza("good", "install ok installed");
  const std::vector<Case> cases = {
      {"", 0, ""},
      {"\n\n\n", 0, ""},
      {good + "\n\n\n", 1, ""},
      {"asdf\n\n" + good, 1, "line 1 is not a field"},
      {good + "Status: install ok installed\nVersion: 1\n\n" + good, 2,
       "the stanza at line 6 has no Package"},
      {"Package: acl\nStatus: install ok installed\n\n" + good, 1,
       "the stanza at line 1 (acl) has no Version"},
      {"Package: acl\nStatus: install ok installed\n\nPackage: b\nStatus: install ok installed\n\n",
       0, "the stanza at line 1 (acl) has no Version (and 1 more like this)"},
      {"Package: gone\nStatus: deinstall ok config-files\n\n" + good, 1, ""},
      // dpkg writes no Version when a first installation was broken off in the middle.
      {"Package: begun\nStatus: install reinstreq half-installed\n\n" + good, 1,
       "the stanza at line 1 (begun) has no Version"},
      {"Package: odd\nStatus: install ok done\nVersion: 1\n\n" + good, 1,
       "the stanza at line 1 (odd) has the unknown Status \"install ok done\""},
      {good + "Package: cut\n", 1, "the stanza at line 6 (cut) has neither Status nor Version"},
      {good + std::string(512, '\0'), 1, "ends in the middle of the stanza at line 6"},
      {good + std::string(512, '\0') + "\n", 1, "line 6 is not a field"},
      {good + "Package: cut\nStatus: install ok installed\nVersion: 1.2", 1,
       "ends in the middle of the stanza at line 6"},
      {good + "Package: cut\nStatus: install ok installed\nVersion: 1.2\nDescr", 1,
       "ends in the middle of the stanza at line 6"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.text);
    const collect::PackageList list = collect::parse_dpkg_status(test.text, kDebian);
    CHECK(list.packages.size() == test.packages);
    CHECK(list.problem == test.problem);
  }
}

TEST_CASE("dpkg: a database cut off inside a line never looks whole", "[packages]") {
  const std::string first = stanza("a", "install ok installed");
  const std::string text = first + stanza("b", "install ok installed");
  for (std::size_t size = first.size() + 1; size < text.size(); ++size) {
    CAPTURE(size);
    const collect::PackageList list = collect::parse_dpkg_status(text.substr(0, size), kDebian);
    if (text[size - 1] != '\n') {
      CHECK_FALSE(list.problem.empty());
      CHECK(list.packages.size() == 1);
    }
  }
}

TEST_CASE("dpkg: odd values do no harm", "[packages]") {
  const auto first = [](const std::string& fields) {
    return collect::parse_dpkg_status(
               "PACKAGE: p\nstatus: Install OK Installed\nVersion: 1\n" + fields + "\n", kDebian)
        .packages.at(0)
        .row;
  };
  CHECK(first("").architecture == "none");
  CHECK(first("").purl == "pkg:deb/debian/p@1?distro=bookworm");
  CHECK(first("").source_package == "p");
  CHECK(first("").source_version == "1");
  CHECK_FALSE(first("Installed-Size: -1\n").installed_size_bytes);
  CHECK_FALSE(first("Installed-Size: 12 kB\n").installed_size_bytes);
  CHECK_FALSE(first("Installed-Size: 99999999999999999\n").installed_size_bytes);
  CHECK(first("Source: s (\n").source_package == "s");
  CHECK(first("Source: s )2(\n").source_package == "s )2");
  CHECK_FALSE(first("Description:\n more\n").summary);
  CHECK(first("Section: x\r\n").archive_section == "x");
}

TEST_CASE("dpkg: empty, odd and broken databases are read as dpkg reads them", "[packages]") {
  struct Case {
    const char* what;
    std::string status;
    std::size_t packages;
    bool problem;
  };
  const std::string one =
      "Package: one\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n";
  const std::vector<Case> cases = {
      {"nothing", "", 0, false},
      {"one", one, 1, false},
      {"blank lines behind", one + "\n\n\n", 1, false},
      {"no field", "Package one\nwithout a colon\n", 0, true},
      {"a stanza without a package", one + "\nStatus: install ok installed\nVersion: 2\n", 1, true},
      {"a stanza without a version",
       one + "\nPackage: two\nStatus: install ok installed\nArchitecture: all\n", 1, true},
      {"a transitional one", one + "Section: oldlibs\nDescription: transitional package\n", 1,
       false},
      {"a folded description", one + "Description: short\n long\n .\n longer\n", 1, false},
  };
  for (const Case& test : cases) {
    CAPTURE(test.what);
    const collect::PackageList list = collect::parse_dpkg_status(test.status, kDebian);
    CHECK(list.packages.size() == test.packages);
    CHECK(list.problem.empty() == !test.problem);
  }
}

TEST_CASE("dpkg: the package databases of other projects' tests are read as dpkg reads them",
          "[packages][shared_data]") {
  struct Case {
    std::string file;
    std::size_t packages;
    bool problem;
  };
  const std::vector<Case> cases = {
      {"empty", 0, false},
      {"single", 1, false},
      {"trailingnewlines", 1, false},
      {"invalid", 0, true},
      {"nopackage", 2, true},
      {"noversion", 2, true},
      {"statusfield", 5, false},
      {"transitional", 1, false},
      {"transitional_dummy", 1, false},
      {"transitional_empty", 1, false},
  };
  for (const Case& test : cases) {
    CAPTURE(test.file);
    const collect::PackageList list = collect::parse_dpkg_status(
        read_test_file(shared_data("packages/dpkg/dpkg/" + test.file)), kDebian);
    CHECK(list.packages.size() == test.packages);
    CHECK(list.problem.empty() == !test.problem);
  }
  const std::string valid = read_test_file(shared_data("packages/dpkg/dpkg/valid"));
  std::size_t expected = 0;
  for (std::size_t at = 0;
       (at = valid.find("Status: install ok installed\n", at)) != std::string::npos; ++at)
    ++expected;
  CHECK(collect::parse_dpkg_status(valid, kDebian).packages.size() == expected);
  // opkg keeps the same format.
  CHECK(
      collect::parse_dpkg_status(read_test_file(shared_data("packages/dpkg/opkg/single")), kDebian)
          .packages.size() == 1);
}

TEST_CASE("packages: times come from the file lists, of co-installable packages by architecture",
          "[packages]") {
  MapHost host;
  host.files["/etc/os-release"] = "ID=debian\nVERSION_CODENAME=bookworm\n";
  host.files["/var/lib/dpkg/status"] =
      stanza("plain", "install ok installed") +
      "Package: lib\nStatus: hold ok installed\nArchitecture: amd64\nMulti-Arch: same\nVersion: "
      "1\n\n"
      "Package: lib\nStatus: install ok installed\nArchitecture: i386\nMulti-Arch: same\nVersion: "
      "1\n\n"
      "Package: never\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n";
  host.files["/var/lib/dpkg/status"] +=
      stanza("damaged", "install ok installed") + stanza("dpkg", "install ok installed");
  for (const char* const name : {"plain", "lib:amd64", "lib:i386", "never", "damaged"})
    host.files[std::string("/var/lib/dpkg/info/") + name + ".list"] = "/.\n";
  host.modified_ms["/var/lib/dpkg/info/plain.list"] = 1'700'000'000'000;
  host.modified_ms["/var/lib/dpkg/info/lib:i386.list"] = 1'600'000'000'000;
  host.modified_ms["/var/lib/dpkg/info/damaged.list"] = kLastInstant.ms + 1;
  const collect::CollectedSection collected = collect::collect_packages(host);
  CHECK(collected.providers.at("dpkg") == inventory::ProviderStatus{});
  REQUIRE(collected.rows.size() == 6);
  const auto schema = inventory::find_section("packages");
  const std::size_t at = *schema->find("installed_at");
  CHECK(std::get<Instant>(collected.rows[0].cells[at]).ms == 1'700'000'000'000);
  CHECK(std::holds_alternative<std::monostate>(collected.rows[1].cells[at]));
  CHECK(std::get<Instant>(collected.rows[2].cells[at]).ms == 1'600'000'000'000);
  CHECK(std::holds_alternative<std::monostate>(collected.rows[3].cells[at]));
  CHECK(std::holds_alternative<std::monostate>(collected.rows[4].cells[at]));
}

TEST_CASE("packages: distroless images keep a file a package, without a Status", "[packages]") {
  MapHost host;
  host.files["/usr/lib/os-release"] = "ID=debian\nVERSION_ID=12\n";
  host.files["/var/lib/dpkg/status.d/foo"] =
      "Package: foo\nVersion: 1.2.3\nArchitecture: amd64\n\n"
      "Package: bar\nStatus: deinstall ok config-files\nVersion: 4\nArchitecture: amd64\n";
  host.files["/var/lib/dpkg/status.d/foo.md5sums"] = "07d31e  usr/lib/os-release\n";
  const collect::CollectedSection collected = collect::collect_packages(host);
  CHECK(collected.providers.at("dpkg") == inventory::ProviderStatus{});
  REQUIRE(collected.rows.size() == 1);  // bar is deinstalled
  CHECK(canonical(collected).find("pkg:deb/debian/foo@1.2.3?arch=amd64&distro=debian-12") !=
        std::string::npos);
  CHECK(canonical(collected).find("on_hold") == std::string::npos);

  CHECK(told("packages", collected, {"name", "state"}) ==
        std::vector<std::string>{"foo | installed"});

  host.failures["/var/lib/dpkg/status.d/foo"] = {FailureKind::kDenied, "foo may not be read."};
  CHECK(collect::collect_packages(host).providers.at("dpkg") ==
        inventory::ProviderStatus{inventory::Status::kFailed, "foo may not be read."});
  host.files["/var/lib/dpkg/status.d/baz"] = "Package: baz\nVersion: 1\nArchitecture: all\n";
  CHECK(collect::collect_packages(host).providers.at("dpkg") ==
        inventory::ProviderStatus{inventory::Status::kPartial, "foo may not be read."});
}

TEST_CASE("packages: what cannot be read is said and never looks like nothing", "[packages]") {
  MapHost none;
  CHECK(collect::collect_packages(none).providers.at("dpkg").status ==
        inventory::Status::kNotApplicable);

  MapHost denied;
  denied.failures["/var/lib/dpkg/status"] = {FailureKind::kDenied, "denied"};
  CHECK(collect::collect_packages(denied).providers.at("dpkg").status ==
        inventory::Status::kDenied);

  MapHost cut;
  cut.files["/var/lib/dpkg/status"] = stanza("a", "install ok installed") + "Package: b\nSta";
  const collect::CollectedSection partial = collect::collect_packages(cut);
  CHECK(partial.rows.size() == 1);
  CHECK(partial.providers.at("dpkg").status == inventory::Status::kPartial);
  CHECK(partial.providers.at("dpkg").reason ==
        "/var/lib/dpkg/status: ends in the middle of the stanza at line 6.");

  MapHost twice;
  twice.files["/var/lib/dpkg/status"] =
      stanza("a", "install ok installed") + stanza("a", "install ok installed");
  CHECK(collect::collect_packages(twice).rows.size() == 1);
  CHECK(collect::collect_packages(twice).providers.at("dpkg").status ==
        inventory::Status::kPartial);
}

TEST_CASE("packages: this machine's packages are those of dpkg-query", "[packages]") {
  const std::string format =
      "'${db:Status-Status} ${Package} ${Architecture} ${Version} ${source:Package} "
      "${source:Version} ${db:Status-Status}\\n'";
  const std::string answer = run("dpkg-query -W -f=" + format + " 2>/dev/null");
  if (answer.empty()) {
    WARN("There is no dpkg-query on this machine; nothing was compared.");
    return;
  }
  std::set<std::string> expected;
  std::istringstream in(answer);
  for (std::string line; std::getline(in, line);) {
    const std::size_t blank = line.find(' ');
    std::replace(line.begin() + static_cast<std::ptrdiff_t>(line.rfind(' ')), line.end(), '-', '_');
    if (line.starts_with("config-files ") || line.starts_with("not-installed ")) continue;
    expected.insert(line.substr(blank + 1));
  }
  host::LiveHost host;
  const collect::CollectedSection collected = collect::collect_packages(host);
  CHECK(collected.providers.at("dpkg") == inventory::ProviderStatus{});
  std::set<std::string> found;
  const auto* const schema = inventory::find_section("packages");
  for (const inventory::Row& row : collected.rows) {
    std::string line;
    for (const char* const field :
         {"name", "architecture", "version", "source_package", "source_version", "state"})
      line += (line.empty() ? "" : " ") + std::get<std::string>(row.cells[*schema->find(field)]);
    found.insert(line);
    CHECK(std::holds_alternative<Instant>(row.cells[*schema->find("installed_at")]));
  }
  CHECK(found == expected);
  CHECK(collected.rows.size() == expected.size());
  CHECK(canonical(collect::collect_packages(host)) == canonical(collected));
}

}  // namespace muster::agent
