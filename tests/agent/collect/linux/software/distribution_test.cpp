// SPDX-License-Identifier: Apache-2.0
// Distributions of many years, by the files that they have.
#include "agent/collect/linux/software/distribution.h"

#include <catch2/catch.hpp>

#include "agent/collect/linux/software/os.h"
#include "agent/collect/linux/software/os_release.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

using inventory::Status;

struct Machine {
  const char* what;
  std::map<std::string, std::string> files;  // below /etc
  std::string line;                          // name | id | version | version_id | codename
};

std::string line_of(host::Host& host) {
  const collect::CollectedSection os = collect::collect_os(host);
  REQUIRE(os.rows.size() == 1);
  return told("os", os, {"name", "id", "version", "version_id", "codename"}).front();
}

void check(const std::vector<Machine>& machines) {
  for (const Machine& machine : machines) {
    CAPTURE(machine.what);
    MapHost host;
    for (const auto& [name, text] : machine.files)
      host.files["/etc/" + name] = text;
    CHECK(line_of(host) == machine.line);
    CHECK(collect::collect_os(host).providers.at("os").status == Status::kOk);
  }
}

}  // namespace

TEST_CASE("a distribution from before os-release is known by its release file", "[collect][os]") {
  check({
      {"RHEL 6",
       {{"redhat-release", "Red Hat Enterprise Linux Server release 6.5 (Santiago)\n"}},
       "Red Hat Enterprise Linux Server | rhel | 6.5 | 6.5 | -"},
      {"RHEL 4",
       {{"redhat-release", "Red Hat Enterprise Linux AS release 4 (Nahant Update 8)\n"}},
       "Red Hat Enterprise Linux AS | rhel | 4 | 4 | -"},
      {"RHEL 5 with the LSB package",
       {{"redhat-release", "Red Hat Enterprise Linux Server release 5.11 (Tikanga)\n"},
        {"lsb-release", "LSB_VERSION=base-4.0-amd64:base-4.0-noarch\n"}},
       "Red Hat Enterprise Linux Server | rhel | 5.11 | 5.11 | -"},
      {"CentOS 5",
       {{"redhat-release", "CentOS release 5.11 (Final)\n"}},
       "CentOS | centos | 5.11 | 5.11 | -"},
      {"CloudLinux 6",
       {{"redhat-release", "CloudLinux Server release 6.8 (Oleg Makarov)\n"}},
       "CloudLinux Server | cloudlinux | 6.8 | 6.8 | -"},
      {"Scientific Linux 6",
       {{"redhat-release", "Scientific Linux release 6.4 (Carbon)\n"}},
       "Scientific Linux | scientific | 6.4 | 6.4 | -"},
      {"Oracle Linux 6 calls itself Red Hat's as well",
       {{"oracle-release", "Oracle Linux Server release 6.10\n"},
        {"redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n"}},
       "Oracle Linux Server | ol | 6.10 | 6.10 | -"},
      {"Oracle's Enterprise Linux 5",
       {{"enterprise-release", "Enterprise Linux Enterprise Linux Server release 5.5 (Carthage)\n"},
        {"redhat-release", "Red Hat Enterprise Linux Server release 5.5 (Tikanga)\n"}},
       "Enterprise Linux Enterprise Linux Server | ol | 5.5 | 5.5 | -"},
      {"Fedora 12",
       {{"fedora-release", "Fedora release 12 (Constantine)\n"},
        {"redhat-release", "Fedora release 12 (Constantine)\n"}},
       "Fedora | fedora | 12 | 12 | -"},
      {"Amazon Linux 2014",
       {{"system-release", "Amazon Linux AMI release 2014.03\n"}},
       "Amazon Linux AMI | amzn | 2014.03 | 2014.03 | -"},
      {"XenServer",
       {{"redhat-release", "XenServer release 6.5.0-90233c (xenenterprise)\n"}},
       "XenServer | xenenterprise | 6.5.0-90233c | 6.5.0-90233c | -"},
      {"SLES 11 SP3",
       {{"SuSE-release",
         "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 3\n"}},
       "SUSE Linux Enterprise Server | sles | 11.3 | 11.3 | -"},
      {"openSUSE 11.4",
       {{"SuSE-release", "openSUSE 11.4 (x86_64)\nVERSION = 11.4\nCODENAME = Celadon\n"}},
       "openSUSE | opensuse | 11.4 | 11.4 | Celadon"},
      {"Mandriva 2011",
       {{"lsb-release",
         "LSB_VERSION=\nDISTRIB_ID=MandrivaLinux\nDISTRIB_RELEASE=2011.0\n"
         "DISTRIB_CODENAME=turtle\nDISTRIB_DESCRIPTION=\"Mandriva Linux 2011.0\"\n"},
        {"mandriva-release", "Mandriva Linux release 2011.0 (Official) for x86_64\n"}},
       "MandrivaLinux | mandriva | 2011.0 | 2011.0 | turtle"},
      {"Gentoo",
       {{"gentoo-release", "Gentoo Base System release 2.2\n"}},
       "Gentoo Base System | gentoo | 2.2 | 2.2 | -"},
      {"old Gentoo",
       {{"gentoo-release", "Gentoo Base System version 1.6.13\n"}},
       "Gentoo Base System | gentoo | 1.6.13 | 1.6.13 | -"},
      {"Slackware",
       {{"slackware-version", "Slackware 13.37.0\n"}},
       "Slackware | slackware | 13.37.0 | 13.37.0 | -"},
      {"Alpine", {{"alpine-release", "2.7.9\n"}}, "Alpine Linux | alpine | 2.7.9 | 2.7.9 | -"},
      {"Arch", {{"arch-release", ""}}, "Arch Linux | arch | - | - | -"},
      {"Debian 6", {{"debian_version", "6.0.10\n"}}, "Debian GNU/Linux | debian | 6.0.10 | - | -"},
      {"Ubuntu 10.04",
       {{"debian_version", "squeeze/sid\n"},
        {"lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\n"}},
       "Ubuntu | ubuntu | 10.04 | 10.04 | lucid"},
      {"a name that nobody knows",
       {{"redhat-release", "Own Linux release 3 (x)\n"}},
       "Own Linux | - | 3 | 3 | -"},
      {"an empty os-release beside",
       {{"os-release", ""}, {"redhat-release", "CentOS release 6.10 (Final)\n"}},
       "CentOS | centos | 6.10 | 6.10 | -"},
  });
}

TEST_CASE("what os-release leaves out is filled in from beside it, where both agree",
          "[collect][os]") {
  check({
      {"Ubuntu 14.04",
       {{"os-release",
         "NAME=Ubuntu\nVERSION=\"14.04.5 LTS, Trusty Tahr\"\nID=ubuntu\n"
         "VERSION_ID=14.04\n"},
        {"lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\n"}},
       "Ubuntu | ubuntu | 14.04.5 | 14.04 | trusty"},
      {"Ubuntu 16.04 without lsb-release",
       {{"os-release", "NAME=Ubuntu\nID=ubuntu\nVERSION_ID=16.04\nUBUNTU_CODENAME=xenial\n"}},
       "Ubuntu | ubuntu | 16.04 | 16.04 | xenial"},
      {"Manjaro 15.12",
       {{"os-release", "NAME=\"Manjaro Linux\"\nID=manjaro\n"},
        {"lsb-release",
         "DISTRIB_ID=ManjaroLinux\nDISTRIB_RELEASE=15.12\nDISTRIB_CODENAME=Capella\n"}},
       "Manjaro Linux | manjaro | 15.12 | 15.12 | Capella"},
      {"a rolling release has no version",
       {{"os-release", "NAME=\"Arch Linux\"\nID=arch\n"},
        {"lsb-release", "DISTRIB_ID=Arch\nDISTRIB_RELEASE=rolling\nDISTRIB_CODENAME=n/a\n"}},
       "Arch Linux | arch | - | - | -"},
      {"Linux Mint 17 has Ubuntu's os-release",
       {{"os-release", "NAME=Ubuntu\nID=ubuntu\nVERSION_ID=14.04\n"},
        {"lsb-release", "DISTRIB_ID=LinuxMint\nDISTRIB_RELEASE=17.3\nDISTRIB_CODENAME=rosa\n"}},
       "Ubuntu | ubuntu | 14.04 | 14.04 | -"},
      {"lsb-release was forgotten at an upgrade",
       {{"os-release", "NAME=Ubuntu\nID=ubuntu\nVERSION_ID=16.04\n"},
        {"lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\n"}},
       "Ubuntu | ubuntu | 16.04 | 16.04 | -"},
      {"os-release is not contradicted",
       {{"os-release", "NAME=U\nID=ubuntu\nVERSION_ID=22.04\nVERSION_CODENAME=jammy\n"},
        {"lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_CODENAME=other\n"}},
       "U | ubuntu | 22.04 | 22.04 | jammy"},
      {"Debian 7",
       {{"os-release",
         "NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_ID=7\n"
         "VERSION=\"7 (wheezy)\"\n"},
        {"debian_version", "7.11\n"}},
       "Debian GNU/Linux | debian | 7.11 | 7 | wheezy"},
      {"what stands in parentheses elsewhere is no code name",
       {{"os-release", "NAME=CentOS\nID=centos\nVERSION_ID=7\nVERSION=\"7 (core)\"\n"}},
       "CentOS | centos | 7 | 7 | -"},
      {"Gentoo",
       {{"os-release", "NAME=Gentoo\nID=gentoo\n"},
        {"gentoo-release", "Gentoo Base System release 2.2\n"}},
       "Gentoo | gentoo | 2.2 | 2.2 | -"},
      {"without a name: os-release(5) has a default",
       {{"os-release", "ID=coreos\nVERSION_ID=3.15.4"}},
       "Linux | coreos | 3.15.4 | 3.15.4 | -"},
      {"a byte order mark",
       {{"os-release", "\xEF\xBB\xBFNAME=\"Bom\"\nID=bom\n"}},
       "Bom | bom | - | - | -"},
  });
}

TEST_CASE("an os-release that says nothing is said, and what is known stays", "[collect][os]") {
  MapHost host;
  host.files["/etc/os-release"] = std::string(100, '\0');
  host.files["/proc/sys/kernel/osrelease"] = "6.1.0\n";
  host.files["/etc/hostname"] = "web1\n";
  const collect::CollectedSection os = collect::collect_os(host);
  CHECK(os.providers.at("os") ==
        inventory::ProviderStatus{
            Status::kPartial, "/etc/os-release is there and says nothing of the distribution."});
  CHECK(told("os", os, {"name", "kernel_release", "hostname"}).front() == "- | 6.1.0 | web1");
  host.files["/usr/lib/os-release"] = "NAME=X\nID=x\n";
  CHECK(collect::collect_os(host).providers.at("os") == inventory::ProviderStatus{});
  CHECK(line_of(host) == "X | x | - | - | -");
}

TEST_CASE("release lines have a name and a version", "[collect][os]") {
  struct Case {
    const char* line;
    std::optional<std::string> name, version;
  };
  for (const Case& test :
       {Case{"CentOS Linux release 7.9.2009 (Core)", "CentOS Linux", "7.9.2009"},
        Case{"  Foo  release  ", "Foo  release", std::nullopt}, Case{"release 7", "release", "7"},
        Case{"7.11", "7.11", std::nullopt}, Case{"Bar 4.1 beta\nmore 5", "Bar", "4.1"},
        Case{"", std::nullopt, std::nullopt}, Case{"\n\n", std::nullopt, std::nullopt}}) {
    CAPTURE(test.line);
    CHECK(collect::release_line_name(test.line) == test.name);
    CHECK(collect::parse_release_line(test.line) == test.version);
  }
}

TEST_CASE("cases os-*: distributions of other projects' tests", "[collect][os][shared_data]") {
  struct Case {
    const char* name;
    const char* line;
  };
  for (const Case& test :
       {Case{"os-no-name", "Linux | coreos | 3.15.4 | 3.15.4 | -"},
        Case{"os-rhel6-no-id", "Red Hat Enterprise Linux Server | rhel | 6.5 | 6.5 | -"},
        Case{"os-ubuntu1404-codename", "Ubuntu | ubuntu | 14.04 | 14.04 | trusty"}}) {
    CAPTURE(test.name);
    CaseMachine machine(test.name);
    CHECK(line_of(machine.host()) == test.line);
    CHECK(collect::collect_os(machine.host()).providers.at("os").status == Status::kOk);
  }
}

TEST_CASE("cases 60: os-release, names and ids in all their forms", "[collect][os][shared_data]") {
  struct Case {
    const char* name;
    const char* line;
  };
  const std::string id = "0f2b0c1d4e5f60718293a4b5c6d7e8f9";
  const std::string letters(64, 'a');
  const std::vector<Case> systems = {
      {"60a-debian-testing", "Debian GNU/Linux | debian | trixie/sid | - | trixie"},
      {"60b-arch-rolling", "Arch Linux | arch | - | - | -"},
      {"60c-link-to-usr-lib", "Foo \"Bar\" OS | foo | 1.2.3 | 1.2 | -"},
      {"60d-absolute-link", "Abs | abs | - | - | -"},
      {"60e-dangling", "Usr | usr | - | - | -"},
      {"60g-missing-debian", "Debian GNU/Linux | debian | 7.11 | - | -"},
      {"60h-crlf-quotes", "Win\"dows | deb | 3 | 3 | -"},
      {"60i-bom", "Bom | bom | - | - | -"},
      {"60p-ubuntu", "Ubuntu | ubuntu | 22.04.5 | 22.04 | jammy"},
  };
  for (const Case& test : systems) {
    CAPTURE(test.name);
    CaseMachine machine(test.name);
    CHECK(line_of(machine.host()) == test.line);
  }
  const std::vector<std::pair<const char*, std::string>> names = {
      {"60j-hostname-fqdn-upper", "WEB-01.Example.ORG | Example.ORG | " + id},
      {"60l-hostname-localhost-localdomain", "real-name | - | " + id},
      {"60m-hostname-unicode",
       "b\xC3\xBC"
       "cher | - | " +
           id},
      {"60n-machine-id-uninitialized", "case | - | -"},
      {"60o-machine-id-dashes", "case | - | -"},
  };
  for (const auto& [name, line] : names) {
    CAPTURE(name);
    CaseMachine machine(name);
    CHECK(told("os", collect::collect_os(machine.host()), {"hostname", "domain", "machine_id"})
              .front() == line);
  }
  CaseMachine longest("60k-hostname-64");
  CHECK(told("os", collect::collect_os(longest.host()), {"domain"}).front() == "example.org");
  CaseMachine zone("60q-timezone");
  CHECK(told("os", collect::collect_os(zone.host()), {"timezone"}).front() ==
        "America/Argentina/Buenos_Aires");
}

}  // namespace muster::agent
