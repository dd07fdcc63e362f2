// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/machine.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "common/support/digest.h"
#include "common/support/text.h"
#include "tests/support/programs/server_process.h"

namespace muster::test {
namespace {

namespace fs = std::filesystem;

std::string uuid_of(const std::string& hex) {
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-4" + hex.substr(13, 3) + "-8" +
         hex.substr(17, 3) + "-" + hex.substr(20, 12);
}

// Reads a text from its front. Once something is not as expected, it stays at a failure.
class SummaryReader {
 public:
  explicit SummaryReader(std::string_view text) : rest_(text) {}

  bool skip(std::string_view word) {
    const bool found = rest_.starts_with(word);
    if (found) rest_.remove_prefix(word.size());
    return found;
  }
  void expect(std::string_view word) { is_good_ = skip(word) && is_good_; }
  // As many of these characters as there are, at least one.
  std::string_view take(std::string_view characters) {
    const std::string_view taken = rest_.substr(0, rest_.find_first_not_of(characters));
    rest_.remove_prefix(taken.size());
    is_good_ = is_good_ && !taken.empty();
    return taken;
  }
  std::int64_t number() {
    const auto value = parse_integer(take("0123456789"));
    is_good_ = is_good_ && value.has_value();
    return value.value_or(0);
  }
  bool is_read() const { return is_good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

}  // namespace

void write_file(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  fs::path fresh = file;
  fresh += ".new";
  {
    std::ofstream out(fresh, std::ios::binary);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + fresh.string());
  }
  fs::rename(fresh, file);
}

std::string all_of(const Ended& ended) {
  return "exit code " + std::to_string(ended.code) + "\n--- output\n" + ended.out + "--- errors\n" +
         ended.error;
}

bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  for (;;) {
    if (holds()) return true;
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Machine::Machine(const std::string& host_name) : name_(host_name) {
  const std::string hex = sha256_hex(host_name);
  machine_id_ = hex.substr(0, 32);
  serial_number_ = "SN-" + hex.substr(32, 8);
  uuid_ = uuid_of(hex.substr(8, 32));
  mac_address_ = "00:1b:21:" + hex.substr(0, 2) + ":" + hex.substr(2, 2) + ":" + hex.substr(4, 2);

  const fs::path root = folder_.path() / "root";
  const std::map<std::string, std::string> files = {
      {"proc/sys/kernel/random/boot_id", uuid_of(hex.substr(16, 32)) + "\n"},
      {"proc/sys/kernel/hostname", host_name + "\n"},
      {"proc/sys/kernel/ostype", "Linux\n"},
      {"proc/sys/kernel/osrelease", "6.1.0-28-amd64\n"},
      {"proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1\n"},
      {"proc/cpuinfo",
       "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Core(TM) i5-8350U\n"
       "physical id\t: 0\ncore id\t\t: 0\ncpu cores\t: 1\n"},
      {"proc/meminfo",
       "MemTotal:        8030404 kB\nMemAvailable:    5030404 kB\nSwapTotal:             0 kB\n"},
      {"proc/self/mountinfo", ""},
      {"proc/net/if_inet6", ""},
      {"proc/net/route", "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"},
      {"proc/net/fib_trie", ""},
      {"sys/devices/system/cpu/online", "0\n"},
      {"sys/devices/system/cpu/cpu0/topology/core_id", "0\n"},
      {"sys/devices/system/cpu/cpu0/topology/physical_package_id", "0\n"},
      {"etc/hostname", host_name + "\n"},
      {"etc/machine-id", machine_id_ + "\n"},
      {"etc/os-release",
       "ID=debian\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\n"},
      {"etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"},
      {"etc/group", "root:x:0:\n"},
      {"sys/class/dmi/id/sys_vendor", "Muster Works\n"},
      {"sys/class/dmi/id/product_name", "Loom 14\n"},
      {"sys/class/dmi/id/product_serial", serial_number_ + "\n"},
      {"sys/class/dmi/id/product_uuid", uuid_ + "\n"},
      {"sys/class/dmi/id/chassis_type", "10\n"},
      {"sys/class/net/eth0/address", mac_address_ + "\n"},
      {"sys/class/net/eth0/addr_assign_type", "0\n"},
      {"sys/class/net/eth0/type", "1\n"},
      {"sys/class/net/eth0/flags", "0x1003\n"},
      {"sys/class/net/eth0/mtu", "1500\n"},
  };
  for (const auto& [file, text] : files)
    write_file(root / file, text);
  write_file(folder_.path() / "agent.ini", "");
  // A database without dpkg itself is none of a Debian.
  packages_["dpkg"] = "1.21.22";
  for (int i = 0; i < 49; ++i)
    packages_["library-" + std::to_string(i)] = "1." + std::to_string(i) + "-1";
  write_status();
}

void Machine::install(const std::string& package, const std::string& version) {
  packages_[package] = version;
  write_status();
}

void Machine::install_all(const std::map<std::string, std::string>& packages) {
  for (const auto& [package, version] : packages)
    packages_[package] = version;
  write_status();
}

void Machine::remove(const std::string& package) {
  packages_.erase(package);
  write_status();
}

void Machine::write_status() const {
  std::string text;
  for (const auto& [package, version] : packages_) {
    text += "Package: " + package + "\nStatus: install ok installed\nPriority: optional\n" +
            "Section: utils\nInstalled-Size: 120\nMaintainer: Somebody <somebody@example.org>\n" +
            "Architecture: amd64\nVersion: " + version + "\nDescription: " + package +
            " itself\n\n";
  }
  write_file(folder_.path() / "root/var/lib/dpkg/status", text);
}

void Machine::wipe_agent() {
  fs::remove_all(state());
}

std::vector<std::string> Machine::agent_with_state(
    const std::string& state, const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {binary("muster-agent")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(command.end(),
                 {"--config", (folder_.path() / "agent.ini").string(), "--state-directory", state});
  return command;
}

std::vector<std::string> Machine::agent(const std::vector<std::string>& arguments) const {
  return agent_with_state(state(), arguments);
}

Ended Machine::enroll(const std::string& join_code) const {
  return run_program(agent({"enroll", "-"}), join_code + "\n");
}

Ended Machine::run_once() const {
  return run_program(agent({"run", "--once", "--root", root()}));
}

Ended Machine::status() const {
  return run_program(agent({"status"}));
}

RunningAgent::RunningAgent(const Machine& machine)
    : id_(spawn(machine.agent({"run", "--root", machine.root()}), "/dev/null", "/dev/null",
                folder_.path() / "log")) {}

RunningAgent::~RunningAgent() {
  if (id_ == 0) return;
  ::kill(id_, SIGKILL);
  wait_for(id_);
}

void RunningAgent::report_now() {
  ::kill(id_, SIGUSR1);
}

int RunningAgent::stop() {
  ::kill(id_, SIGTERM);
  return wait_for(std::exchange(id_, 0));
}

Reported reported(const Ended& ran) {
  Reported out;
  SummaryReader text(ran.out);
  text.expect("report ");
  out.sequence = text.number();
  text.expect(" acknowledged: ");
  const std::int64_t count = text.number();
  text.expect(" section");
  text.skip("s");
  text.expect(" changed");
  std::string_view names;
  if (text.skip(" (")) {
    names = text.take("abcdefghijklmnopqrstuvwxyz_, ");
    text.expect(")");
  }
  text.expect(", ");
  out.bytes = text.number();
  text.expect(" bytes in ");
  out.requests = text.number();
  text.expect(" request");
  text.skip("s");
  text.expect("\n");
  if (ran.code != 0 || !text.is_read())
    throw std::runtime_error("no report was acknowledged: " + all_of(ran));
  for (const std::string_view name : split(names, ',')) {
    if (!trim(name).empty()) out.changed.emplace_back(trim(name));
  }
  if (out.changed.size() != static_cast<std::uint64_t>(count))
    throw std::runtime_error("the number of sections is wrong: " + ran.out);
  return out;
}

}  // namespace muster::test
