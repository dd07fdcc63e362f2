// SPDX-License-Identifier: Apache-2.0
// A full inventory of this machine, beside what lists packages alone and beside a peer.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/bench/bench.h"

namespace muster::bench {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void print_row(const char* what, const std::vector<std::string>& arguments) {
  constexpr int kRuns = 7;
  measure(arguments);  // the page cache is warm from here on
  std::vector<double> wall, cpu, peak;
  ProcessCost last;
  for (int i = 0; i < kRuns; ++i) {
    last = measure(arguments);
    wall.push_back(last.wall_s * 1000);
    cpu.push_back(last.cpu_s * 1000);
    peak.push_back(last.peak_mib);
  }
  std::printf("%-34s %8.1f ms wall %8.1f ms cpu %7.1f MiB peak %9lld bytes out\n", what,
              percentile(wall, 50), percentile(cpu, 50), percentile(peak, 50),
              static_cast<long long>(last.output_bytes));
}

}  // namespace

ProcessCost measure(const std::vector<std::string>& arguments) {
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) throw std::runtime_error("no pipe");
  const auto start = Clock::now();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    dup2(pipe_ends[1], STDOUT_FILENO);
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDERR_FILENO);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(pipe_ends[1]);
  ProcessCost cost;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = read(pipe_ends[0], buffer.data(), buffer.size());
    if (got <= 0) break;
    cost.output_bytes += got;
  }
  close(pipe_ends[0]);
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  cost.wall_s = seconds_since(start);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error(arguments.front() + " failed");
  cost.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  cost.peak_mib = static_cast<double>(usage.ru_maxrss) / 1024;
  return cost;
}

double cpu_seconds_of(int process_id) {
  std::ifstream file("/proc/" + std::to_string(process_id) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string word;
  long long ticks = 0;
  // After the name: field 3 is the state; 14 and 15 are user and system time.
  for (int field = 3; field <= 15 && fields >> word; ++field) {
    if (field >= 14) ticks += std::stoll(word);
  }
  return static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double resident_mib_of(int process_id) {
  std::ifstream file("/proc/" + std::to_string(process_id) + "/statm");
  long long all = 0;
  long long resident = 0;
  file >> all >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
}

void bench_agent() {
  const char* bin = std::getenv("MUSTER_BIN");
  const std::string agent = std::string(bin == nullptr ? "." : bin) + "/muster-agent";
  std::printf("== a full inventory of this machine (median of 7, warm)\n");
  print_row("muster-agent inventory", {agent, "inventory"});
  print_row("dpkg-query -W", {"dpkg-query", "-W"});
  print_row("fusioninventory-inventory", {"fusioninventory-inventory"});
}

}  // namespace muster::bench
