// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/software/os.h"

#include <catch2/catch.hpp>

#include "agent/collect/linux/software/os_release.h"
#include "tests/support/agent/map_host.h"

namespace muster::agent {
namespace {

using inventory::Status;

std::optional<std::string> text_of(const collect::CollectedSection& collected,
                                   std::string_view name) {
  const auto& cells = collected.rows.at(0).cells;
  const auto* text = std::get_if<std::string>(&cells[*inventory::find_section("os")->find(name)]);
  return text ? std::optional(*text) : std::nullopt;
}

TEST_CASE("os-release values are read as a shell reads them", "[collect][os]") {
  const auto values = collect::parse_assignments(
      "# comment\n\nNAME=\"Debian GNU/Linux\"\nID=debian\nA='single $x \\n'\n"
      "B=\"quote \\\" dollar \\$ back \\\\ tick \\` other \\n\"\nC=plain\\ blank rest\n"
      "D=\n  E=indented  \n9X=no\nno equals\n=empty\nF G=no\nID=again\nH=\"open\nI=a\"b\"c\r\n");
  CHECK(values.at("NAME") == "Debian GNU/Linux");
  CHECK(values.at("ID") == "again");
  CHECK(values.at("A") == "single $x \\n");
  CHECK(values.at("B") == "quote \" dollar $ back \\ tick ` other \\n");
  CHECK(values.at("C") == "plain blank");
  CHECK(values.at("D").empty());
  CHECK(values.at("E") == "indented");
  CHECK(values.at("H") == "open");
  CHECK(values.at("I") == "abc");
  CHECK(values.size() == 9);
}

TEST_CASE("the version says the point release", "[collect][os]") {
  struct Case {
    const char* os_release;
    const char* file;
    const char* content;
    std::optional<std::string> version;
  };
  const Case c = GENERATE(
      Case{"ID=debian\nNAME=D\nVERSION_ID=\"12\"\n", "/etc/debian_version", "12.5\n", "12.5"},
      Case{"ID=debian\nNAME=D\n", "/etc/debian_version", "trixie/sid\n", "trixie/sid"},
      Case{"ID=debian\nNAME=D\nVERSION_ID=\"12\"\n", "/etc/other", "", "12"},
      Case{"ID=ubuntu\nNAME=U\nVERSION_ID=\"22.04\"\nVERSION=\"22.04.4 LTS (Jammy Jellyfish)\"\n",
           "/etc/debian_version", "bookworm/sid\n", "22.04.4"},
      Case{"ID=centos\nNAME=C\nVERSION_ID=7\n", "/etc/centos-release",
           "CentOS Linux release 7.9.2009 (Core)\n", "7.9.2009"},
      Case{"ID=centos\nNAME=C\nVERSION_ID=8\n", "/etc/centos-release",
           "CentOS Linux release 7.9.2009 (Core)\n", "8"},
      Case{"ID=rhel\nNAME=R\nVERSION_ID=8.9\nVERSION=\"8.9 (Ootpa)\"\n", "/etc/other", "", "8.9"},
      Case{"ID=arch\nNAME=A\nBUILD_ID=rolling\n", "/etc/other", "", std::nullopt});
  CAPTURE(c.os_release);
  MapHost host;
  host.files["/etc/os-release"] = c.os_release;
  host.files[c.file] = c.content;
  CHECK(text_of(collect::collect_os(host), "version") == c.version);
}

TEST_CASE("a machine says its distribution, kernel and names", "[collect][os]") {
  MapHost host;
  host.files["/usr/lib/os-release"] =
      "NAME=\"Fedora Linux\"\nID=fedora\nVERSION_ID=40\nVARIANT=\"Server Edition\"\n"
      "CPE_NAME=\"cpe:/o:fedoraproject:fedora:40\"\nVERSION_CODENAME=\"\"\n";
  host.files["/proc/sys/kernel/ostype"] = "Linux\n";
  host.files["/proc/sys/kernel/osrelease"] = "6.8.5-301.fc40.x86_64\n";
  host.files["/proc/sys/kernel/version"] = "#1 SMP PREEMPT_DYNAMIC\n";
  host.files["/proc/sys/kernel/hostname"] = "web1\n";
  host.files["/etc/hosts"] = "127.0.0.1 localhost\n10.0.0.5\tweb1.example.org web1\n";
  host.files["/etc/machine-id"] = "3D1219C7c4c5404aaa1f6d2a48adfda4\n";
  host.links["/etc/localtime"] = "../usr/share/zoneinfo/Europe/Ljubljana";
  host.files["/etc/timezone"] = "Etc/UTC\n";
  const collect::CollectedSection collected = collect::collect_os(host);
  CHECK(collected.providers.at("os").status == Status::kOk);
  CHECK(text_of(collected, "name") == "Fedora Linux");
  CHECK(text_of(collected, "variant") == "Server Edition");
  CHECK(text_of(collected, "codename") == std::nullopt);
  CHECK(text_of(collected, "cpe_name") == "cpe:/o:fedoraproject:fedora:40");
  CHECK(text_of(collected, "kernel_release") == "6.8.5-301.fc40.x86_64");
  CHECK(text_of(collected, "architecture") == "x86_64");
  CHECK(text_of(collected, "hostname") == "web1");
  CHECK(text_of(collected, "domain") == "example.org");
  CHECK(text_of(collected, "machine_id") == "3d1219c7c4c5404aaa1f6d2a48adfda4");
  CHECK(text_of(collected, "timezone") == "Europe/Ljubljana");
}

TEST_CASE("systems from before os-release are named by what they have", "[collect][os]") {
  MapHost host;
  host.files["/etc/redhat-release"] = "CentOS release 6.10 (Final)\n";
  CHECK(text_of(collect::collect_os(host), "name") == "CentOS");
  CHECK(text_of(collect::collect_os(host), "id") == "centos");
  CHECK(text_of(collect::collect_os(host), "version") == "6.10");
  host.files["/etc/lsb-release"] =
      "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\n";
  CHECK(text_of(collect::collect_os(host), "id") == "ubuntu");
  CHECK(text_of(collect::collect_os(host), "codename") == "lucid");
  MapHost copied;
  copied.files["/proc/version"] = "Linux version 5.4.0-1 (a@b) (gcc 9) #58 SMP Mon\n";
  copied.files["/etc/hostname"] = "# set by hand\ndb1\n";
  CHECK(text_of(collect::collect_os(copied), "kernel_release") == "5.4.0-1");
  CHECK(text_of(collect::collect_os(copied), "kernel_version") == "#58 SMP Mon");
  CHECK(text_of(collect::collect_os(copied), "hostname") == "db1");
}

TEST_CASE("a machine that says nothing fails, one that keeps a file back is partial",
          "[collect][os]") {
  MapHost host;
  CHECK(collect::collect_os(host).providers.at("os").status == Status::kFailed);
  CHECK(collect::collect_os(host).rows.empty());
  host.files["/etc/os-release"] = "NAME=X\n";
  host.failures["/etc/machine-id"] = {FailureKind::kDenied, "Not allowed to read it."};
  const collect::CollectedSection partial = collect::collect_os(host);
  CHECK(partial.providers.at("os").status == Status::kPartial);
  CHECK(partial.providers.at("os").reason == "Not allowed to read it.");
}

TEST_CASE("names that every machine has are no host names", "[collect][os]") {
  struct Case {
    const char* running;
    const char* file;
    std::optional<std::string> hostname, domain;
  };
  const std::vector<Case> cases = {
      {"localhost", "real-name", "real-name", std::nullopt},
      {"localhost.localdomain", "real-name", "real-name", std::nullopt},
      {"LocalHost.LocalDomain.", "real-name", "real-name", std::nullopt},
      {"localhost.", "real-name", "real-name", std::nullopt},
      {"db.localhost", "real-name", "real-name", std::nullopt},
      {"(none)", "\xEF\xBB\xBFreal-name", "real-name", std::nullopt},
      {"localhost.localdomain", "", "localhost.localdomain", std::nullopt},
      {"(none)", "", std::nullopt, std::nullopt},
      {"localhost.example.org", "other", "localhost.example.org", "example.org"},
      {"mylocalhost", "other", "mylocalhost", std::nullopt},
      {"web.localdomain", "other", "web.localdomain", std::nullopt},
      {"WEB.Example.ORG.", "other", "WEB.Example.ORG.", "Example.ORG"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.running, test.file);
    MapHost host;
    host.files["/etc/os-release"] = "NAME=X\n";
    host.files["/proc/sys/kernel/hostname"] = std::string(test.running) + "\n";
    host.files["/etc/hostname"] = test.file;
    CHECK(text_of(collect::collect_os(host), "hostname") == test.hostname);
    CHECK(text_of(collect::collect_os(host), "domain") == test.domain);
  }
}

TEST_CASE("machine ids that identify nothing are absent", "[collect][os]") {
  CHECK(collect::parse_machine_id("0123456789abcdef0123456789abcdef\n") ==
        "0123456789abcdef0123456789abcdef");
  for (const char* text : {"", "\n", "uninitialized\n", "00000000000000000000000000000000",
                           "0123456789abcdef0123456789abcde", "g123456789abcdef0123456789abcdef"}) {
    CAPTURE(text);
    CHECK(collect::parse_machine_id(text) == std::nullopt);
  }
}

TEST_CASE("the domain is taken only from what a person wrote", "[collect][os]") {
  CHECK(collect::domain_from_hosts("127.0.1.1 db1.corp.example db1 # db1.no.no\n", "db1") ==
        "corp.example");
  CHECK(collect::domain_from_hosts("10.0.0.1 DB1.corp.example\n", "db1") == "corp.example");
  CHECK(collect::domain_from_hosts("127.0.1.1 db1.localdomain db1\n", "db1") == std::nullopt);
  CHECK(collect::domain_from_hosts("127.0.1.1 db10.corp.example\n#1 db1.x.y\n", "db1") ==
        std::nullopt);
  CHECK(collect::domain_from_hosts("db1.corp.example\n", "db1") == std::nullopt);
  CHECK(collect::domain_from_hosts("127.0.0.1 localhost.corp\n", "localhost") == std::nullopt);

  CHECK(collect::domain_from_resolv_conf("nameserver 1.1.1.1\nsearch corp.example\n") ==
        "corp.example");
  CHECK(collect::domain_from_resolv_conf("search a.example b.example\n") == std::nullopt);
  CHECK(collect::domain_from_resolv_conf("domain a.example\nsearch b.example c.example\n") ==
        std::nullopt);
  CHECK(collect::domain_from_resolv_conf("search a b\ndomain\tcorp.example\n") == "corp.example");
  CHECK(collect::domain_from_resolv_conf("search .\n") == std::nullopt);
  CHECK(collect::domain_from_resolv_conf("# Generated by NetworkManager\nsearch lan\n") ==
        std::nullopt);
  CHECK(collect::domain_from_resolv_conf("") == std::nullopt);

  MapHost laptop;
  laptop.files["/etc/os-release"] = "NAME=X\n";
  laptop.files["/proc/sys/kernel/hostname"] = "laptop\n";
  laptop.files["/run/systemd/resolve/stub-resolv.conf"] = "search cafe.example\n";
  laptop.links["/etc/resolv.conf"] = "../run/systemd/resolve/stub-resolv.conf";
  CHECK(text_of(collect::collect_os(laptop), "domain") == std::nullopt);
  laptop.files["/proc/sys/kernel/hostname"] = "laptop.corp.example\n";
  CHECK(text_of(collect::collect_os(laptop), "domain") == "corp.example");
}

TEST_CASE("the time zone is where /etc/localtime points to", "[collect][os]") {
  CHECK(collect::timezone_of_link("/usr/share/zoneinfo/America/Argentina/Salta") ==
        "America/Argentina/Salta");
  CHECK(collect::timezone_of_link("/usr/share/zoneinfo/posix/UTC") == "UTC");
  CHECK(collect::timezone_of_link("../usr/share/zoneinfo//UTC") == "UTC");
  CHECK(collect::timezone_of_link("/usr/share/zoneinfo/") == std::nullopt);
  CHECK(collect::timezone_of_link("/etc/some.tz") == std::nullopt);
  MapHost host;
  host.files["/etc/os-release"] = "NAME=X\n";
  host.files["/etc/timezone"] = "Asia/Tokyo\n";
  CHECK(text_of(collect::collect_os(host), "timezone") == "Asia/Tokyo");
}

}  // namespace
}  // namespace muster::agent
