// SPDX-License-Identifier: Apache-2.0
#include "server/cli/config_file.h"

#include <algorithm>
#include <system_error>

#include "common/support/file.h"
#include "common/support/shell.h"
#include "common/support/text.h"
#include "server/cli/http_client.h"
#include "server/cli/problem.h"

namespace muster::cli {
namespace {

constexpr std::string_view kSection = "muster";

const std::vector<KnownSetting>& known_settings() {
  static const std::vector<KnownSetting> kKnown = {{kSection, "server"},
                                                   {kSection, "token"},
                                                   {kSection, "token_id"},
                                                   {kSection, "ca_file"},
                                                   {kSection, "ca_sha256"}};
  return kKnown;
}

std::string setting(const Environment& environment, const std::string& name) {
  return environment ? environment(name).value_or("") : std::string();
}

std::string absolute(const std::string& file) {
  std::error_code error;
  const auto path = std::filesystem::absolute(file, error);
  return error ? file : path.string();
}

}  // namespace

std::filesystem::path config_path(const Environment& environment) {
  std::filesystem::path base = setting(environment, "XDG_CONFIG_HOME");
  if (!base.is_absolute()) {
    const std::string home = setting(environment, "HOME");
    if (home.empty()) {
      throw Problem(kFailed,
                    "neither XDG_CONFIG_HOME nor HOME is set, so there is no place for "
                    "the configuration",
                    "export HOME, or MUSTER_SERVER and MUSTER_TOKEN_FILE");
    }
    base = std::filesystem::path(home) / ".config";
  }
  return base / "muster" / "config.ini";
}

std::optional<SavedLogin> load_login(const std::filesystem::path& path) {
  const auto text = muster::read_private_file(path);
  if (!text) {
    if (text.failure().kind == FailureKind::kNotFound) return std::nullopt;
    throw Problem(kFailed, text.failure().message, "chmod 600 " + shell_quoted(path.string()));
  }
  const auto config = Config::parse(*text, path.string(), known_settings());
  if (!config) throw Problem(kFailed, config.failure().message);
  SavedLogin login;
  login.server = config->text(kSection, "server").value_or("");
  login.token = config->text(kSection, "token").value_or("");
  login.token_id = config->text(kSection, "token_id").value_or("");
  login.ca_file = config->text(kSection, "ca_file").value_or("");
  login.ca_sha256 = config->text(kSection, "ca_sha256").value_or("");
  if (login.server.empty()) return std::nullopt;
  return login;
}

void save_login(const std::filesystem::path& path, const SavedLogin& login) {
  std::string text = "# Written by muster login; muster logout removes it.\n[muster]\n";
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) text += std::string(key) + " = " + value + '\n';
  };
  add("server", login.server);
  add("token", login.token);
  add("token_id", login.token_id);
  add("ca_file", login.ca_file);
  add("ca_sha256", login.ca_sha256);
  std::error_code error;
  std::filesystem::create_directories(path.parent_path().parent_path(), error);
  const auto folder = muster::make_private_folder(path.parent_path());
  if (!folder) throw Problem(kFailed, folder.failure().message);
  const auto written = muster::replace_file(path, text, muster::FileMode::kPrivate);
  if (!written) throw Problem(kFailed, written.failure().message);
}

void forget_login(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (error) throw Problem(kFailed, path.string() + " cannot be removed: " + error.message());
}

std::string read_secret_file(const std::string& path) {
  const auto text = muster::read_private_file(path);
  if (!text) throw Problem(kFailed, text.failure().message);
  const auto all = lines(*text);
  const std::string secret(all.empty() ? std::string_view() : trim(all.front()));
  if (secret.empty()) throw Problem(kFailed, path + " is empty: it should hold one token");
  return secret;
}

void apply_flags(Connection& connection, const Invocation& invocation,
                 const Environment& environment) {
  if (const std::string file = setting(environment, "MUSTER_CA_FILE"); !file.empty()) {
    connection.ca_file = file;
    connection.ca_sha256.clear();
  }
  if (const auto file = invocation.text("--ca-file")) {
    connection.ca_file = *file;
    connection.ca_sha256.clear();
  }
  if (!connection.ca_file.empty()) connection.ca_file = absolute(connection.ca_file);
  if (const auto pin = invocation.text("--ca-sha256")) {
    std::string hex = lower_ascii(*pin);
    hex.erase(std::remove(hex.begin(), hex.end(), ':'), hex.end());
    if (hex.size() != 64 || !from_hex(hex))
      throw Problem(kUsage, "--ca-sha256 is not a SHA-256: it has 64 hexadecimal digits");
    connection.ca_sha256 = hex;
    connection.ca_file.clear();
  }
  if (const auto seconds = invocation.integer("--timeout"))
    connection.timeout_s = static_cast<int>(*seconds);
}

Access access_of(const Invocation& invocation, const Environment& environment) {
  Access access;
  std::string server = setting(environment, "MUSTER_SERVER");
  if (const auto flag = invocation.text("--server")) server = *flag;
  if (!server.empty()) server = checked_server(server);

  std::optional<SavedLogin> saved;
  const bool needs_file = server.empty() || (setting(environment, "MUSTER_TOKEN").empty() &&
                                             setting(environment, "MUSTER_TOKEN_FILE").empty());
  if (needs_file) saved = load_login(config_path(environment));
  if (saved && (server.empty() || server == saved->server)) {
    server = saved->server;
    access.connection.ca_file = saved->ca_file;
    access.connection.ca_sha256 = saved->ca_sha256;
    access.token = saved->token;
    access.token_origin = config_path(environment).string();
  }
  if (server.empty())
    throw Problem(kNotSignedIn, "no server is known yet", "muster login https://SERVER:8443");
  access.connection.server = server;
  if (const std::string token = setting(environment, "MUSTER_TOKEN"); !token.empty()) {
    access.token = token;
    access.token_origin = "MUSTER_TOKEN";
  } else if (const std::string file = setting(environment, "MUSTER_TOKEN_FILE"); !file.empty()) {
    access.token = read_secret_file(file);
    access.token_origin = file;
  }
  apply_flags(access.connection, invocation, environment);
  return access;
}

}  // namespace muster::cli
