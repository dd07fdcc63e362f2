// SPDX-License-Identifier: Apache-2.0
#include "server/api/core/store_errors.h"

#include <algorithm>

namespace muster::server::api {
namespace {

struct Answer {
  store::StoreErrorKind kind;
  Status status;
  std::string_view code;
  int retry_after_s;  // 0: trying again does not help
  std::string_view message;
};

constexpr Answer kAnswers[] = {
    {store::StoreErrorKind::kBusy, Status::kUnavailable, "store_busy", 10,
     "The database is busy; try again soon."},
    {store::StoreErrorKind::kConnectionLost, Status::kUnavailable, "store_unreachable", 30,
     "The database cannot be reached; the server's log says why."},
    {store::StoreErrorKind::kInterrupted, Status::kUnavailable, "read_too_long", 60,
     "The query took longer than the time limit and was cancelled; narrow it."},
    {store::StoreErrorKind::kNotSynced, Status::kUnavailable, "store_unreachable", 30,
     "The server's disk did not confirm a write; the server is restarting."},
    {store::StoreErrorKind::kFull, Status::kInsufficientStorage, "store_full", 300,
     "The server's disk is full; nothing was stored."},
    {store::StoreErrorKind::kCorrupt, Status::kInternal, "store_corrupt", 0,
     "The database is damaged; run muster-server doctor."},
    {store::StoreErrorKind::kConflict, Status::kInternal, "store_failed", 0,
     "The database refused a change; the server's log has the cause under this request id."},
    {store::StoreErrorKind::kOther, Status::kInternal, "store_failed", 0,
     "The database failed; the server's log has the cause under this request id."},
};

}  // namespace

Error to_error(const store::StoreError& error) {
  const auto* found = std::find_if(std::begin(kAnswers), std::end(kAnswers),
                                   [&](const Answer& answer) { return answer.kind == error.kind; });
  const Answer& answer = found == std::end(kAnswers) ? *std::prev(std::end(kAnswers)) : *found;
  Error out(answer.status, std::string(answer.code), std::string(answer.message));
  if (answer.retry_after_s > 0) out.retry_after_s = answer.retry_after_s;
  return out;
}

std::vector<http::Route> with_store_errors(std::vector<http::Route> routes, const Log& log) {
  for (http::Route& route : routes) {
    route.handler = [handler = std::move(route.handler), &log](const http::Request& request) {
      try {
        return handler(request);
      } catch (const store::StoreError& error) {
        log.error("store", "a request failed in the database",
                  {{"request", request.request_id}, {"cause", error.what()}});
        throw to_error(error);
      }
    };
  }
  return routes;
}

}  // namespace muster::server::api
