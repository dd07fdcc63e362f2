// SPDX-License-Identifier: Apache-2.0
// The {item} of a path: an id, a name, a serial number or a tag.
#pragma once
#include <cstdint>
#include <string>

#include "server/store/database.h"
#include "server/store/read_point.h"

namespace muster::server {

// The item's id. Errors: 404 item_not_found, 410 item_purged, 409 ambiguous_item with `candidates`.
std::int64_t find_item_named(Session& session, const std::string& text, const ReadPoint& point);

}  // namespace muster::server
