// SPDX-License-Identifier: Apache-2.0
// Every setting of muster-server: its name, its default, its unit and what it is for, once. A
// setting `people_port` stands in section [server] of server.ini, is MUSTER_SERVER_PEOPLE_PORT in
// the environment, which goes before the file, and --people-port where a command has it as a flag,
// which goes before both. Read once at start; immutable afterwards.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/config.h"
#include "common/support/log.h"
#include "common/support/result.h"

namespace muster::server::installation {

inline constexpr std::string_view kDefaultConfigFile = "/etc/muster/server.ini";
inline constexpr std::string_view kConfigSection = "server";

struct ListenerConfig {
  std::string address = "0.0.0.0";
  std::uint16_t port = 0;
  std::string url;  // empty: https://<first public name>:<port>
  std::vector<std::string> trusted_proxies;
  int threads = 256;
  int connections_per_address = 64;
};

struct ServerConfig {
  std::filesystem::path data_directory = "/var/lib/muster";
  std::string config_file;                    // as it was named; empty: the default one
  std::filesystem::path downloads_directory;  // empty: <data>/downloads
  LogLevel log_level = LogLevel::kInfo;

  ListenerConfig people;
  std::string people_certificate;  // PEM chain; empty: one of our own authority
  std::string people_key;          // PEM
  ListenerConfig agents;
  bool agents_proxy_protocol = false;
  std::int64_t report_interval_s = 900;
  std::int64_t agent_reports_per_minute = 60;  // 0: no budget
  std::int64_t agent_megabytes_per_minute = 8;

  std::string database = "sqlite";     // or a connection text of libpq, without a password
  std::string database_password_file;  // its first line; empty: as libpq finds one
  bool database_accept_no_fsync = false;
  int store_readers = 8;
  int read_limit_ms = 10'000;
  int stop_within_ms = 10'000;

  bool is_postgres() const { return database != "sqlite"; }
  std::filesystem::path cluster_key_file() const { return data_directory / "cluster.key"; }
  std::filesystem::path database_file() const { return data_directory / "muster.db"; }
  std::filesystem::path authority_folder() const { return data_directory / "ca"; }
  std::filesystem::path side_log_file() const { return data_directory / "revocations.log"; }
  std::filesystem::path lock_file() const { return data_directory / "server.lock"; }
};

// One line of the table of settings, for the documentation and for --help.
struct SettingDescription {
  std::string_view key;
  std::string_view fallback;  // as it would be written in server.ini
  std::string_view unit;      // "" where there is none
  std::string_view meaning;
};
const std::vector<SettingDescription>& setting_descriptions();

// What the command line says; each goes before the environment and the file.
struct ServerFlags {
  std::optional<std::string> config_file;
  std::optional<std::string> data_directory;
  std::optional<int> people_port;
  std::optional<int> agents_port;
  bool verbose = false;
};

// A file that was named (flag, MUSTER_SERVER_CONFIG) must be there, the default one need not.
Result<ServerConfig> load_config(const ServerFlags& flags, const Environment& environment);
// The same from the text of a file; pure.
Result<ServerConfig> parse_config(std::string_view text, std::string_view file_name,
                                  const ServerFlags& flags, const Environment& environment);

}  // namespace muster::server::installation
