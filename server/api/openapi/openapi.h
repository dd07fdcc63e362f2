// SPDX-License-Identifier: Apache-2.0
// openapi.yaml, compiled in: the description of the people's API that the server hands out and that
// a test holds against the routes and against real answers.
#pragma once
#include <string_view>

namespace muster::server::api {

std::string_view openapi_text();

}  // namespace muster::server::api
