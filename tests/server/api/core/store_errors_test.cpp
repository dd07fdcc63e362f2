// SPDX-License-Identifier: Apache-2.0
#include "server/api/core/store_errors.h"

#include <catch2/catch.hpp>

using namespace muster;
using namespace muster::server;

TEST_CASE("failures of the database have a status and a code, and none of its words", "[api]") {
  struct Case {
    store::StoreErrorKind kind;
    int status;
    const char* code;
    bool again;
  };
  const Case cases[] = {
      {store::StoreErrorKind::kBusy, 503, "store_busy", true},
      {store::StoreErrorKind::kConnectionLost, 503, "store_unreachable", true},
      {store::StoreErrorKind::kInterrupted, 503, "read_too_long", true},
      {store::StoreErrorKind::kFull, 507, "store_full", true},
      {store::StoreErrorKind::kCorrupt, 500, "store_corrupt", false},
      {store::StoreErrorKind::kConflict, 500, "store_failed", false},
      {store::StoreErrorKind::kOther, 500, "store_failed", false},
  };
  for (const Case& one : cases) {
    const Error error = api::to_error(store::StoreError(one.kind, "secret-value"));
    INFO(one.code);
    CHECK(static_cast<int>(error.status) == one.status);
    CHECK(error.code == one.code);
    CHECK(error.retry_after_s.has_value() == one.again);
    CHECK_THAT(error.message, !Catch::Contains("secret-value"));
  }
}

TEST_CASE("a route answers with them, and the log has the cause", "[api]") {
  std::string lines;
  const Log log(LogLevel::kInfo, [&](LogLevel, const std::string& line) { lines += line; });
  std::vector<http::Route> routes = {
      {"GET", "/full", http::Access::open(), [](const http::Request&) -> http::Response {
         throw store::StoreError(store::StoreErrorKind::kFull, "disk I/O: no space");
       }}};
  const http::Router router(api::with_store_errors(std::move(routes), log), log);
  http::Request request;
  request.method = "GET";
  request.path = "/full";
  request.segments = {"full"};
  request.request_id = "r-1";
  const http::Response response = router.handle(request);
  CHECK(response.status == 507);
  CHECK(*response.header("Retry-After") == "300");
  CHECK_THAT(response.body, Catch::Contains("store_full") && !Catch::Contains("no space"));
  CHECK_THAT(lines, Catch::Contains("no space") && Catch::Contains("r-1"));
}
