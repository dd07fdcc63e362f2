// SPDX-License-Identifier: Apache-2.0
// Programs that are measured: their processor time, memory and files, from /proc; and a real
// muster-server with a data directory of its own below the work folder. Used by one thread.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "common/crypto/certificate.h"

namespace muster::load {

double cpu_seconds_of(pid_t process);  // user and system
double own_cpu_seconds();
double peak_resident_mib_of(pid_t process);

struct ServerOptions {
  std::filesystem::path program;  // muster-server
  std::filesystem::path folder;   // made; data directory, log and settings go below it
  std::string settings;           // lines of [server] in server.ini
};

class MeasuredServer {
 public:
  // Makes the installation (muster-server init); start() serves.
  explicit MeasuredServer(ServerOptions options);
  ~MeasuredServer();
  MeasuredServer(const MeasuredServer&) = delete;
  MeasuredServer& operator=(const MeasuredServer&) = delete;

  void start();
  int stop();  // SIGTERM; the exit code
  bool is_running() const;

  pid_t process() const { return process_; }
  std::uint16_t agents_port() const { return agents_port_; }
  std::uint16_t people_port() const { return people_port_; }
  std::filesystem::path data() const { return options_.folder / "data"; }
  std::filesystem::path database() const { return data() / "muster.db"; }
  std::vector<crypto::Certificate> authorities() const;

  double store_mib() const;
  double peak_wal_mib() const { return static_cast<double>(peak_wal_bytes_) / (1024 * 1024); }
  void forget_peaks();  // resident memory and WAL

 private:
  void watch();

  ServerOptions options_;
  pid_t process_ = 0;
  std::uint16_t agents_port_ = 0;
  std::uint16_t people_port_ = 0;
  std::atomic<std::uint64_t> peak_wal_bytes_{0};
  std::atomic<bool> stopping_{false};
  std::thread watcher_;
};

// Waits until the program has written "WORD NUMBER" lines with this word to the file; throws when
// it ended or took more than a minute.
std::uint16_t wait_for_port(const std::filesystem::path& file, const std::string& word,
                            pid_t process, const std::filesystem::path& log);

}  // namespace muster::load
