// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <thread>

#include "agent/host/captured_host.h"
#include "agent/host/live_host.h"
#include "agent/host/recording_host.h"
#include "tests/support/agent/copied_tree.h"

using muster::FailureKind;
using namespace muster::agent;
using muster::test::CopiedTree;

namespace {

const std::string kBytes("\x00\xff\x01 text \r\n\x7f", 12);

CopiedTree& fill(CopiedTree& tree) {
  tree.file("etc/hostname", "web-1\n");
  tree.file("etc/no newline", "abc");
  tree.file("etc/empty", "");
  tree.file("etc/newlines", "\n\n\n");
  tree.file("etc/indented", "  a\n\tb \n");
  tree.file("sys/table", kBytes);
  tree.file("odd/with\nnewline", "x");
  tree.file("odd/100%", "y");
  tree.file("proc/sys/kernel/arch", "x86_64\n");
  tree.file("proc/sys/kernel/ostype", "Linux\n");
  tree.link("etc/link", "../sys/table");
  return tree;
}

void ask_everything(host::Host& host) {
  for (const char* path :
       {"/etc/hostname", "/etc/no newline", "/etc/empty", "/etc/newlines", "/etc/indented",
        "/sys/table", "/odd/with\nnewline", "/odd/100%", "/missing"})
    static_cast<void>(host.read(path));
  static_cast<void>(host.list("/odd"));
  static_cast<void>(host.list("/etc"));
  static_cast<void>(host.read_link("/etc/link"));
  static_cast<void>(host.status("/sys/table"));
  static_cast<void>(host.space("/"));
  static_cast<void>(host.uname());
  static_cast<void>(host.netlink(host::NetlinkDump::kLinks));
}

std::string some_capture() {
  CopiedTree tree;
  host::RecordingHost recording(std::make_shared<host::LiveHost>(fill(tree).path()));
  ask_everything(recording);
  return recording.to_capture();
}

}  // namespace

TEST_CASE("a capture answers as the machine did", "[capture]") {
  CopiedTree tree;
  auto live = std::make_shared<host::LiveHost>(fill(tree).path());
  host::RecordingHost recording(live);
  ask_everything(recording);
  const auto parsed = host::CapturedHost::parse(recording.to_capture());
  REQUIRE(parsed.ok());
  host::CapturedHost& captured = **parsed;
  for (const char* path : {"/etc/hostname", "/etc/no newline", "/etc/empty", "/etc/newlines",
                           "/etc/indented", "/sys/table", "/odd/with\nnewline", "/odd/100%"}) {
    CAPTURE(path);
    CHECK(captured.read(path).value() == live->read(path).value());
  }
  CHECK(captured.list("/odd").value() == live->list("/odd").value());
  CHECK(captured.list("/etc").value() == live->list("/etc").value());
  CHECK(captured.read_link("/etc/link").value() == "../sys/table");
  CHECK(captured.status("/sys/table").value().inode == live->status("/sys/table").value().inode);
  CHECK(captured.status("/sys/table").value().size_bytes == 12);
  CHECK(captured.uname().value().architecture == "x86_64");
  CHECK(captured.read("/missing").failure().message == live->read("/missing").failure().message);
  CHECK(captured.space("/").failure().kind == FailureKind::kNotFound);
  CHECK(captured.netlink(host::NetlinkDump::kLinks).failure().kind == FailureKind::kNotFound);

  host::RecordingHost again(*parsed);
  ask_everything(again);
  CHECK(again.to_capture() == recording.to_capture());
}

TEST_CASE("what a capture does not hold is not found and says so", "[capture]") {
  const auto host = host::CapturedHost::parse("muster-capture 1\nend 0\n").value();
  const auto result = host->read("/etc/passwd");
  REQUIRE_FALSE(result.ok());
  CHECK(result.failure().kind == FailureKind::kNotFound);
  CHECK(result.failure().message == "read /etc/passwd is not in the capture");
  CHECK(host->list("/").failure().kind == FailureKind::kNotFound);
  CHECK(host->netlink(host::NetlinkDump::kAddresses).failure().kind == FailureKind::kNotFound);
}

TEST_CASE("a captured file obeys the limit of the reader", "[capture]") {
  const auto host =
      host::CapturedHost::parse("muster-capture 1\nread /a ok text 1\n 0123456789\nend 1\n")
          .value();
  CHECK(host->read("/a", 10).value() == "0123456789");
  CHECK(host->read("/a", 9).failure().kind == FailureKind::kTooLarge);
}

TEST_CASE("a capture cut at any byte is refused", "[capture]") {
  const std::string whole = some_capture();
  REQUIRE(host::parse_capture(whole).ok());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(host::parse_capture(std::string_view(whole).substr(0, size)).ok());
  }
}

TEST_CASE("any byte of a capture may be damaged without harm", "[capture]") {
  const std::string whole = some_capture();
  std::size_t refused = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const char damage : {'\0', '\n', ' ', '9', '\xff'}) {
      std::string text = whole;
      text[i] = damage;
      const auto host = host::CapturedHost::parse(text);
      if (!host) {
        ++refused;
        continue;
      }
      ask_everything(**host);  // whatever it answers, it does answer
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("captures that are not well written are refused with their line", "[capture]") {
  struct Case {
    std::string text;
    std::string reason;
  };
  const std::string head = "muster-capture 1\n";
  const Case cases[] = {
      {"", "no capture"},
      {"muster-capture 2\nend 0\n", "no capture"},
      {head, "end ..."},
      {head + "end 1\n", "number of entries"},
      {head + "end 0\nmore\n", "follows the end"},
      {head + "read /a ok text\nend 1\n", "five words"},
      {head + "write /a ok text 0\nend 1\n", "unknown question"},
      {head + "read /a fine text 0\nend 1\n", "unknown outcome"},
      {head + "read /%zz ok text 0\nend 1\n", "subject"},
      {head + "read /a% ok text 0\nend 1\n", "subject"},
      {head + "read  ok text 0\nend 1\n", "subject"},
      {head + "read /a ok base85 0\nend 1\n", "encoding"},
      {head + "read /a ok lines -1\nend 1\n", "number of lines"},
      {head + "read /a ok lines 99999999999\nend 1\n", "number of lines"},
      {head + "read /a ok lines 18446744073709551617\nend 1\n", "number of lines"},
      {head + "read /a ok text 0\nend 1\n", "text without a line"},
      {head + "read /a ok lines 1\nx\nend 1\n", "blank"},
      {head + "read /a ok hex 1\n 0g\nend 1\n", "hexadecimal"},
      {head + "read /a ok hex 1\n \nend 1\n", "hexadecimal"},
      {head + "read /a ok lines 0\nread /a ok lines 0\nend 2\n", "answered before"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto result = host::parse_capture(c.text);
    REQUIRE_FALSE(result.ok());
    CHECK(result.failure().message.find(c.reason) != std::string::npos);
    CHECK(result.failure().message.find("line ") != std::string::npos);
  }
}

TEST_CASE("answers that are not bytes are checked when they are asked for", "[capture]") {
  const std::string text =
      "muster-capture 1\n"
      "list /a ok lines 1\n x\n"
      "list /b ok lines 1\n x/y/\n"
      "status /a ok lines 1\n file 1 2 3 4\n"
      "status /b ok lines 1\n file -1 2 3 4 5\n"
      "status /c ok lines 1\n file 1 2 3 4 4294967296\n"
      "space /a ok lines 1\n 1\n"
      "machine_name - ok lines 0\n"
      "end 7\n";
  const auto host = host::CapturedHost::parse(text).value();
  CHECK(host->list("/a").failure().kind == FailureKind::kMalformed);
  CHECK(host->list("/b").failure().kind == FailureKind::kMalformed);
  for (const char* path : {"/a", "/b", "/c"})
    CHECK(host->status(path).failure().kind == FailureKind::kMalformed);
  CHECK(host->space("/a").failure().kind == FailureKind::kMalformed);
  CHECK(host->uname().failure().kind == FailureKind::kMalformed);
}

TEST_CASE("a comment and a line blanked out by hand leave a capture readable", "[capture]") {
  std::string text = host::write_capture({{.question = host::Question::kRead,
                                           .subject = "/etc/motd",
                                           .failure = {},
                                           .answer = "our secret\n"}},
                                         "first\nsecond \x1b[31mred");
  CHECK(text.find("# first\n# second ") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  text.replace(text.find("secret"), 6, "...");
  const auto host = host::CapturedHost::parse(text);
  REQUIRE(host.ok());
  CHECK((*host)->read("/etc/motd").value() == "our ...\n");
}

TEST_CASE("a question asked twice is noted once, a cut answer is replaced", "[capture]") {
  CopiedTree tree;
  tree.file("a", "0123456789");
  host::RecordingHost host(std::make_shared<host::LiveHost>(tree.path()));
  CHECK_FALSE(host.read("/a", 5).ok());
  CHECK(host.read("/a", 50).ok());
  tree.file("a", "changed");
  CHECK(host.read("/a", 50).value() == "changed");
  REQUIRE(host.entries().size() == 1);
  CHECK(host.entries().front().answer == "0123456789");
}

TEST_CASE("a recording host may be used by several threads", "[capture]") {
  CopiedTree tree;
  for (int i = 0; i < 20; ++i)
    tree.file("f" + std::to_string(i), std::to_string(i));
  host::RecordingHost host(std::make_shared<host::LiveHost>(tree.path()));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i)
        static_cast<void>(host.read("/f" + std::to_string(i)));
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  CHECK(host.entries().size() == 20);
}
