// SPDX-License-Identifier: Apache-2.0
// The tables of the inventory sections, derived from their declarations
// (common/inventory/schema.h). For a section S:
//
//   section_S           one temporal row a fact: source_record, row_key, row_hash, its fields,
//                       extra, since, until, ...
//   section_S_content   only when fields are shared: those fields once for all machines, by the
//                       hash of their values
//   inventory_S         a view with all fields, which hides the split
//
// Columns that a newer declaration adds are added to the tables; none is ever dropped. Statement
// texts for a section are made once (SectionSql) and used as prepared statements. Pure except
// update_section_tables.
#pragma once
#include <string>
#include <vector>

#include "common/inventory/schema.h"
#include "server/store/store.h"

namespace muster::server::facts {

// section_S has, beside the fields: row_id, source_record, row_key (stored_key), row_hash (16
// bytes), since, until, not_before and close_not_before (the last good look before the row was
// opened, and before it was closed), opened_by, closed_by, extra, and two reasons:
//   open_reason   NULL: observed; initial: first look at this source; collected: its source had
//                 been switched off; schema: a newer agent reports more fields
//   close_reason  changed, removed: observed; not_collected, schema, erased

// Which rows have a content is answered by section_S_by_content (content_id, row_id), an index over
// all machines. Kept at every insert it would cost more than all the rest, since each row of a
// report falls on another page of it. So it is merged in from time to time, sorted
// (server/ingest/merge_index.h): rows up to merged_rows.row_id of the section are in it, the newer
// ones are found by looking through them. Queries read both (rows_of_contents).

std::string section_table(const inventory::SectionSchema& schema);  // "section_packages"
std::string content_table(const inventory::SectionSchema& schema);  // "section_packages_content"
std::string by_content_table(const inventory::SectionSchema& schema);
// "inventory_packages". Without the prefix the section "users" would be the table of accounts.
std::string section_view(const inventory::SectionSchema& schema);

// CREATE TABLE and CREATE INDEX texts of a section, in this project's dialect ({identity},
// {bytes}).
std::string section_ddl(const inventory::SectionSchema& schema);
// DROP and CREATE VIEW.
std::string section_view_ddl(const inventory::SectionSchema& schema);

// SQL that yields the row_id of each row, of any time, whose content is among `contents`: a SELECT
// of one column with content numbers.
std::string rows_of_contents(const inventory::SectionSchema& schema, std::string_view contents);

// Creates what is missing, adds columns that are new, and makes the views anew.
void update_section_tables(store::Database& database, store::Transaction& transaction);
// For whoever opens a store: it keeps the section tables up to date as well.
store::StoreOptions with_section_tables(store::StoreOptions options = {});

// Values of a row as they are bound, in the order of `fields`: times as milliseconds, lists as
// JSON, absent as NULL.
store::SqlValue to_sql(const inventory::Cell& cell);
inventory::Cell from_sql(const inventory::FieldSchema& field, const store::ResultRow& row,
                         int column);

// A row's key in the store: the first 8 bytes of SHA-256 over inventory::row_key as a signed
// number, compact enough for 40 million rows. Within one source record's open rows a collision is
// refused as duplicate_key.
std::int64_t stored_key(std::string_view row_key);

}  // namespace muster::server::facts
