// SPDX-License-Identifier: Apache-2.0
// Sections that linger, by one that is made for the test: who was connected to this machine.
#include "common/inventory/snapshot.h"

#include <catch2/catch.hpp>

namespace muster::inventory {
namespace {

struct Contact {
  std::string peer;
  std::optional<std::string> state;
  static constexpr auto kSection = section<Contact>(
      {.name = "contacts", .title = "Contacts", .meaning = "Who was connected", .linger_days = 2},
      key("peer", &Contact::peer, "Peer"), fact("state", &Contact::state, "State"));
};

constexpr std::int64_t kHourMs = 3600 * 1000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr Instant kStart{1'790'000'000'000};

const SectionSchema& contacts() {
  static const SectionSchema kSchema = make_schema<Contact>();
  return kSchema;
}

CollectedSection look(const std::vector<std::string>& peers, Status status = Status::kOk,
                      const SectionSchema& schema = contacts()) {
  CollectedSection collected{.schema = &schema, .providers = {}, .rows = {}};
  collected.providers["contacts"] = {status, status == Status::kOk ? "" : "a reason"};
  for (const std::string& peer : peers)
    collected.rows.push_back(to_row(Contact{.peer = peer, .state = {}}));
  return collected;
}

std::vector<std::string> peers_in(const SectionSnapshot& section) {
  std::vector<std::string> peers;
  for (const auto& [key, row] : section.rows)
    peers.push_back(key);
  return peers;
}

SectionSnapshot next(const SectionSnapshot& before, CollectedSection collected, Instant at) {
  return next_snapshot(&before, std::move(collected), at).value();
}

using Peers = std::vector<std::string>;

}  // namespace

TEST_CASE("a row that lingers stays until its days are over", "[snapshot]") {
  const SectionSnapshot first = next_snapshot(nullptr, look({"a", "b"}), kStart).value();
  const SectionSnapshot without = next(first, look({"a"}), kStart + kDayMs);
  CHECK(peers_in(without) == Peers{R"(["a"])", R"(["b"])"});
  CHECK(without.hash == first.hash);
  const SectionDelta delta = difference(first, without);
  CHECK(delta.upsert.empty());
  CHECK(delta.remove.empty());

  const SectionSnapshot almost = next(without, look({"a"}), kStart + 2 * kDayMs - 1);
  CHECK(peers_in(almost).size() == 2);
  const SectionSnapshot over = next(almost, look({"a"}), kStart + 2 * kDayMs);
  CHECK(peers_in(over) == Peers{R"(["a"])"});
  CHECK(difference(almost, over).remove == Peers{R"(["b"])"});
  // Seen again, it is new, and its days begin anew.
  const SectionSnapshot again = next(over, look({"b"}), kStart + 3 * kDayMs);
  CHECK(peers_in(again).size() == 2);
  CHECK(peers_in(next(again, look({}), kStart + 4 * kDayMs + kHourMs)) == Peers{R"(["b"])"});
}

TEST_CASE("a row that is seen now and then never goes", "[snapshot]") {
  SectionSnapshot section = next_snapshot(nullptr, look({"a"}), kStart).value();
  for (int day = 1; day < 20; ++day)
    section = next(section, look(day % 2 == 0 ? Peers{"a"} : Peers{}), kStart + day * kDayMs);
  CHECK(section.rows.size() == 1);
}

TEST_CASE("only an ok look lets rows go, and a section that is not applicable drops them",
          "[snapshot]") {
  const SectionSnapshot first = next_snapshot(nullptr, look({"a"}), kStart).value();
  const Instant later = kStart + 30 * kDayMs;
  for (const Status status : {Status::kPartial, Status::kDenied, Status::kTimeout, Status::kFailed})
    CHECK(next(first, look({}, status), later).rows.size() == 1);
  for (const Status status : {Status::kNotApplicable, Status::kDisabled})
    CHECK(next(first, look({}, status), kStart + 1).rows.empty());
  CHECK(next(first, look({}), later).rows.empty());
}

TEST_CASE("sightings are noted to the hour, and only they make a snapshot worth saving",
          "[snapshot]") {
  const SectionSnapshot first = next_snapshot(nullptr, look({"a", "b"}), kStart).value();
  const SectionSnapshot soon = next(first, look({"a"}), kStart + kHourMs - 1);
  CHECK_FALSE(has_new_sightings(first, soon));
  const SectionSnapshot later = next(soon, look({"a"}), kStart + kHourMs);
  CHECK(has_new_sightings(soon, later));
  CHECK(later.rows.at(R"(["a"])").last_seen == kStart + kHourMs);
  CHECK(later.rows.at(R"(["b"])").last_seen == kStart);
}

TEST_CASE("a clock that was set back does not make rows stay for longer", "[snapshot]") {
  const SectionSnapshot ahead =
      next_snapshot(nullptr, look({"a", "b"}), kStart + 1000 * kDayMs).value();
  const SectionSnapshot put_right = next(ahead, look({"a"}), kStart);
  CHECK(put_right.rows.at(R"(["a"])").last_seen == kStart);
  CHECK(put_right.rows.at(R"(["b"])").last_seen == kStart);
  CHECK(next(put_right, look({}), kStart + 2 * kDayMs).rows.empty());
}

TEST_CASE("rows without a time begin their days at the next look", "[snapshot]") {
  SectionSnapshot first = next_snapshot(nullptr, look({"a"}), kStart).value();
  first.rows.begin()->second.last_seen.reset();
  const Instant later = kStart + 100 * kDayMs;
  const SectionSnapshot second = next(first, look({}), later);
  CHECK(second.rows.size() == 1);
  CHECK(next(second, look({}), later + 2 * kDayMs).rows.empty());
}

TEST_CASE("of too many rows that linger the latest stay", "[snapshot]") {
  Peers many;
  for (std::size_t i = 0; i < kLingeringRows; ++i)
    many.push_back("peer " + std::to_string(i));
  const SectionSnapshot first = next_snapshot(nullptr, look(many), kStart).value();
  const SectionSnapshot second = next(first, look({"x", "y"}), kStart + kDayMs);
  CHECK(second.rows.size() == kLingeringRows + 2);
  const SectionSnapshot third = next(second, look({}), kStart + kDayMs + kHourMs);
  CHECK(third.rows.size() == kLingeringRows);
  CHECK(third.rows.contains(R"(["x"])"));
  CHECK(third.rows.contains(R"(["y"])"));
  Hash128 sum;
  for (const auto& [key, row] : third.rows)
    sum += row.hash;
  CHECK(third.hash == sum);
}

TEST_CASE("a section that does not linger forgets at once and notes no sightings", "[snapshot]") {
  SectionSchema schema = contacts();
  schema.linger_days = 0;
  const SectionSnapshot first =
      next_snapshot(nullptr, look({"a", "b"}, Status::kOk, schema), kStart).value();
  CHECK_FALSE(first.rows.begin()->second.last_seen);
  const SectionSnapshot second = next(first, look({"a"}, Status::kOk, schema), kStart + kDayMs);
  CHECK(second.rows.size() == 1);
  CHECK_FALSE(has_new_sightings(first, second));
}

}  // namespace muster::inventory
