// SPDX-License-Identifier: Apache-2.0
// An observed change as the API answers it: the schema Change of openapi.yaml.
#pragma once
#include "common/json/write.h"
#include "server/facts/changes.h"

namespace muster::server::api {

// One object, at the place of `json` where a value may stand.
void write_change(JsonWriter& json, const facts::Change& change);

}  // namespace muster::server::api
