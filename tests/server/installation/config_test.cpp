// SPDX-License-Identifier: Apache-2.0
#include "server/installation/config.h"

#include <catch2/catch.hpp>

using namespace muster;
using namespace muster::server;

namespace {

Result<installation::ServerConfig> parse(std::string_view text,
                                         const installation::ServerFlags& flags = {},
                                         const Environment& environment = {}) {
  return installation::parse_config(text, "server.ini", flags, environment);
}

}  // namespace

TEST_CASE("without any setting the defaults are those of the table", "[config]") {
  const installation::ServerConfig config = parse("").value();
  CHECK(config.data_directory == "/var/lib/muster");
  CHECK(config.downloads_directory == "/var/lib/muster/downloads");
  CHECK(config.people.port == 8443);
  CHECK(config.agents.port == 8444);
  CHECK(config.log_level == LogLevel::kInfo);

  // What the table says of a setting is what it is without it.
  for (const installation::SettingDescription& setting : installation::setting_descriptions()) {
    INFO(setting.key);
    CHECK_FALSE(setting.meaning.empty());
    const auto written = parse("[server]\n" + std::string(setting.key) + " = " +
                               std::string(setting.fallback) + "\n");
    REQUIRE(written.ok());
    CHECK(written->data_directory == config.data_directory);
    CHECK(written->downloads_directory == config.downloads_directory);
    CHECK(written->people.port == config.people.port);
    CHECK(written->people.threads == config.people.threads);
    CHECK(written->people.address == config.people.address);
    CHECK(written->agents.port == config.agents.port);
    CHECK(written->agents.connections_per_address == config.agents.connections_per_address);
    CHECK(written->report_interval_s == config.report_interval_s);
    CHECK(written->store_readers == config.store_readers);
    CHECK(written->read_limit_ms == config.read_limit_ms);
    CHECK(written->stop_within_ms == config.stop_within_ms);
  }
}

TEST_CASE("flags go before the environment and that before the file", "[config]") {
  const std::string_view text = "[server]\npeople_port = 1000\nagents_port = 1000\n";
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "MUSTER_SERVER_PEOPLE_PORT" || name == "MUSTER_SERVER_AGENTS_PORT") return "2000";
    return std::nullopt;
  };
  installation::ServerFlags flags;
  flags.people_port = 3000;
  flags.data_directory = "/srv/muster";
  const installation::ServerConfig config = parse(text, flags, environment).value();
  CHECK(config.people.port == 3000);
  CHECK(config.agents.port == 2000);
  CHECK(parse(text)->agents.port == 1000);
  CHECK(config.database_file() == "/srv/muster/muster.db");
  CHECK(config.downloads_directory == "/srv/muster/downloads");
}

TEST_CASE("a setting that cannot be is refused with its line and what it should be", "[config]") {
  struct Case {
    const char* line;
    const char* expected;
  };
  const Case cases[] = {
      {"people_port = 65536", "number from 0 to 65535"},
      {"people_port = many", "number from 0 to 65535"},
      {"people_address = localhost", "an IP address"},
      {"people_url = http://muster.example.org", "begins with https://"},
      {"people_url = https://", "begins with https://"},
      {"people_trusted_proxies = 10.0.0.0/33", "addresses or networks"},
      {"agents_proxy_protocol = on", "agents_trusted_proxies"},
      {"agents_threads = 0", "number from 1"},
      {"data_directory = somewhere", "an absolute path"},
      {"people_certificate = /etc/muster/people.pem", "set together"},
      {"people_key = /etc/muster/people.key", "set together"},
      {"log_level = loud", "debug, info, warning or error"},
      {"report_interval_s = 1", "number from 10"},
      {"peeple_port = 1", "unknown setting"},
  };
  for (const Case& one : cases) {
    INFO(one.line);
    const auto config = parse("[server]\n" + std::string(one.line) + "\n");
    REQUIRE_FALSE(config.ok());
    CHECK_THAT(config.failure().message,
               Catch::Contains("server.ini, line 2") && Catch::Contains(one.expected));
  }
}

TEST_CASE("lists and URLs are read as people write them", "[config]") {
  const installation::ServerConfig config = parse(
                                                "[server]\n"
                                                "people_url = https://muster.example.org/\n"
                                                "agents_trusted_proxies = 10.0.0.0/8 , fd00::/8\n"
                                                "agents_proxy_protocol = yes\n")
                                                .value();
  CHECK(config.people.url == "https://muster.example.org");
  CHECK(config.agents.trusted_proxies == std::vector<std::string>{"10.0.0.0/8", "fd00::/8"});
  CHECK(config.agents_proxy_protocol);
}

TEST_CASE("where the database is stands in the settings, its password does not", "[config]") {
  CHECK_FALSE(parse("")->is_postgres());
  for (const char* good :
       {"postgresql://muster@db.example.org/muster", "host=/run/postgresql dbname=muster",
        "postgresql://muster@a.example.org,b.example.org/muster?sslmode=verify-full"}) {
    INFO(good);
    CHECK(parse(std::string("[server]\ndatabase = ") + good + "\n")->is_postgres());
  }
  for (const char* bad :
       {"postgres", "/var/lib/muster.db", "postgresql://muster:geheim@db.example.org/muster",
        "host=db password=geheim", "host=db nonsense=geheim", "host=db password='geheim"}) {
    INFO(bad);
    const auto refused = parse(std::string("[server]\ndatabase = ") + bad + "\n");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().message.find("geheim") == std::string::npos);
  }
}
