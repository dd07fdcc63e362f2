// SPDX-License-Identifier: Apache-2.0
#include "server/facts/shown_record.h"

#include <initializer_list>

#include "server/facts/section_tables.h"

namespace muster::server::facts {
namespace {

// Texts below are put together from constant names and its callers' expressions only.
std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts)
    out += part;
  return out;
}

// SQL that is false when a source of the record sr_a has not answered: it is switched off, or could
// not be read and never was.
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
  return join({"COALESCE((SELECT MAX(CASE WHEN sr_s.status NOT IN ('ok', 'partial') THEN 0 WHEN ",
               point.holds("sr_s"),
               " THEN 2 ELSE 1 END) FROM section_status sr_s WHERE sr_s.source_record = ", record,
               " AND sr_s.section = '", section.name,
               "' AND sr_s.since <= ?1 AND sr_s.opened_by <= ?2), 0)"});
}

std::string is_shown(const inventory::SectionSchema& section, std::string_view assignment,
                     const store::ReadPoint& point) {
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
  // What was ok once stays known while the section fails: its rows are kept. Switching it off
  // closes the rows without anything having changed on the machine, so nothing follows from that.
  std::string answered =
      join({"(sr_s.status = 'ok' AND sr_s.since <= ?1 AND sr_s.opened_by <= ?2 AND NOT "
            "EXISTS (SELECT 1 FROM section_status sr_d WHERE sr_d.source_record = "
            "sr_s.source_record AND sr_d.section = sr_s.section AND sr_d.source = sr_s.source "
            "AND sr_d.status = 'disabled' AND ",
            point.holds("sr_d"), "))"});
  std::string more;
  if (section.never_empty) {
    more = join({" AND EXISTS (SELECT 1 FROM ", section_table(section), " sr_r WHERE ",
                 point.holds_of("sr_r", "sr_a.source_record"), ")"});
  } else {
    answered += join({" OR (sr_s.status = 'not_applicable' AND ", point.holds("sr_s"), ")"});
  }
  if (section.sources.size() > 1) more += has_no_silent_source(section, point);
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
  // An interval that goes on past the point was being extended at the point.
  return join(
      {"(SELECT MAX(CASE WHEN sr_p.last_seen < ?1 THEN sr_p.last_seen ELSE ?1 END) FROM "
       "assignments sr_a JOIN presence sr_p ON sr_p.source_record = sr_a.source_record "
       "WHERE sr_a.item_id = ",
       item, " AND ", point.holds("sr_a"), " AND sr_p.since <= ?1 AND sr_p.opened_by <= ?2)"});
}

}  // namespace muster::server::facts
