// SPDX-License-Identifier: Apache-2.0
#include "tests/server/ingest/history_world.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>

#include "common/support/digest.h"
#include "common/support/text.h"
#include "server/cmdb/item_list.h"
#include "server/cmdb/item_view.h"
#include "server/cmdb/items.h"
#include "server/error.h"
#include "server/facts/changes.h"
#include "server/facts/sections.h"

namespace muster::server {

const std::vector<std::string> kQueries = {
    "",
    "package-3",
    "packages.name:package-3",
    "NOT packages.name:package-3",
    "packages.name:package-1 packages.version<5",
    "packages.version!=3",
    "owner:ana",
    "NOT owner:ana",
    "lifecycle:in_use OR owner:b*",
    "class:laptop",
    "os.hostname:web*",
    "missing:owner",
    "name:renamed*",
    "archived:yes",
    "section_status:packages.denied",
};

std::string first_difference(const std::string& expected, const std::string& found) {
  const auto a = lines(expected);
  const auto b = lines(found);
  std::string heading;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string_view left = i < a.size() ? a[i] : "(nothing)";
    const std::string_view right = i < b.size() ? b[i] : "(nothing)";
    if (left != right)
      return heading + ": expected " + std::string(left) + ", found " + std::string(right);
    if (left.starts_with("item ")) heading = left;
  }
  return "";
}

World::World(unsigned seed, Delivery delivery)
    : random_(seed), is_prompt_(delivery == Delivery::kPrompt) {
  for (const char* name : {"web-1", "web-2", "web-3"}) {
    machines_.push_back(std::make_unique<ReportingMachine>(base_.store(), ingest_, name));
    ReportingMachine& machine = *machines_.back();
    machine.booted_at_ms = base_.clock.now_ms - 3'600'000;
    // The same in both worlds, which ReportingMachine makes by chance.
    machine.os.machine_id = to_hex(sha256(name)).substr(0, 32);
    machine.system.uuid =
        "00000000-0000-4000-8000-0000000000" + to_hex(std::string(name).substr(4));
    machine.system.serial_number = std::string("MW-") + name;
    look(machine);
    machine.deliver();
    base_.clock.now_ms += 1000;
  }
}

void World::run(int steps) {
  for (int i = 0; i < steps; ++i) {
    base_.clock.now_ms += pick(3'000'000) + 2;
    step();
    base_.clock.now_ms += 1;  // nothing else happens in the millisecond that is remembered
    if (pick(4) == 0) remember();
    base_.clock.now_ms += 1;
  }
  for (auto& machine : machines_)
    machine->deliver();
  base_.clock.now_ms += 1000;
}

void World::check_as_known() {
  for (const auto& [moment, answer] : kept_) {
    for (const std::int64_t later_ms : {std::int64_t{0}, 5 * kHourMs}) {
      const std::int64_t known_at = moment;  // clang 14 captures no structured bindings
      INFO("known at " << known_at << ", " << later_ms << " ms later");
      const std::string again =
          base_.store().read_value<std::string>([&](store::Transaction& transaction) {
            return answers(transaction, store::read_point(transaction, Instant{known_at + later_ms},
                                                          Instant{known_at}, base_.clock.now()));
          });
      CHECK(first_difference(answer, again) == "");
    }
  }
}

void World::check_truth() {
  for (const auto& [moment, answer] : kept_) {
    const std::int64_t at = moment;  // clang 14 captures no structured bindings
    INFO("at " << at);
    base_.store().read([&](store::Transaction& transaction) {
      const store::ReadPoint point =
          store::read_point(transaction, Instant{at}, std::nullopt, base_.clock.now());
      for (const auto& machine : machines_) {
        const auto record = transaction.find_integer(
            "SELECT source_record FROM agents WHERE agent_id = ?1", {machine->agent_id});
        if (!record) continue;
        const auto& looks = truth_[machine.get()];
        auto look = looks.upper_bound(at);
        std::string expected;
        if (look != looks.begin()) expected = std::prev(look)->second;
        CHECK(first_difference(expected, record_state(transaction, *record, point)) == "");
      }
    });
  }
}

void World::check_against(const World& prompt) {
  REQUIRE(kept_.size() == prompt.kept_.size());
  for (const auto& [moment, answer] : prompt.kept_) {
    const std::int64_t at = moment;
    INFO("at " << at);
    const std::string told =
        base_.store().read_value<std::string>([&](store::Transaction& transaction) {
          return answers(transaction, store::read_point(transaction, Instant{at}, std::nullopt,
                                                        base_.clock.now()));
        });
    CHECK(first_difference(answer, told) == "");
  }
}

std::string World::answers(store::Transaction& transaction, const store::ReadPoint& point) {
  std::string out;
  for (std::int64_t item = 1; item <= 3; ++item) {
    try {
      const cmdb::ItemView view = cmdb::item_view(transaction, item, point);
      out += "item " + std::to_string(item) + ' ' + view.summary.name + ' ' +
             view.summary.class_name.value_or("-") + ' ' + view.summary.owner.value_or("-") + ' ' +
             view.summary.os.value_or("-") + ' ' + (view.summary.archived ? "archived" : "") + '\n';
      for (const auto& [name, value] : view.item.attributes) {
        out += name + '=' + value.value + ' ' + value.actor + ' ' + to_rfc3339(value.since) + '\n';
      }
      for (const cmdb::ItemSource& source : view.item.sources)
        out += "source " + std::to_string(source.source_record) + '\n';
      for (const facts::SectionSummary& section : view.sections) {
        out += std::string(section.schema->name) + ' ' + std::to_string(section.source_record) +
               ' ' + std::to_string(section.rows);
        for (const facts::SectionProviderStatus& provider : section.providers) {
          out += ' ' + provider.provider + ':' +
                 std::string(inventory::to_string(provider.status)) + ' ' +
                 to_rfc3339(provider.since);
        }
        out += '\n';
        for (const facts::StoredRow& row :
             facts::section_rows(transaction, section.source_record, *section.schema, point).rows) {
          out +=
              facts::row_json(*section.schema, row.row) + ' ' + to_rfc3339({row.since_ms}) + '\n';
        }
      }
      for (const facts::Change& change :
           facts::item_changes(transaction, item, point, {}).changes) {
        out += "change " + change.sentence + ' ' + to_rfc3339(change.at) + '\n';
      }
    } catch (const Error& error) {
      out += "item " + std::to_string(item) + ' ' + error.code + '\n';
    }
  }
  for (const std::string& query : kQueries) {
    const cmdb::ItemPage page = cmdb::list_items(transaction, query, point, {});
    out += query + ": " + std::to_string(page.total.value_or(-1)) + ' ' +
           std::to_string(page.undetermined.value_or(-1));
    for (const cmdb::ItemRow& row : page.rows)
      out += ' ' + std::to_string(row.summary.item_id) + row.summary.name;
    out += '\n';
  }
  for (const char* sort : {"class", "owner"}) {
    cmdb::ItemListOptions options;
    options.columns = {"packages.version", "owner", "section_status"};
    options.sort = sort;
    for (const cmdb::ItemRow& row : cmdb::list_items(transaction, "", point, options).rows) {
      out += std::string("by ") + sort + ' ' + std::to_string(row.summary.item_id);
      for (const cmdb::ColumnValues& column : row.columns) {
        out += " |";
        for (const inventory::Cell& cell : column)
          out += ' ' + facts::cell_text(cell);
      }
      out += '\n';
    }
  }
  return out;
}

std::int64_t World::pick(std::int64_t below) {
  return std::uniform_int_distribution<std::int64_t>(0, below - 1)(random_);
}

void World::step() {
  ReportingMachine& machine = *machines_[static_cast<std::size_t>(pick(3))];
  switch (pick(12)) {
    case 0: {
      const std::int64_t error_ms = (pick(3) - 1) * 86'400'000;
      if (!is_prompt_) machine.clock_error_ms = error_ms;
      break;
    }
    case 1:
      machine.deliver();
      break;
    case 2:
      edit();
      break;
    case 3:
      reassign();
      break;
    case 4:
      if (machine.queued_.empty()) machine.reboot();
      break;
    case 5:
      machine.statuses.clear();
      if (pick(2) == 0)
        machine.statuses["dpkg"] = {inventory::Status::kDenied, "permission denied"};
      look(machine);
      break;
    default:
      change(machine);
      look(machine);
      if (pick(2) == 0) machine.deliver();  // otherwise it is spooled and comes late
  }
}

void World::change(ReportingMachine& machine) {
  const std::string name = "package-" + std::to_string(pick(6));
  if (pick(3) == 0) {
    machine.packages.erase(name);
  } else {
    machine.install(name, std::to_string(pick(9) + 1));
  }
  if (pick(6) == 0) machine.os.hostname = (pick(2) == 0 ? "web-" : "db-") + std::to_string(pick(5));
  if (pick(8) == 0) machine.system.chassis_type = pick(2) == 0 ? "Notebook" : "Desktop";
}

void World::look(ReportingMachine& machine) {
  machine.collect();
  truth_[&machine][base_.clock.now_ms] = believed(machine);
  if (is_prompt_) machine.deliver();
}

void World::edit() {
  const std::int64_t items = base_.store().read_value<std::int64_t>(
      [&](store::Transaction& transaction) { return item_count(transaction); });
  if (items == 0) return;
  const std::int64_t item = pick(items) + 1;
  const auto version =
      base_.store().read_value<std::optional<std::int64_t>>([&](store::Transaction& transaction) {
        return transaction.find_integer("SELECT version FROM items WHERE item_id = ?1", {item});
      });
  cmdb::AttributeEdits edits;
  const std::vector<std::optional<std::string>> owners = {"ana", "bor", std::nullopt};
  edits["owner"] = owners[static_cast<std::size_t>(pick(3))];
  if (pick(2) == 0) edits["lifecycle"] = pick(2) == 0 ? "in_use" : "retired";
  if (pick(3) == 0)
    edits["name"] =
        pick(2) == 0 ? std::optional<std::string>("renamed-" + std::to_string(item)) : std::nullopt;
  base_.store().write([&](store::Transaction& transaction) {
    cmdb::edit_item(transaction, item, *version, edits, {"ana"}, base_.clock.now());
  });
  if (pick(4) == 0) {
    base_.store().write([&](store::Transaction& transaction) {
      cmdb::set_archived(transaction, item, pick(2) == 0, {"ana"}, base_.clock.now());
    });
  }
}

void World::reassign() {
  base_.store().write([&](store::Transaction& transaction) {
    const std::int64_t items = item_count(transaction);
    std::vector<std::int64_t> records;
    transaction.query("SELECT source_record FROM source_records ORDER BY source_record", {},
                      [&](const store::ResultRow& row) { records.push_back(row.integer(0)); });
    if (records.empty()) return;
    cmdb::assign_source(
        transaction,
        records[static_cast<std::size_t>(pick(static_cast<std::int64_t>(records.size())))],
        pick(items) + 1, "a person said so", {"ana"}, base_.clock.now());
  });
}

void World::remember() {
  const std::int64_t at = base_.clock.now_ms;
  kept_[at] = base_.store().read_value<std::string>([&](store::Transaction& transaction) {
    return answers(transaction, store::ReadPoint::now({at}));
  });
}

std::int64_t World::item_count(store::Transaction& transaction) {
  return transaction.find_integer("SELECT COUNT(*) FROM items").value_or(0);
}

std::string World::believed(const ReportingMachine& machine) {
  std::string out;
  for (const auto& [name, section] : machine.believed_) {
    out += name + ' ' + inventory::status_line(name, section.providers) + '\n';
    std::set<std::string> rows;
    for (const auto& [key, row] : section.rows)
      rows.insert(row.canonical);
    for (const std::string& row : rows)
      out += row + '\n';
  }
  return out;
}

std::string World::record_state(store::Transaction& transaction, std::int64_t record,
                                const store::ReadPoint& point) {
  std::string out;
  for (const inventory::SectionSchema& schema : inventory::section_schemas()) {
    inventory::ProviderStatuses statuses;
    transaction.query(
        "SELECT s.source, s.status FROM section_status s WHERE s.source_record = ?3 AND "
        "s.section = ?4 AND " +
            point.holds("s"),
        {point.at_ms, point.revision, record, schema.name}, [&](const store::ResultRow& row) {
          statuses[std::string(row.text(0))] = {*inventory::parse_status(row.text(1)), ""};
        });
    if (statuses.empty()) continue;
    out += std::string(schema.name) + ' ' + inventory::status_line(schema.name, statuses) + '\n';
    std::set<std::string> rows;
    for (const facts::StoredRow& row : facts::section_rows(transaction, record, schema, point).rows)
      rows.insert(facts::row_json(schema, row.row));
    for (const std::string& row : rows)
      out += row + '\n';
  }
  return out;
}

}  // namespace muster::server
