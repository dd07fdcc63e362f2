// SPDX-License-Identifier: Apache-2.0
// Case 23: files: ../ in all its spellings, absolute paths, NUL, links, devices and folders among
// the downloads; a backup file that is something else; a backup written over something. Expected:
// only regular files of the downloads folder by their own name, as attachments with nosniff and a
// closed CSP; restore takes nothing but a backup and leaves everything as it was. Not covered:
// attachments, exports, imports and archives, which do not exist yet.
#include <sys/stat.h>

#include "tests/support/programs/attacked.h"
#include "tests/support/programs/machine.h"

using namespace muster;
using namespace muster::test;

namespace fs = std::filesystem;

TEST_CASE("23 of the downloads folder only its regular files go out, under their own names",
          "[abuse]") {
  Attacked here;
  const fs::path folder = here.server.data() / "downloads";
  fs::create_directories(folder / "sub");
  const std::string secret = read_whole(here.server.data() / "ca/agents.pem");
  write_file(folder / "page.html", "<script>alert(1)</script>");
  write_file(folder / "sub/inner", "inner");
  write_file(folder / ".hidden", "hidden");
  fs::create_symlink(here.server.data() / "ca/agents.pem", folder / "link.pem");
  fs::create_hard_link(folder / "page.html", folder / "hard.html");
  fs::create_symlink("/", folder / "root");
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);

  const HttpAnswer page = here.server.ask({.path = "/downloads/page.html"});
  CHECK(page.status == 200);
  CHECK(page.header("X-Content-Type-Options") == "nosniff");
  CHECK(page.header("Content-Disposition").starts_with("attachment"));
  CHECK(page.header("Content-Type").find("html") == std::string::npos);
  CHECK(page.header("Content-Security-Policy").find("default-src 'none'") != std::string::npos);
  for (const char* name : {"link.pem",
                           "root",
                           "root/etc/passwd",
                           "fifo",
                           "sub",
                           "sub/inner",
                           ".hidden",
                           "..",
                           ".",
                           "../ca/agents.pem",
                           "%2e%2e/ca/agents.pem",
                           "..%2fca%2fagents.pem",
                           "%2e%2e%5cca%5cagents.pem",
                           "..%5cca",
                           "....//ca",
                           "%252e%252e/ca",
                           "/etc/passwd",
                           "%2fetc%2fpasswd",
                           "page.html%00",
                           "page.html%00.deb",
                           "C:%5cx",
                           "page.html/",
                           "page.html/..",
                           "page%0d%0aX:%20y",
                           "%c0%ae%c0%ae/ca/agents.pem"}) {
    const HttpAnswer answer = here.server.ask({.path = std::string("/downloads/") + name});
    INFO(name << ' ' << answer.status);
    CHECK((answer.status == 404 || answer.status == 400));
    CHECK(answer.body.find("PRIVATE") == std::string::npos);
  }
  const HttpAnswer list = here.server.ask({.path = "/downloads"});
  CHECK(list.body.find("page.html") != std::string::npos);
  for (const char* name : {"link.pem", "root", "fifo", "sub", ".hidden"})
    CHECK(list.body.find(name) == std::string::npos);
  here.check_unharmed();
}

TEST_CASE("23 restore takes a backup and nothing else, backup replaces nothing", "[abuse]") {
  Attacked here;
  if (!fs::exists(here.server.data() / "muster.db")) {
    SUCCEED("a store without a file: its own tools make its backups");
    return;
  }
  const fs::path backup = here.server.folder() / "a.backup";
  REQUIRE(here.server.command({"backup", backup.string()}).code == 0);
  CHECK(here.server.command({"backup", backup.string()}).code != 0);  // there already
  const fs::path target = here.server.folder() / "somebody-elses";
  write_file(target, "precious");
  const fs::path link = here.server.folder() / "link.backup";
  fs::create_symlink(target, link);
  CHECK(here.server.command({"backup", link.string()}).code != 0);
  CHECK(read_whole(target) == "precious");
  CHECK(here.server.command({"backup", "/dev/null"}).code != 0);
  here.server.stop();

  const std::string before = read_whole(here.server.data() / "muster.db");
  const std::string whole = read_whole(backup);
  std::string damaged = whole;
  for (std::size_t i = 100; i < 200; ++i)
    damaged[i] = '\x7f';
  write_file(here.server.folder() / "cut", whole.substr(0, whole.size() / 2));
  write_file(here.server.folder() / "damaged", damaged);
  write_file(here.server.folder() / "empty", "");
  write_file(here.server.folder() / "text", "PK\x03\x04../../etc/cron.d/x");
  for (const std::string& file :
       {(here.server.folder() / "cut").string(), (here.server.folder() / "damaged").string(),
        (here.server.folder() / "empty").string(), (here.server.folder() / "text").string(),
        std::string("/dev/zero"), std::string("/etc/passwd"), std::string("/no/such/file"),
        here.server.folder().string()}) {
    const Ended ran = here.server.command({"restore", file, "--force"});
    INFO(file << ran.error);
    CHECK(ran.code != 0);
    CHECK(ran.code < 128);
    if (file == "/dev/zero") CHECK_THAT(ran.error, Catch::Contains("it is no regular file"));
  }
  CHECK(read_whole(here.server.data() / "muster.db") == before);
  here.server.start();
  here.check_unharmed();
}
