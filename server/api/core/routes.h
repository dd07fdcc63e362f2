// SPDX-License-Identifier: Apache-2.0
// The people's API as one table: every route with its permission. A handler made here authenticates
// and authorises its request before it does anything else, so the table can be put into a Router
// (server/http/router.h) as it is, beside the open routes of operations.h. GET /metrics is in
// this table because it needs a permission; what it answers is operations.h's metrics().
#pragma once
#include <vector>

#include "server/api/core/services.h"
#include "server/http/router.h"

namespace muster::server::api {

// Route::permission of a route that needs nobody to be signed in; of all others it is the number of
// a Permission (server/people/roles.h).
inline constexpr int kPublicRoute = -1;

// `services` outlives the routes.
std::vector<http::Route> people_routes(Services& services);

// For ServerOptions::body_limit: 64 KiB for requests without credentials, 1 MiB otherwise.
std::size_t people_body_limit(const http::Request& request);

}  // namespace muster::server::api
