// SPDX-License-Identifier: Apache-2.0
// Rows and their values in words for people: with units, and with the fields that distinguish a row
// from similar ones. Programs read JSON with exact values instead. Pure; any thread.
#pragma once
#include <string>

#include "common/inventory/schema.h"

namespace muster::server::facts {

// "16.0 GiB", "3400 MHz", "yes"; texts as they are. Empty: the value is absent.
std::string value_text(const inventory::FieldSchema& field, const inventory::Cell& cell);

// The name of a field without its unit: "size" of size_bytes, "MAC address" of mac_address.
std::string field_words(const inventory::FieldSchema& field);

// The fields that the section declares for its summary: "Samsung SSD 980, 932 GiB, serial number
// S64...". Empty when the row has none of them.
std::string row_summary(const inventory::SectionSchema& schema, const inventory::Row& row,
                        bool with_identity);

// What became of a row: "openssl upgraded 3.0.8-1 to 3.0.11-1", "Disk sda added: Ultra, 28.7 GiB",
// "Memory: total 15.5 GiB to 7.5 GiB". At least one of the two rows is not null.
std::string change_sentence(const inventory::SectionSchema& schema, const inventory::Row* before,
                            const inventory::Row* after);

}  // namespace muster::server::facts
