// SPDX-License-Identifier: Apache-2.0
// Whose the data directory is. The service works as its own user, so what root makes in that
// user's directory must be that user's as well: commands that root starts work as the directory's
// owner. Used by the main thread, before there is another one where it says so.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace muster::server::installation {

inline constexpr const char* kServiceUser = "muster-server";  // of the packages

// From here on this process acts as the owner of `directory`, when it is root and the owner is
// somebody else; `for_good` leaves no way back. Nothing where the directory is not there.
// std::runtime_error: the system does not let it. Before the first other thread.
void work_as_owner(const std::filesystem::path& directory, bool for_good);

// Root again for a moment, where work_as_owner left a way back: to read or write what root named,
// in a folder that only root can change. One thread at a time.
class AsRoot {
 public:
  // Nothing is done where `folder` is the acting user's: whoever owns it could put a link there.
  explicit AsRoot(const std::filesystem::path& folder);
  ~AsRoot();
  AsRoot(const AsRoot&) = delete;
  AsRoot& operator=(const AsRoot&) = delete;

 private:
  std::optional<unsigned> user_;  // the owner; nullopt: nothing was done
  unsigned group_ = 0;
};

// std::runtime_error with the command that mends it: `directory` is somebody else's, or something
// in it is not its owner's. The files that a command opens, no deeper than the authority's.
void check_owner(const std::filesystem::path& directory);

// What init tells to do next.
struct StartFacts {
  std::string owner;  // of the data directory
  std::string data_directory;
  std::string config_file;  // that was named; empty: the default one
  bool is_packaged = false;
  bool runs_systemd = false;
};
// "systemctl start muster-server" where the packaged unit serves this directory and systemd runs;
// otherwise the program with what it was given; root may start it, since it works as the owner.
// Pure.
std::string start_command(const StartFacts& facts);

// The owner's name, or "number 1234"; nullopt where the directory is not there.
std::optional<std::string> owner_of(const std::filesystem::path& directory);

}  // namespace muster::server::installation
