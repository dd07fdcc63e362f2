// SPDX-License-Identifier: Apache-2.0
// HAProxy before a server of a test or before two, with the file that is shipped
// (packaging/haproxy/haproxy.cfg): only ports, certificate files and the servers' addresses are
// replaced, and the lines of a second server are no comment where there is one, so that what is
// documented is what is tested. Ended with its object. One thread.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>

#include "tests/support/program.h"
#include "tests/support/programs/server_process.h"

namespace muster::test {

class HaProxy {
 public:
  explicit HaProxy(const ServerProcess& server, const ServerProcess* second = nullptr);
  ~HaProxy();
  HaProxy(const HaProxy&) = delete;
  HaProxy& operator=(const HaProxy&) = delete;

  std::uint16_t people_port() const { return people_port_; }
  std::uint16_t agents_port() const { return agents_port_; }

 private:
  static void replace(std::string& text, const std::string& what, const std::string& by);
  bool can_connect() const;

  TemporaryFolder folder_;
  std::uint16_t people_port_;
  std::uint16_t agents_port_;
  pid_t process_ = 0;
};

}  // namespace muster::test
