// SPDX-License-Identifier: Apache-2.0
// The commands that look at a machine, from their arguments to what they print.
#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "agent/host/live_host.h"
#include "agent/program.h"
#include "agent/run.h"
#include "common/json/value.h"
#include "common/support/text.h"
#include "tests/support/agent/copied_tree.h"

using muster::JsonValue;
using muster::test::CopiedTree;

namespace {

struct Ran {
  int code = 0;
  std::string out;
  std::string error;
};

Ran run(const std::vector<std::string>& arguments,
        std::map<std::string, std::string> variables = {}) {
  // An own empty configuration, so that this machine's does not matter.
  CopiedTree tree;
  tree.file("agent.ini", "");
  variables.try_emplace("MUSTER_AGENT_CONFIG", tree.path() + "/agent.ini");
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream error;
  const muster::Environment environment =
      [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  Ran ran;
  ran.code = muster::agent::run(arguments, environment, in, out, error);
  ran.out = out.str();
  ran.error = error.str();
  return ran;
}

CopiedTree& small_machine(CopiedTree& tree) {
  tree.file("proc/meminfo", "MemTotal:        2030404 kB\nSwapTotal:             0 kB\n");
  tree.file(
      "etc/passwd",
      "root:x:0:0:root:/root:/bin/bash\njnovak:x:1000:1000:Janez Novak:/home/jnovak:/bin/sh\n");
  tree.file("etc/group", "root:x:0:\n");
  tree.file("etc/os-release", "ID=debian\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n");
  return tree;
}

JsonValue parsed(const Ran& ran) {
  const auto document = JsonValue::parse(ran.out);
  REQUIRE(document.ok());
  return *document;
}

}  // namespace

TEST_CASE("inventory prints the sections that were asked for, of a copied tree", "[commands]") {
  CopiedTree tree;
  const Ran ran = run({"inventory", "--section", "memory", "--section", "users", "--root",
                       small_machine(tree).path()});
  REQUIRE(ran.code == 0);
  CHECK(ran.error.empty());
  const JsonValue document = parsed(ran);
  CHECK(document.integer_at("format") == 1);
  const JsonValue* sections = document.find("sections");
  REQUIRE(sections != nullptr);
  CHECK(sections->object()->size() == 2);
  CHECK(sections->find("memory")->text_at("status") == "ok");
  CHECK(ran.out.find("\"total_bytes\":2079133696") != std::string::npos);
  CHECK(ran.out.find("\"full_name\":\"Janez Novak\"") != std::string::npos);
}

TEST_CASE("a section that the configuration switches off is disabled", "[commands]") {
  CopiedTree tree;
  tree.file("agent.ini", "[sections]\nusers = off\n");
  small_machine(tree);
  const Ran by_file = run({"--config", tree.path() + "/agent.ini", "inventory", "--section",
                           "users", "--root", tree.path()});
  CHECK(parsed(by_file).find("sections")->find("users")->text_at("status") == "disabled");
  CHECK(by_file.out.find("novak") == std::string::npos);
  const Ran by_environment = run({"inventory", "--section", "users", "--root", tree.path()},
                                 {{"MUSTER_SECTIONS_USERS", "off"}});
  CHECK(parsed(by_environment).find("sections")->find("users")->text_at("status") == "disabled");
}

TEST_CASE("a section that is misspelt in the configuration is warned of", "[commands]") {
  CopiedTree tree;
  tree.file("agent.ini", "[sections]\nuserz = off\n");
  const Ran ran = run({"--config", tree.path() + "/agent.ini", "sections"});
  CHECK(ran.code == 0);
  CHECK(ran.error.find("warning configuration: ") != std::string::npos);
  CHECK(ran.error.find("section=userz") != std::string::npos);
  CHECK(ran.error.find("agent.ini, line 2") != std::string::npos);
}

TEST_CASE("a capture gives the same inventory, with people hidden", "[commands]") {
  CopiedTree tree;
  small_machine(tree);
  const std::string file = tree.path() + "/machine.capture";
  const Ran capture = run({"capture", file, "--root", tree.path()});
  REQUIRE(capture.code == 0);
  CHECK(capture.out.find(file) != std::string::npos);
  muster::agent::host::LiveHost host;
  CHECK((host.status(file).value().mode & 0077) == 0);
  const std::string text = host.read(file).value();
  CHECK(text.find("ovak") == std::string::npos);
  const Ran live = run({"inventory", "--section", "memory", "--root", tree.path()});
  const Ran replayed = run({"inventory", "--section", "memory", "--capture", file});
  REQUIRE(replayed.code == 0);
  CHECK(parsed(live).find("sections")->find("memory")->find("rows")->dump() ==
        parsed(replayed).find("sections")->find("memory")->find("rows")->dump());
}

TEST_CASE("neither a capture nor an inventory says where the tree lies", "[commands]") {
  CopiedTree tree;
  small_machine(tree);
  const std::string folder = tree.path().substr(tree.path().rfind('/') + 1);
  for (const char* const command : {"capture", "inventory"}) {
    CAPTURE(command);
    std::vector<std::string> arguments = {command, "--root", tree.path()};
    if (command == std::string("capture")) arguments.emplace_back("-");
    const Ran ran = run(arguments);
    CHECK(ran.code == 0);
    CHECK(ran.out.find(folder) == std::string::npos);
    CHECK(ran.error.find(folder) == std::string::npos);
    CHECK(ran.out.find("copied") != std::string::npos);
  }
}

TEST_CASE("a capture goes to standard output when asked", "[commands]") {
  CopiedTree tree;
  const Ran ran = run({"capture", "-", "--root", small_machine(tree).path()});
  CHECK(ran.code == 0);
  CHECK(ran.out.starts_with("muster-capture 1\n# "));
}

TEST_CASE("explain shows meaning, source and the marked bytes of a value", "[commands]") {
  CopiedTree tree;
  const Ran ran = run({"explain", "memory.total_bytes", "--root", small_machine(tree).path()});
  REQUIRE(ran.code == 0);
  CHECK(ran.out.find("memory.total_bytes: ") != std::string::npos);
  CHECK(ran.out.find("in bytes") != std::string::npos);
  CHECK(ran.out.find("source: /proc/meminfo: MemTotal") != std::string::npos);
  CHECK(ran.out.find("\n  2079133696\n") != std::string::npos);
  // As the kernel writes it, in KiB.
  CHECK(ran.out.find("> MemTotal:        [[2030404]] kB") != std::string::npos);
}

TEST_CASE("explain of a whole section marks every telling value", "[commands]") {
  CopiedTree tree;
  const Ran ran = run({"explain", "users", "--root", small_machine(tree).path()});
  REQUIRE(ran.code == 0);
  CHECK(ran.out.find("[[jnovak]]:x:[[1000]]:[[1000]]:[[Janez Novak]]:[[/home/jnovak]]") !=
        std::string::npos);
}

TEST_CASE("sections lists what is collected, as a table and as JSON", "[commands]") {
  const Ran table = run({"sections"});
  REQUIRE(table.code == 0);
  CHECK(table.out.find("users             hourly   personal   yes") != std::string::npos);
  const Ran off = run({"sections"}, {{"MUSTER_SECTIONS_USERS", "no"}});
  CHECK(off.out.find("users             hourly   personal   no ") != std::string::npos);
  const Ran fields = run({"sections", "--fields"});
  CHECK(fields.out.find("    name (key): Login name; from /etc/passwd\n") != std::string::npos);
  const Ran json = run({"sections", "--json"});
  const JsonValue document = parsed(json);
  REQUIRE(document.array() != nullptr);
  CHECK(document.array()->front().find("fields")->array()->front().text_at("meaning"));
}

TEST_CASE("mistakes on the command line are told and end with 2", "[commands]") {
  struct Case {
    std::vector<std::string> arguments;
    std::string message;
  };
  const Case cases[] = {
      {{}, "no command was given; there are inventory, sections, explain"},
      {{"nosuch"}, "there is no command \"muster-agent nosuch\""},
      {{"invetory"}, "try: muster-agent inventory"},
      {{"inventory", "--bogus"}, "there is no flag --bogus"},
      {{"status", "--jsno"}, "try: --json"},
      {{"inventory", "--section", "ghosts"}, "the sections are addresses, "},
      {{"inventory", "--root", "/", "--capture", "/x"}, "--capture and --root exclude each other"},
      {{"explain"}, "SECTION[.FIELD] is missing"},
      {{"explain", "ghosts"}, "there is no section \"ghosts\""},
      {{"explain", "users.shoe_size"}, "users has no field \"shoe_size\"; its fields are name"},
      {{"capture"}, "FILE is missing"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.message);
    const Ran ran = run(c.arguments);
    CHECK(ran.code == 2);
    CHECK(ran.out.empty());
    CHECK(ran.error.find(c.message) != std::string::npos);
  }
}

TEST_CASE("what cannot be read is told and ends with 1", "[commands]") {
  CopiedTree tree;
  tree.file("not.capture", "hello\n");
  tree.file("bad.ini", "[agent]\nfoo = 1\n");
  struct Case {
    std::vector<std::string> arguments;
    std::string message;
  };
  const Case cases[] = {
      {{"inventory", "--root", "/nonexistent/tree"}, "/nonexistent/tree"},
      {{"inventory", "--capture", tree.path() + "/none"}, "/none"},
      {{"inventory", "--capture", tree.path() + "/not.capture"}, "not.capture: capture, line 1"},
      {{"--config", tree.path() + "/none.ini", "sections"}, "/none.ini"},
      {{"--config", tree.path() + "/bad.ini", "sections"},
       "line 2: unknown setting foo in [agent]"},
      {{"--state-directory", "relative", "sections"}, "absolute path"},
      {{"capture", "/nonexistent/dir/x", "--root", tree.path()}, "/nonexistent/dir"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.message);
    const Ran ran = run(c.arguments);
    CHECK(ran.code == 1);
    CHECK(ran.error.starts_with("muster-agent: "));
    CHECK(ran.error.find(c.message) != std::string::npos);
  }
}

TEST_CASE("help and version end with 0", "[commands]") {
  CHECK(run({"--help"}).code == 0);
  CHECK(run({"--help"}).out.find("inventory") != std::string::npos);
  CHECK(run({"--version"}).out == "muster-agent " MUSTER_VERSION "\n");
  CHECK(run({"explain", "--help"}).code == 0);
}

TEST_CASE("help of each command fits a screen, and completion knows sections and fields",
          "[commands]") {
  for (const muster::CommandSpec& command : muster::agent::program().commands) {
    const std::string text = run({"help", std::string(command.words)}).out;
    INFO(text);
    const auto all = muster::lines(text);
    CHECK(all.size() <= 24);
    for (const std::string_view line : all)
      CHECK(line.size() <= 80);
  }
  CHECK(run({"__complete", "explain", "disk"}).out == "disks\n");
  CHECK(run({"__complete", "explain", "disks.media"}).out == "disks.media\n");
  CHECK(run({"__complete", "inventory", "--section", "mem"}).out == "memory\nmemory_modules\n");
  CHECK(run({"__complete", "capture", "x"}).out == ":files\n");
  CHECK(run({"__complete", "run", "--root", ""}).out == ":folders\n");
}
