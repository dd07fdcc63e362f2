// SPDX-License-Identifier: Apache-2.0
// A network of its own between this process (and what it starts) and a second namespace: a pair of
// Ethernet interfaces, 10.77.0.1 here and 10.77.0.2 there, which nft can cut. Needs root. While it
// exists this thread has no other network but its own loopback. One thread.
#pragma once
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace muster::test {

class NetworkBetween {
 public:
  static constexpr const char* kHere = "10.77.0.1";

  NetworkBetween() : name_("muster-" + std::to_string(::getpid())) {
    before_ = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (before_ < 0 || ::unshare(CLONE_NEWNET) != 0)
      throw std::runtime_error("cannot make a network namespace: this test runs as root");
    try {
      run({"ip", "link", "set", "lo", "up"});
      run({"ip", "netns", "add", name_});
      run({"ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", name_});
      run({"ip", "address", "add", std::string(kHere) + "/24", "dev", "near"});
      run({"ip", "link", "set", "near", "up"});
      run(there({"ip", "address", "add", "10.77.0.2/24", "dev", "far"}));
      run(there({"ip", "link", "set", "far", "up"}));
      run(there({"ip", "link", "set", "lo", "up"}));
      run({"nft", "add", "table", "inet", "cut"});
      run({"nft", "add chain inet cut in { type filter hook input priority 0; }"});
      run({"nft", "add chain inet cut out { type filter hook output priority 0; }"});
    } catch (...) {
      leave();
      throw;
    }
  }
  ~NetworkBetween() { leave(); }
  NetworkBetween(const NetworkBetween&) = delete;
  NetworkBetween& operator=(const NetworkBetween&) = delete;

  // `command`, to be run in the other namespace.
  std::vector<std::string> there(std::vector<std::string> command) const {
    // Not `ip netns exec`, which mounts /sys anew and cannot where / is no mount point (a chroot).
    command.insert(command.begin(), {"nsenter", "--net=/run/netns/" + name_});
    return command;
  }
  // What arrives from there ("in") or goes there ("out") from now on, such as "drop" or
  // "quota over 20 kbytes drop".
  void rule(const std::string& direction, const std::string& what) const {
    const std::string side = direction == "in" ? "iifname" : "oifname";
    run({"nft", "add rule inet cut " + direction + " " + side + " near " + what});
  }
  void heal() const { run({"nft", "flush", "table", "inet", "cut"}); }

 private:
  static void run(const std::vector<std::string>& command) {
    const Ended ended = run_program(command);
    if (ended.code != 0)
      throw std::runtime_error(command[0] + " " + command.back() + ": " + ended.error);
  }
  void leave() const {
    try {
      run_program({"ip", "netns", "delete", name_});
    } catch (const std::exception&) {
      // The namespace goes with the machine then; the test has failed for another reason already.
    }
    if (::setns(before_, CLONE_NEWNET) != 0) ::abort();
    ::close(before_);
  }

  std::string name_;
  int before_ = -1;
};

}  // namespace muster::test
