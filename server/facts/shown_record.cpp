// SPDX-License-Identifier: Apache-2.0
// Two questions about the source records of an item, each answered by fragments of SQL:
//
//   Which record is shown?  The records assigned to the item are ordered by (section_rank,
//       assignment_id), and the greatest is shown. section_rank is 2 for a record with a source
//       of the section that is ok or partial at the point, 1 for one that had such a source
//       earlier (its rows were kept and are shown as stale), 0 for one that never had: it has no
//       rows to show. is_shown goes from a row to its item ("no record of the item is greater"),
//       shown_record from an item to its record ("the greatest").
//   Is a missing row an answer?  is_known: in some record of the item (not always the one that is
//       shown) a source of the section has answered and none is silent. A row that exists needs no
//       such test; only its absence does (docs/decisions/0029-what-is-known.md).
//
// Invariants: assignment_id is unique, so the order is total and at most one record of an item is
// shown. is_shown and shown_record use the same order; if they did not, a search would find an item
// by rows that its page does not show. holds() selects what held at the point; "since <= ?1 AND
// opened_by <= ?2" without an end selects what held at any time up to it, which is what "once"
// means below. Fragments nest in each other and in the SQL of callers, hence a prefix of their own
// for aliases, and no value except ?1 and ?2.
#include "server/facts/shown_record.h"

#include <initializer_list>

#include "server/facts/section_tables.h"

namespace muster::server::facts {
namespace {

// The texts below are made of constant names and of the callers' SQL expressions, never of a value.
std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts)
    out += part;
  return out;
}

// SQL that is false when a source of the record sr_a is silent at the point: it is switched off, or
// it is neither ok nor not_applicable and was never ok. One that was ok and fails now is not
// silent, since its rows were kept; one that is switched off is, since its rows were closed.
std::string has_no_silent_source(const inventory::SectionSchema& section,
                                 const store::ReadPoint& point) {
  return join(
      {" AND NOT EXISTS (SELECT 1 FROM section_status sr_u WHERE sr_u.source_record = "
       "sr_a.source_record AND sr_u.section = '",
       section.name, "' AND ", point.holds("sr_u"),
       " AND sr_u.status NOT IN ('ok', 'not_applicable') AND (sr_u.status = 'disabled' OR "
       "NOT EXISTS (SELECT 1 FROM section_status sr_e WHERE sr_e.source_record = "
       "sr_u.source_record AND sr_e.section = sr_u.section AND sr_e.source = sr_u.source "
       "AND sr_e.status = 'ok' AND sr_e.since <= ?1 AND sr_e.opened_by <= ?2)))"});
}

}  // namespace

std::string section_rank(const inventory::SectionSchema& section, std::string_view record,
                         const store::ReadPoint& point) {
  // All statuses that began by the point count, ended or not: a record that was ok once keeps rank
  // 1 while it fails, so that a failing agent does not make its item lose the section. The greatest
  // rank of its sources is that of the record.
  return join({"COALESCE((SELECT MAX(CASE WHEN sr_s.status NOT IN ('ok', 'partial') THEN 0 WHEN ",
               point.holds("sr_s"),
               " THEN 2 ELSE 1 END) FROM section_status sr_s WHERE sr_s.source_record = ", record,
               " AND sr_s.section = '", section.name,
               "' AND sr_s.since <= ?1 AND sr_s.opened_by <= ?2), 0)"});
}

std::string is_shown(const inventory::SectionSchema& section, std::string_view assignment,
                     const store::ReadPoint& point) {
  // NOT EXISTS of a greater record instead of a comparison with the greatest one: where no other
  // record is assigned, the inner query ends at the index over assignments.
  const std::string own = join({assignment, ".source_record"});
  const std::string other = section_rank(section, "sr_o.source_record", point);
  const std::string mine = section_rank(section, own, point);
  return join({"NOT EXISTS (SELECT 1 FROM assignments sr_o WHERE sr_o.item_id = ", assignment,
               ".item_id AND sr_o.source_record <> ", own, " AND ", point.holds("sr_o"), " AND ",
               other, " > 0 AND (", other, " > ", mine, " OR (", other, " = ", mine,
               " AND sr_o.assignment_id > ", assignment, ".assignment_id)))"});
}

std::string shown_record(const inventory::SectionSchema& section, std::string_view item,
                         const store::ReadPoint& point) {
  return join({"(SELECT sr_a.source_record FROM assignments sr_a WHERE sr_a.item_id = ", item,
               " AND ", point.holds("sr_a"), " AND ",
               section_rank(section, "sr_a.source_record", point), " > 0 ORDER BY ",
               section_rank(section, "sr_a.source_record", point),
               " DESC, sr_a.assignment_id DESC LIMIT 1)"});
}

std::string is_winning(std::string_view value, std::string_view assignment,
                       const store::ReadPoint& point) {
  return join(
      {"NOT EXISTS (SELECT 1 FROM assignments sr_o JOIN item_values sr_v ON "
       "sr_v.source_record = sr_o.source_record AND sr_v.attribute = ",
       value, ".attribute WHERE sr_o.item_id = ", assignment, ".item_id AND ", point.holds("sr_o"),
       " AND ", point.holds("sr_v"), " AND sr_v.value_id > ", value, ".value_id)"});
}

std::string winning_value(std::string_view attribute, std::string_view item,
                          const store::ReadPoint& point) {
  return join(
      {"(SELECT sr_v.value FROM assignments sr_a JOIN item_values sr_v ON "
       "sr_v.source_record = sr_a.source_record AND sr_v.attribute = '",
       attribute, "' WHERE sr_a.item_id = ", item, " AND ", point.holds("sr_a"), " AND ",
       point.holds("sr_v"), " ORDER BY sr_v.value_id DESC LIMIT 1)"});
}

std::string is_known(const inventory::SectionSchema& section, std::string_view item,
                     const store::ReadPoint& point) {
  // A source that was ok once stays known while it fails: its rows are kept. Switching it off
  // closes its rows although nothing changed on the machine, so their absence says nothing.
  std::string answered =
      join({"(sr_s.status = 'ok' AND sr_s.since <= ?1 AND sr_s.opened_by <= ?2 AND NOT "
            "EXISTS (SELECT 1 FROM section_status sr_d WHERE sr_d.source_record = "
            "sr_s.source_record AND sr_d.section = sr_s.section AND sr_d.source = sr_s.source "
            "AND sr_d.status = 'disabled' AND ",
            point.holds("sr_d"), "))"});
  std::string more;
  // Where every machine has such rows, not_applicable and ok without rows both mean that no source
  // that could see any was read (a machine whose packages are in a database that no source reads, a
  // package database that a full disk emptied). Elsewhere not_applicable is an answer: there are
  // none.
  if (section.never_empty) {
    more = join({" AND EXISTS (SELECT 1 FROM ", section_table(section), " sr_r WHERE ",
                 point.holds_of("sr_r", "sr_a.source_record"), ")"});
  } else {
    answered += join({" OR (sr_s.status = 'not_applicable' AND ", point.holds("sr_s"), ")"});
  }
  if (section.providers.size() > 1) more += has_no_silent_source(section, point);
  return join(
      {"EXISTS (SELECT 1 FROM assignments sr_a JOIN section_status sr_s ON "
       "sr_s.source_record = sr_a.source_record AND sr_s.section = '",
       section.name, "' WHERE sr_a.item_id = ", item, " AND ", point.holds("sr_a"), " AND (",
       answered, ")", more, ")"});
}

std::string item_exists(std::string_view item, const store::ReadPoint& point) {
  return join({"EXISTS (SELECT 1 FROM assignments sr_a WHERE sr_a.item_id = ", item, " AND ",
               point.holds("sr_a"), ")"});
}

std::string is_archived(const store::ReadPoint& point) {
  return join(
      {"i.item_id IN (SELECT sr_a.item_id FROM item_values sr_w CROSS JOIN assignments "
       "sr_a WHERE sr_a.source_record = sr_w.source_record AND sr_w.attribute = "
       "'archived' AND sr_w.value IN ('yes', 'true') AND ",
       point.holds("sr_w"), " AND ", point.holds("sr_a"), " AND ",
       is_winning("sr_w", "sr_a", point), ")"});
}

std::string last_seen(std::string_view item, const store::ReadPoint& point) {
  // Presence is extended in place and has no end of its own. An interval that goes on past the
  // point was being extended at the point, so the point itself is the answer (decision 0013).
  return join(
      {"(SELECT MAX(CASE WHEN sr_p.last_seen < ?1 THEN sr_p.last_seen ELSE ?1 END) FROM "
       "assignments sr_a JOIN presence sr_p ON sr_p.source_record = sr_a.source_record "
       "WHERE sr_a.item_id = ",
       item, " AND ", point.holds("sr_a"), " AND sr_p.since <= ?1 AND sr_p.opened_by <= ?2)"});
}

}  // namespace muster::server::facts
