// SPDX-License-Identifier: Apache-2.0
#include "server/http/serialize.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "common/support/text.h"
#include "server/http/parser.h"
#include "server/http/problem.h"

namespace muster::server::http {
namespace {

struct DefaultHeader {
  const char* name;
  const char* value;
};
constexpr std::array<DefaultHeader, 4> kDefaults = {{
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
}};
// Two years, as the preload lists ask; without includeSubDomains, which is not ours to decide.
constexpr DefaultHeader kTransportSecurity = {"Strict-Transport-Security", "max-age=63072000"};

// The connection's own business.
constexpr std::array<std::string_view, 5> kFraming = {"connection", "content-length", "date",
                                                      "transfer-encoding", "x-request-id"};

void append(std::string& out, std::string_view name, std::string_view value) {
  const auto breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  if (!is_token(name) || std::any_of(value.begin(), value.end(), breaks)) {
    throw std::logic_error("response header " + printable(name) + " would break the head");
  }
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string http_date(Instant at) {
  using std::chrono::days, std::chrono::milliseconds, std::chrono::floor;
  const std::chrono::sys_time<milliseconds> time{milliseconds(at.ms)};
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{floor<std::chrono::seconds>(time - day)};
  constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::string weekday(kDays.substr(std::chrono::weekday(day).c_encoding() * 3, 3));
  const std::string month(kMonths.substr((unsigned(date.month()) - 1) * 3, 3));
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", weekday.c_str(),
                unsigned(date.day()), month.c_str(), int(date.year()), int(clock.hours().count()),
                int(clock.minutes().count()), int(clock.seconds().count()));
  return text.data();
}

std::string response_head(const Response& response, const ResponseFraming& framing) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  out.append(reason_phrase(response.status)).append("\r\n");
  for (const Header& field : response.headers) {
    if (std::find(kFraming.begin(), kFraming.end(), lower_ascii(field.name)) != kFraming.end()) {
      throw std::logic_error("response header " + field.name + " is set by the connection");
    }
    append(out, field.name, field.value);
  }
  for (const DefaultHeader& field : kDefaults) {
    if (response.header(field.name) == nullptr) append(out, field.name, field.value);
  }
  if (framing.secure) append(out, kTransportSecurity.name, kTransportSecurity.value);
  append(out, "Date", http_date(framing.date));
  append(out, "X-Request-ID", framing.request_id);
  if (framing.content_length)
    append(out, "Content-Length", std::to_string(*framing.content_length));
  if (framing.chunked) append(out, "Transfer-Encoding", "chunked");
  if (framing.close) append(out, "Connection", "close");
  return out + "\r\n";
}

}  // namespace muster::server::http
