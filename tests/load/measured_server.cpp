// SPDX-License-Identifier: Apache-2.0
#include "tests/load/measured_server.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/program.h"

namespace muster::load {
namespace {

namespace fs = std::filesystem;
constexpr auto kWatchPeriod = std::chrono::milliseconds(100);

std::uint64_t size_of(const fs::path& file) {
  std::error_code missing;
  const auto size = fs::file_size(file, missing);
  return missing ? 0 : size;
}

}  // namespace

double cpu_seconds_of(pid_t process) {
  // Fields 14 and 15 of proc(5) stat, counted behind the name, which may hold anything.
  const std::string text = test::read_whole("/proc/" + std::to_string(process) + "/stat");
  std::istringstream rest(text.substr(std::min(text.size(), text.rfind(')') + 2)));
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    rest >> skipped;
  double user = 0, system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double peak_resident_mib_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  std::string word;
  double kib = 0;
  while (file >> word) {
    if (word == "VmHWM:") file >> kib;
  }
  return kib / 1024;
}

std::uint16_t wait_for_port(const fs::path& file, const std::string& word, pid_t process,
                            const fs::path& log) {
  for (int i = 0; i < 1200; ++i) {
    std::ifstream in(file);
    std::string found;
    unsigned number = 0;
    while (in >> found >> number) {
      if (found == word && number != 0) return static_cast<std::uint16_t>(number);
    }
    if (waitpid(process, nullptr, WNOHANG) == process) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw std::runtime_error("a server did not start: " + test::read_whole(log));
}

MeasuredServer::MeasuredServer(ServerOptions options) : options_(std::move(options)) {
  fs::create_directories(options_.folder);
  std::ofstream(options_.folder / "server.ini") << "[server]\n" << options_.settings << '\n';
  const auto made = test::run_program(
      {options_.program, "--config", options_.folder / "server.ini", "--data", data(), "init",
       "--admin", "load", "--password-stdin", "--public-name", "127.0.0.1"},
      "correct horse battery staple\n");
  if (made.code != 0) throw std::runtime_error("muster-server init: " + made.error);
}

MeasuredServer::~MeasuredServer() {
  if (process_ != 0) stop();
}

void MeasuredServer::start() {
  const fs::path ports = options_.folder / "ports";
  const fs::path log = options_.folder / "server.log";
  fs::remove(ports);
  process_ =
      test::spawn({options_.program, "--config", options_.folder / "server.ini", "--data", data(),
                   "serve", "--ports-file", ports, "--people-port", std::to_string(people_port_),
                   "--agents-port", std::to_string(agents_port_)},
                  "/dev/null", "/dev/null", log);
  agents_port_ = wait_for_port(ports, "agents", process_, log);
  people_port_ = wait_for_port(ports, "people", process_, log);
  stopping_ = false;
  watcher_ = std::thread([this] { watch(); });
}

int MeasuredServer::stop() {
  stopping_ = true;
  if (watcher_.joinable()) watcher_.join();
  kill(process_, SIGTERM);
  const int code = test::wait_for(process_);
  process_ = 0;
  return code;
}

bool MeasuredServer::is_running() const {
  return process_ != 0 && waitpid(process_, nullptr, WNOHANG) == 0;
}

std::vector<crypto::Certificate> MeasuredServer::authorities() const {
  const auto found = crypto::certificates_from_pem(test::read_whole(data() / "ca" / "ca.pem"));
  if (!found) throw std::runtime_error(found.failure().message);
  return *found;
}

double MeasuredServer::store_mib() const {
  return static_cast<double>(size_of(database())) / (1024 * 1024);
}

void MeasuredServer::forget_peaks() {
  peak_wal_bytes_ = 0;
  // "5" resets the peak of the resident set (proc(5), clear_refs).
  if (process_ != 0) std::ofstream("/proc/" + std::to_string(process_) + "/clear_refs") << "5";
}

void MeasuredServer::watch() {
  const fs::path wal = database().string() + "-wal";
  while (!stopping_) {
    const std::uint64_t size = size_of(wal);
    if (size > peak_wal_bytes_) peak_wal_bytes_ = size;
    std::this_thread::sleep_for(kWatchPeriod);
  }
}

}  // namespace muster::load
