// SPDX-License-Identifier: Apache-2.0
// What machines ask a server about itself, on the people's listener: is it alive (/healthz), can it
// work (/readyz), how is it doing (/metrics), and the files that a new machine needs (/downloads,
// downloads.h). Any thread.
#pragma once
#include <vector>

#include "server/api/core/services.h"
#include "server/http/router.h"

namespace muster::server::api {

// /healthz, /readyz, /downloads, /downloads/{name}: open to everybody. `services` outlives the
// routes. Errors: 503 not_ready, 404 download_not_found.
std::vector<http::Route> operations_routes(Services& services);

// The answer to GET /metrics, in Prometheus' text format 0.0.4. The caller decides
// who may have it.
http::Response metrics(Services& services);

}  // namespace muster::server::api
