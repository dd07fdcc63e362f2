// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/haproxy.h"

#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/support/free_port.h"

namespace muster::test {

HaProxy::HaProxy(const ServerProcess& server, const ServerProcess* second)
    : people_port_(free_port()), agents_port_(free_port()) {
  const char* source = std::getenv("MUSTER_SOURCE");
  if (source == nullptr) throw std::runtime_error("MUSTER_SOURCE does not name the sources");
  std::string text = read_whole(std::string(source) + "/packaging/haproxy/haproxy.cfg");
  const std::string ca = (server.data() / "ca/ca.pem").string();
  const std::string own = (server.data() / "ca/people.pem").string();
  replace(text, "bind :443 ", "bind 127.0.0.1:" + std::to_string(people_port_) + " ");
  replace(text, "bind :8444", "bind 127.0.0.1:" + std::to_string(agents_port_));
  replace(text, "192.0.2.10:8443", "127.0.0.1:" + std::to_string(server.people_port()));
  replace(text, "192.0.2.10:8444", "127.0.0.1:" + std::to_string(server.agents_port()));
  if (second != nullptr) {
    replace(text, "# server two", "server two");
    replace(text, "192.0.2.11:8443", "127.0.0.1:" + std::to_string(second->people_port()));
    replace(text, "192.0.2.11:8444", "127.0.0.1:" + std::to_string(second->agents_port()));
  }
  replace(text, "/etc/haproxy/muster.pem", own);
  replace(text, "/etc/haproxy/muster-ca.pem", ca);
  replace(text, "muster.example.org", "localhost");
  const std::string file = (folder_.path() / "haproxy.cfg").string();
  std::ofstream(file) << text;
  process_ = spawn({"/usr/sbin/haproxy", "-db", "-f", file}, "/dev/null", folder_.path() / "out",
                   folder_.path() / "error");
  for (int i = 0; i < 400; ++i) {
    if (can_connect()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  throw std::runtime_error("HAProxy does not come up: " + read_whole(folder_.path() / "out") +
                           read_whole(folder_.path() / "error"));
}

HaProxy::~HaProxy() {
  ::kill(process_, SIGKILL);
  wait_for(process_);
}

void HaProxy::replace(std::string& text, const std::string& what, const std::string& by) {
  auto at = text.find(what);
  if (at == std::string::npos) throw std::runtime_error("haproxy.cfg has no " + what);
  for (; at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

bool HaProxy::can_connect() const {
  try {
    return exchange(people_port_, {.path = "/healthz"}).status == 200;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace muster::test
