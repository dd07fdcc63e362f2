// SPDX-License-Identifier: Apache-2.0
// The ceiling for exchanges: the least that a server on the same libraries can do for a report. A
// bare Poco::Net::HTTPServer on a SecureServerSocket with a thread pool: mutual TLS 1.3 without
// tickets with the same certificates, reads the body and answers with as many bytes as
// muster-server does. It runs as a process of its own: `muster-load echo ...`.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>

namespace muster::load {

// Serves until SIGTERM; writes "agents PORT" to `ports_file`.
int run_echo_server(const std::filesystem::path& certificate_file,
                    const std::filesystem::path& authority_file,
                    const std::filesystem::path& ports_file, int threads);

class EchoServer {
 public:
  // `data`: of a muster-server, for its certificates. Starts this program anew.
  EchoServer(const std::filesystem::path& data, const std::filesystem::path& folder, int threads);
  ~EchoServer();
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  pid_t process() const { return process_; }
  std::uint16_t port() const { return port_; }

 private:
  pid_t process_ = 0;
  std::uint16_t port_ = 0;
};

}  // namespace muster::load
