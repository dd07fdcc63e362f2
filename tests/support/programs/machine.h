// SPDX-License-Identifier: Apache-2.0
// An endpoint for end-to-end tests: a copied tree that the real muster-agent looks at (--root), and
// the agent's state. Installing a package is what dpkg does to its status file. Everything that
// makes it recognisable (names, serial number, UUID, machine-id, address) is made of its name.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace muster::test {

// In one step: whoever reads it sees the old or the new text. Folders above are made.
void write_file(const std::filesystem::path& file, const std::string& text);

std::string all_of(const Ended& ended);  // for INFO

// True as soon as `holds` does; false when it does not for a minute, which is far longer than
// anything here takes, also under sanitizers on a busy machine.
bool eventually(const std::function<bool()>& holds);

class Machine {
 public:
  explicit Machine(const std::string& host_name);

  const std::string& name() const { return name_; }
  std::string root() const { return (folder_.path() / "root").string(); }
  std::string state() const { return (folder_.path() / "state").string(); }
  const std::string& machine_id() const { return machine_id_; }
  const std::string& serial_number() const { return serial_number_; }
  const std::string& uuid() const { return uuid_; }
  const std::string& mac_address() const { return mac_address_; }

  void install(const std::string& package, const std::string& version);
  void install_all(const std::map<std::string, std::string>& packages);  // name to version
  void remove(const std::string& package);
  // Name to version, as dpkg's status has them.
  const std::map<std::string, std::string>& packages() const { return packages_; }

  // The agent's memory and keys are gone.
  void wipe_agent();

  // muster-agent with this machine's files, for run_program.
  std::vector<std::string> agent(const std::vector<std::string>& arguments) const;
  // The same with another state folder.
  std::vector<std::string> agent_with_state(const std::string& state,
                                            const std::vector<std::string>& arguments) const;
  Ended enroll(const std::string& join_code) const;
  Ended run_once() const;
  Ended status() const;

 private:
  void write_status() const;

  TemporaryFolder folder_;
  std::string name_;
  std::string machine_id_;
  std::string serial_number_;
  std::string uuid_;
  std::string mac_address_;
  std::map<std::string, std::string> packages_;
};

// What `muster-agent run --once` says that it did:
// "report 3 acknowledged: 1 section changed (packages), 812 bytes in 1 request".
struct Reported {
  std::int64_t sequence = 0;
  std::vector<std::string> changed;
  std::int64_t bytes = 0;
  std::int64_t requests = 0;
};
// Throws when it says anything else.
Reported reported(const Ended& ran);

// muster-agent run, the daemon; killed at the end unless it was stopped.
class RunningAgent {
 public:
  explicit RunningAgent(const Machine& machine);
  ~RunningAgent();
  RunningAgent(const RunningAgent&) = delete;
  RunningAgent& operator=(const RunningAgent&) = delete;

  void report_now();  // SIGUSR1
  int stop();         // SIGTERM; its exit code
  std::string log() const { return read_whole(folder_.path() / "log"); }

 private:
  TemporaryFolder folder_;
  pid_t id_ = 0;
};

}  // namespace muster::test
