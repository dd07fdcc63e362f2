// SPDX-License-Identifier: Apache-2.0
// A server in memory behind the agent's Transport: it reads the JSON from the wire as it is and
// keeps sections by the rules of model.md section 5, so a test can compare what the two sides
// believe. Faults are asked for beforehand.
#pragma once
#include <deque>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/sync/reporter.h"
#include "common/json/value.h"

namespace muster::agent::test {

class FakeClock final : public Clock {
 public:
  Instant now() const override { return wall; }
  std::int64_t boottime_ms() const override { return boottime; }
  void pass(std::int64_t ms) {
    wall = wall + ms;
    boottime += ms;
  }
  Instant wall{1'790'000'000'000};
  std::int64_t boottime = 50'000;
};

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct ServerSection {
  int schema_version = 1;
  std::string status;
  std::map<std::string, std::string> rows;  // canonical, by key
  inventory::Hash128 hash() const;
};

class ServerDouble final : public sync::Transport {
 public:
  enum class Fault { kLoseRequest, kLoseReply };

  Result<sync::HttpReply> exchange(const sync::HttpRequest& request) override;
  void close() override {}
  std::uint64_t sent_bytes() const override { return sent_bytes_; }

  std::string root() const;

  std::map<std::string, ServerSection> sections;
  std::int64_t last_sequence = 0;
  std::string last_root;
  std::deque<Fault> faults;                        // one for each coming request
  std::deque<sync::HttpReply> canned;              // instead of thinking
  bool away = false;                               // no connection at all
  std::set<std::string> unknown;                   // sections that this server does not know
  const inventory::SectionSchema* made = nullptr;  // a section made for a test, the only one
  std::map<std::string, std::string> refuses;      // section -> a text that no row may contain
  std::vector<std::string> reports;                // JSON of all that arrived, oldest first
  std::vector<std::string> replies;
  int answered = 0;

 private:
  sync::HttpReply think(const JsonValue& report);
  bool take_section(const std::string& name, const JsonValue& section, JsonWriter& refused,
                    std::vector<std::string>& send_full);
  std::uint64_t sent_bytes_ = 0;
};

sync::HttpReply answer_of(int status, std::string body,
                          std::string type = "application/problem+json");

// A section "packages" with dpkg packages, each "name version".
sync::CollectionResult packages(const std::vector<std::string>& list, const FakeClock& clock,
                                inventory::Status status = inventory::Status::kOk);
sync::CollectionResult users(const std::vector<std::string>& names, const FakeClock& clock,
                             inventory::Status status = inventory::Status::kOk);

// An agent with its folder, its clock and its server.
struct World {
  TemporaryFolder folder;
  FakeClock clock;
  std::vector<std::string> log_lines;
  Log log{LogLevel::kInfo,
          [this](LogLevel, const std::string& line) { log_lines.push_back(line); }};
  sync::StateDirectory directory = sync::StateDirectory::open(folder.path() / "state").value();
  ServerDouble server;
  std::string boot_id = "11111111-1111-4111-8111-111111111111";
  std::uint64_t spool_bytes = sync::kSpoolBytes;

  sync::Collection collect(std::vector<sync::CollectionResult> sections);
  sync::CycleOutcome cycle(std::vector<sync::CollectionResult> sections);
  std::size_t waiting() const { return sync::Spool::look(directory)->size(); }
  bool logged(std::string_view text) const;
};

}  // namespace muster::agent::test
