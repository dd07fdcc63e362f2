// SPDX-License-Identifier: Apache-2.0
// How failures of the database are answered over HTTP, in one table, and the wrapper that applies
// it to a whole table of routes, so that no handler needs to think of it. Pure.
#pragma once
#include <vector>

#include "server/error.h"
#include "server/http/router.h"
#include "server/store/transaction.h"

namespace muster::server::api {

// 503 store_busy, store_unreachable, read_too_long with Retry-After where trying again helps; 507
// store_full; 500 store_corrupt, store_failed. The database's own words are not in the answer: they
// may quote values.
Error to_error(const store::StoreError& error);

// The same routes, whose handlers throw Error where they threw StoreError; its words go to the log.
std::vector<http::Route> with_store_errors(std::vector<http::Route> routes, const Log& log);

}  // namespace muster::server::api
