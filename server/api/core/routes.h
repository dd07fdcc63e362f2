// SPDX-License-Identifier: Apache-2.0
// The people's API as one table: every route with its permission. A handler made here authenticates
// and authorises its request before it does anything else, so the table can be put into a Router
// (server/http/router.h) as it is, beside the open routes of operations.h. GET /metrics is in
// this table because it needs a permission; what it answers is operations.h's metrics().
#pragma once
#include <optional>
#include <vector>

#include "server/api/core/services.h"
#include "server/http/router.h"
#include "server/people/roles.h"

namespace muster::server::api {

// `services` outlives the routes.
std::vector<http::Route> people_routes(Services& services);

// The permission that a route of that table asks for; nullopt: nobody has to be signed in.
std::optional<people::Permission> permission_of(const http::Route& route);

// For ServerOptions::body_limit: 64 KiB for requests without credentials, 1 MiB otherwise.
std::size_t people_body_limit(const http::Request& request);

}  // namespace muster::server::api
