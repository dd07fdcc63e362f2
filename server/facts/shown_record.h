// SPDX-License-Identifier: Apache-2.0
// The source record that answers for an item, written once as SQL (model.md section 1). An item is
// a set of source records; a section shows ONE of the agents' records, and an attribute one value:
//
//   section    the record that reports the section ok or partial at the point; failing that, one
//              that once did (its facts are kept, stale); among equals the latest assignment.
//   attribute  the value that was entered last (the greatest value_id).
//
// All fragments read the values ?1, ?2 of ReadPoint and nothing else, and contain only constant
// names. The alias that is passed names an `assignments` row whose own holds() the caller tests.
// Aliases with the prefix sr_ belong to this file. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "common/inventory/schema.h"
#include "server/store/read_point.h"

namespace muster::server::facts {

// 0: `record` (an SQL expression) never gave rows of this section, as of the point; 1: it once did;
// 2: it does.
std::string section_rank(const inventory::SectionSchema& section, std::string_view record,
                         const store::ReadPoint& point);

// SQL that is true when the record of `assignment` is the one that the item shows. For an item with
// one agent it costs one look at an index.
//   SELECT ... FROM section_os r JOIN assignments a ON a.source_record = r.source_record
//   WHERE holds(r) AND holds(a) AND is_shown(os, "a", point)
std::string is_shown(const inventory::SectionSchema& section, std::string_view assignment,
                     const store::ReadPoint& point);

// SQL, a scalar: the source record that is shown for the item whose id is the expression `item`;
// NULL when no record ever gave rows of this section.
std::string shown_record(const inventory::SectionSchema& section, std::string_view item,
                         const store::ReadPoint& point);

// SQL that is true when no later value of the same attribute of the same item holds: `value` names
// an item_values row, `assignment` the assignment of its source record.
std::string is_winning(std::string_view value, std::string_view assignment,
                       const store::ReadPoint& point);

// SQL, a scalar: the winning value of an attribute of the item; NULL without one. The name of the
// attribute is pasted, so it must be a constant, never part of a request.
std::string winning_value(std::string_view attribute, std::string_view item,
                          const store::ReadPoint& point);

// SQL that is true when the item's rows of this section are known at the point, so that a missing
// row does not exist. A source has answered when it was ok once and is not switched off, or says
// that the machine cannot have such rows. A section is known when one source has answered and none
// of the others is silent. Where every machine has such rows (SectionSchema::never_empty), one
// source must have been ok, and there must be a row.
std::string is_known(const inventory::SectionSchema& section, std::string_view item,
                     const store::ReadPoint& point);

// SQL that is true when a source record is assigned to the item at the point. A merged-away item
// and one that did not exist yet have none.
std::string item_exists(std::string_view item, const store::ReadPoint& point);

// SQL that is true when the item `i` (an items row) is archived.
std::string is_archived(const store::ReadPoint& point);

// SQL, a scalar: the last report of the item's agents up to the point, in milliseconds; NULL: none.
std::string last_seen(std::string_view item, const store::ReadPoint& point);

}  // namespace muster::server::facts
