// SPDX-License-Identifier: Apache-2.0
#include "tests/support/whole_loop.h"

#include <cstdlib>
#include <exception>
#include <fstream>
#include <map>
#include <string_view>

#include "common/support/text.h"

namespace muster::test {

namespace {

constexpr std::string_view kDone = "done";

std::string turns_file() {
  const char* const file = std::getenv("MUSTER_TEST_TURNS");
  return whole_loops() && file != nullptr ? file : "";
}

// A line a loop: its next turn or "done", a tab, its name.
std::map<std::string, std::string> read_turns(const std::string& file) {
  std::map<std::string, std::string> out;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t tab = line.find('\t');
    if (tab != std::string::npos) out[line.substr(tab + 1)] = line.substr(0, tab);
  }
  return out;
}

void write_turn(const std::string& file, const std::string& name, const std::string& turn) {
  auto turns = read_turns(file);
  turns[name] = turn;
  std::ofstream out(file, std::ios::trunc);
  for (const auto& [loop, next] : turns)
    out << next << '\t' << loop << '\n';
}

std::optional<std::chrono::steady_clock::time_point> deadline() {
  static const auto kBegin = std::chrono::steady_clock::now();
  const char* const text = std::getenv("MUSTER_TEST_MINUTES");
  const auto minutes = text == nullptr ? std::nullopt : parse_integer(text);
  if (!whole_loops() || !minutes) return std::nullopt;
  return kBegin + std::chrono::minutes(*minutes);
}

}  // namespace

bool whole_loops() {
  return std::getenv("MUSTER_TEST_FULL") != nullptr;
}

Turns::Turns(std::string name, Sample sample)
    : name_(std::move(name)),
      sample_(whole_loops() ? Sample{} : sample),
      deadline_(deadline()),
      exceptions_(std::uncaught_exceptions()) {
  const std::string file = turns_file();
  if (file.empty()) return;
  const auto turns = read_turns(file);
  const auto at = turns.find(name_);
  if (at == turns.end()) return;
  is_done_ = at->second == kDone;
  begin_ = parse_integer(at->second).value_or(0);
}

bool Turns::takes_next() {
  if (!goes_on()) return false;
  const std::int64_t turn = next_++;
  if (turn < begin_ || turn % sample_.every != sample_.first) return false;
  if (!deadline_ || std::chrono::steady_clock::now() < *deadline_) return true;
  has_stopped_ = true;
  --next_;
  return false;
}

Turns::~Turns() {
  const std::string file = turns_file();
  if (file.empty() || is_done_) return;
  const bool is_unfinished = has_stopped_ || std::uncaught_exceptions() > exceptions_;
  write_turn(file, name_, is_unfinished ? std::to_string(next_) : std::string(kDone));
}

}  // namespace muster::test
