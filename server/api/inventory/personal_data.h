// SPDX-License-Identifier: Apache-2.0
// Sections about persons in the answers of the API (model.md section 8). Those who may read them
// get them wherever facts are shown, and each request that shows some is one entry of the audit
// log, written before the answer. The others are told which sections were left out ("left_out"), so
// that no count passes for the whole.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/inventory/schema.h"
#include "common/json/write.h"
#include "server/api/core/call.h"
#include "server/store/read_point.h"
#include "server/store/transaction.h"

namespace muster::server::api {

// True for a section about persons; Error 403 forbidden for whoever may not read it.
bool is_personal(const Call& call, const inventory::SectionSchema& schema);

struct ItemAtPoint {
  std::int64_t item_id = 0;
  store::ReadPoint point;
};

// The personal sections that any of the items had reported by its point, by name; without doubles.
std::vector<std::string> personal_sections(store::Transaction& transaction,
                                           const std::vector<ItemAtPoint>& items);

// "left_out": the names, where there are any.
void write_left_out(JsonWriter& json, const std::vector<std::string>& sections);

// One entry item.read_personal about `object` ("item/7", "ticket/5"): one section that the request
// named, or all that were shown beside others; `items`, where it was about several.
void audit_personal(Call& call, const std::string& object, std::string_view named,
                    const std::vector<std::string>& sections = {},
                    const std::vector<std::int64_t>& items = {});

}  // namespace muster::server::api
