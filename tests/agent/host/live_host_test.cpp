// SPDX-License-Identifier: Apache-2.0
#include "agent/host/live_host.h"

#include <catch2/catch.hpp>
#include <cstdint>

#include "agent/host/machine_architecture.h"
#include "tests/support/agent/copied_tree.h"

using muster::FailureKind;
using muster::agent::host::FileType;
using muster::agent::host::LiveHost;
using muster::agent::host::NetlinkDump;
using muster::agent::host::RootDirectory;
using muster::test::CopiedTree;

namespace {

// Both ways of staying inside a tree: the kernel's and our own walk.
const RootDirectory::Method kMethods[] = {RootDirectory::Method::kBest,
                                          RootDirectory::Method::kWalk};

}  // namespace

TEST_CASE("a file of the running system is read whole although it says that it is empty",
          "[host]") {
  LiveHost host;
  const auto text = host.read("/proc/meminfo");
  REQUIRE(text.ok());
  CHECK(text->find("MemTotal:") != std::string::npos);
}

TEST_CASE("a copied tree is read as if it were the root", "[host]") {
  CopiedTree tree;
  tree.file("etc/hostname", "web-1\n");
  for (const auto method : kMethods) {
    LiveHost host(tree.path(), method);
    CHECK(host.read("/etc/hostname").value() == "web-1\n");
    CHECK(host.list("/").value() == std::vector<std::string>{"etc"});
    const auto status = host.status("/etc/hostname");
    REQUIRE(status.ok());
    CHECK(status->type == FileType::kFile);
    CHECK(status->size_bytes == 6);
    CHECK(status->inode != 0);
  }
}

TEST_CASE("links never lead out of a copied tree", "[host]") {
  CopiedTree tree;
  tree.file("secret", "inside");
  tree.file("etc/inner", "inner");
  tree.link("absolute", "/etc/passwd");
  tree.link("climbing", "../../../../../../../../etc/passwd");
  tree.link("directory", "/");
  tree.link("etc/up", "../secret");
  tree.link("etc/round", "round");
  tree.link("chain", "directory/etc/up");
  for (const auto method : kMethods) {
    LiveHost host(tree.path(), method);
    CHECK(host.read("/absolute").failure().kind == FailureKind::kNotFound);
    CHECK(host.read("/climbing").failure().kind == FailureKind::kNotFound);
    CHECK(host.read("/../../../etc/passwd").failure().kind == FailureKind::kNotFound);
    CHECK(host.read("/directory/etc/passwd").failure().kind == FailureKind::kNotFound);
    CHECK(host.read("/directory/etc/inner").value() == "inner");
    CHECK(host.read("/etc/up").value() == "inside");
    CHECK(host.read("/chain").value() == "inside");
    CHECK_FALSE(host.read("/etc/round").ok());
    CHECK(host.list("/directory").value().size() == 6);
    CHECK(host.list("/..").value().size() == 6);
  }
}

TEST_CASE("status and read_link are about the link itself", "[host]") {
  CopiedTree tree;
  tree.link("link", "/nowhere");
  tree.file("file", "");
  for (const auto method : kMethods) {
    LiveHost host(tree.path(), method);
    CHECK(host.status("/link").value().type == FileType::kLink);
    CHECK(host.read_link("/link").value() == "/nowhere");
    CHECK(host.read_link("/file").failure().kind == FailureKind::kMalformed);
    CHECK(host.read_link("/none").failure().kind == FailureKind::kNotFound);
  }
}

TEST_CASE("a FIFO or a device is refused and never opened", "[host]") {
  CopiedTree tree;
  tree.fifo("pipe");
  LiveHost host(tree.path());
  CHECK(host.read("/pipe").failure().kind == FailureKind::kMalformed);  // would block for ever
  CHECK(host.list("/pipe").failure().kind == FailureKind::kMalformed);
  CHECK(host.status("/pipe").value().type == FileType::kOther);
  LiveHost whole;
  CHECK(whole.read("/dev/null").failure().kind == FailureKind::kMalformed);
  CHECK(whole.read("/etc").failure().kind == FailureKind::kMalformed);
}

TEST_CASE("a read stops at its limit, whatever size the file claims", "[host]") {
  CopiedTree tree;
  tree.file("ten", "0123456789");
  LiveHost host(tree.path());
  CHECK(host.read("/ten", 10).value() == "0123456789");
  CHECK(host.read("/ten", 9).failure().kind == FailureKind::kTooLarge);
  CHECK(host.read("/ten", SIZE_MAX).value() == "0123456789");
  LiveHost whole;
  const auto text = whole.read("/proc/meminfo", 16);  // claims 0 bytes
  REQUIRE_FALSE(text.ok());
  CHECK(text.failure().kind == FailureKind::kTooLarge);
  CHECK(text.failure().message.find("/proc/meminfo") != std::string::npos);
  CHECK(text.failure().message.find("16") != std::string::npos);
}

TEST_CASE("a large file is read in pieces without losing any", "[host]") {
  CopiedTree tree;
  std::string content;
  for (int i = 0; i < 20'000; ++i)
    content += std::to_string(i) + "\n";
  tree.file("large", content);
  CHECK(LiveHost(tree.path()).read("/large").value() == content);
}

TEST_CASE("failures name the path and the cause", "[host]") {
  CopiedTree tree;
  tree.file("file", "x");
  LiveHost host(tree.path());
  struct Case {
    std::string path;
    FailureKind kind;
    std::string cause;
  };
  const Case cases[] = {
      {"/missing", FailureKind::kNotFound, "No such file"},
      {"/file/below", FailureKind::kNotFound, "Not a directory"},
      {"relative", FailureKind::kMalformed, "not an absolute path"},
      {"", FailureKind::kMalformed, "not an absolute path"},
      {std::string("/file\0x", 7), FailureKind::kMalformed, "not an absolute path"},
      {"/" + std::string(5000, 'a'), FailureKind::kIo, "File name too long"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.path);
    const auto result = host.read(c.path);
    REQUIRE_FALSE(result.ok());
    CHECK(result.failure().kind == c.kind);
    CHECK(result.failure().message.find(c.cause) != std::string::npos);
    CHECK(result.failure().message.find('\0') == std::string::npos);
  }
}

TEST_CASE("what we may not read is denied and says what would help", "[host]") {
  CopiedTree tree;
  tree.file("private", "x");
  tree.mode("private", 0);
  const muster::test::WithoutPrivileges ordinary;
  const auto result = LiveHost(tree.path()).read("/private");
  REQUIRE_FALSE(result.ok());
  CHECK(result.failure().kind == FailureKind::kDenied);
  CHECK(result.failure().message.find("CAP_DAC_READ_SEARCH") != std::string::npos);
}

TEST_CASE("a root that does not exist answers every question with not found", "[host]") {
  LiveHost host("/nonexistent/tree");
  CHECK(host.read("/etc/passwd").failure().kind == FailureKind::kNotFound);
  CHECK(host.list("/").failure().kind == FailureKind::kNotFound);
  CHECK(host.uname().failure().kind == FailureKind::kNotFound);
}

TEST_CASE("a copied tree does not answer for the machine that it is read on", "[host]") {
  CopiedTree tree;
  LiveHost host(tree.path());
  CHECK(host.space("/").failure().kind == FailureKind::kNotFound);
  CHECK(host.netlink(NetlinkDump::kLinks).failure().kind == FailureKind::kNotFound);
  CHECK(host.uname().failure().kind == FailureKind::kNotFound);
  tree.file("bin/ls", muster::test::elf_header(2, 1, 183));
  CHECK(host.uname().value().architecture == "aarch64");
  tree.file("proc/sys/kernel/arch", "riscv64\n");
  tree.file("proc/sys/kernel/ostype", "Linux\n");
  CHECK(host.uname().value().architecture == "riscv64");
  CHECK(host.uname().value().kernel_name == "Linux");
}

TEST_CASE("the architecture of a program is told from its ELF header", "[host]") {
  using muster::agent::host::architecture_of_elf;
  using muster::test::elf_header;
  CHECK(architecture_of_elf(elf_header(2, 1, 62)) == "x86_64");
  CHECK(architecture_of_elf(elf_header(2, 1, 21)) == "ppc64le");
  CHECK(architecture_of_elf(elf_header(2, 2, 21)) == "ppc64");
  CHECK(architecture_of_elf(elf_header(2, 2, 22)) == "s390x");
  CHECK_FALSE(architecture_of_elf(elf_header(1, 1, 40)));  // armv6l or armv7l
  CHECK_FALSE(architecture_of_elf(elf_header(2, 3, 62)));
  for (std::size_t size = 0; size < 20; ++size)
    CHECK_FALSE(architecture_of_elf(elf_header(2, 1, 62).substr(0, size)));
  CHECK_FALSE(architecture_of_elf("#!/bin/sh\nexit 0\nexit 0\n"));
}

TEST_CASE("the running system answers for space, name, links and addresses", "[host]") {
  LiveHost host;
  const auto space = host.space("/");
  REQUIRE(space.ok());
  CHECK(space->size_bytes > 0);
  CHECK(space->available_bytes <= space->size_bytes);
  CHECK(host.uname().value().kernel_name == "Linux");
  for (const NetlinkDump dump : {NetlinkDump::kLinks, NetlinkDump::kAddresses}) {
    const auto messages = host.netlink(dump);
    REQUIRE(messages.ok());
    CHECK(messages->size() >= 16);  // at least the loopback interface
    CHECK(messages->size() % 4 == 0);
  }
}
