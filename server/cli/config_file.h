// SPDX-License-Identifier: Apache-2.0
// Where muster login keeps the server, the token and whom to trust: $XDG_CONFIG_HOME (else
// ~/.config) /muster/config.ini, mode 0600. Flags come before the environment (MUSTER_SERVER,
// MUSTER_TOKEN, MUSTER_TOKEN_FILE, MUSTER_CA_FILE), which comes before the file. Throws Problem.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "common/command/parse.h"
#include "common/support/config.h"
#include "server/cli/api_client.h"

namespace muster::cli {

struct SavedLogin {
  std::string server = {};
  std::string token = {};
  std::string token_id = {};  // to revoke it; empty: it was not made by muster login
  std::string ca_file = {};
  std::string ca_sha256 = {};
};

std::filesystem::path config_path(const Environment& environment);

// nullopt: nobody has signed in. A file that others can read is refused: the token in it is no
// secret any more.
std::optional<SavedLogin> load_login(const std::filesystem::path& path);
void save_login(const std::filesystem::path& path, const SavedLogin& login);
void forget_login(const std::filesystem::path& path);

struct Access {
  Connection connection;
  std::string token;         // empty: not signed in
  std::string token_origin;  // "MUSTER_TOKEN" or a file, for messages
};

// What a command is to use. The saved token goes to the saved server only. Throws Problem
// (kNotSignedIn) when no server is known.
Access access_of(const Invocation& invocation, const Environment& environment);

// --ca-file, --ca-sha256, --timeout over `connection`.
void apply_flags(Connection& connection, const Invocation& invocation,
                 const Environment& environment);

// The first line of a file with a secret, "-" for none. Others must not be able to read it.
std::string read_secret_file(const std::string& path);

}  // namespace muster::cli
