// SPDX-License-Identifier: Apache-2.0
#include "server/http/serialize.h"

#include <catch2/catch.hpp>
#include <stdexcept>

namespace muster::server {
namespace {

TEST_CASE("dates are in the fixed form of HTTP", "[http]") {
  CHECK(http::http_date(*parse_rfc3339("1994-11-06T08:49:37.999Z")) ==
        "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http::http_date({0}) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(http::http_date(*parse_rfc3339("2024-02-29T23:59:59Z")) == "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST_CASE("a response head has the framing's fields and defaults for what the response left open",
          "[http]") {
  http::ResponseFraming framing;
  framing.content_length = 5;
  framing.close = true;
  framing.secure = true;
  framing.request_id = "r-1";
  CHECK(http::response_head(http::Response::text("hello").set("cache-control", "max-age=60"),
                            framing) ==
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "cache-control: max-age=60\r\n"
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: no-referrer\r\n"
        "Strict-Transport-Security: max-age=63072000\r\n"
        "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
        "X-Request-ID: r-1\r\n"
        "Content-Length: 5\r\n"
        "Connection: close\r\n\r\n");
}

TEST_CASE("a field that would break the head apart is never written", "[http]") {
  const std::vector<http::Header> wrong = {
      {"Location", "/a\r\nX: y"},
      {"Location", "/a\nX: y"},
      {"X\r\nY", "z"},
      {"", "x"},
      {"X Y", "z"},
      {"X", std::string("a\0b", 3)},
      {"content-length", "7"},
      {"Transfer-Encoding", "gzip"},
      {"Connection", "keep-alive"},
  };
  for (const http::Header& field : wrong) {
    INFO(field.name << ": " << field.value);
    http::Response response = http::Response::empty();
    response.headers.push_back(field);
    CHECK_THROWS_AS(http::response_head(response, {}), std::logic_error);
  }
}

}  // namespace
}  // namespace muster::server
