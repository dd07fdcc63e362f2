// SPDX-License-Identifier: Apache-2.0
// One request to the people's API while its handler runs: who asks, what the query and the body
// say, and the answers that all resources share. Handlers are free functions `Response
// name(Call&)`, declared in handlers.h; routes.cpp says who may call them. A Call belongs to one
// thread.
#pragma once
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/json/value.h"
#include "common/json/write.h"
#include "server/api/core/services.h"
#include "server/http/message.h"
#include "server/people/audit.h"
#include "server/people/principal.h"
#include "server/store/read_point.h"

namespace muster::server::api {

inline constexpr std::int64_t kClockAheadMs = 60'000;
inline constexpr std::string_view kSessionCookie = "__Host-muster_session";

struct Call {
  Services& services;
  const http::Request& request;
  people::Principal principal;  // of a public route: nobody (user_id 0)

  people::Actor actor() const { return {principal.name, request.peer_address, request.request_id}; }
  Instant now() const { return services.clock.now(); }

  // Parameters of the query. Error 400 invalid_parameter names the parameter and what it should be.
  std::optional<std::string> text(std::string_view name) const { return request.query_value(name); }
  std::optional<Instant> time(std::string_view name) const;  // RFC 3339 with an offset
  // The same for a moment that is asked about: Error 400 time_in_future for one that has not come.
  // A client's clock may be ahead by kClockAheadMs.
  std::optional<Instant> past_time(std::string_view name) const;
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least,
                                      std::int64_t most) const;
  bool flag(std::string_view name) const;  // true or false
  std::size_t limit() const;               // 1 to 500, 50 without

  // at= and known_at=.
  store::ReadPoint point(store::Transaction& transaction) const;
  bool is_past() const { return text("at").has_value() || text("known_at").has_value(); }
  // An answer about the past says which: "at" and "known_at", as far as they were given.
  void write_point(JsonWriter& json) const;

  // The body as a JSON object with no other members than these. Errors: 415 unsupported_media_type,
  // 400 invalid_json, 422 unknown_field.
  JsonValue body(std::initializer_list<std::string_view> known) const;
  // The version in If-Match. Errors: 428 precondition_required; 412 precondition_failed for a tag
  // that was never given out.
  std::int64_t if_match() const;
  // A path parameter that is a positive number; Error 404 with that code otherwise.
  std::int64_t path_id(std::string_view name, const std::string& not_found_code) const;
};

using Handler = http::Response (*)(Call&);

// Members of a body, by type. Error 422 invalid_value when it is there and of another type or not
// valid text.
std::optional<std::string> text_member(const JsonValue& body, std::string_view name);
std::optional<std::int64_t> integer_member(const JsonValue& body, std::string_view name,
                                           std::int64_t least, std::int64_t most);
std::optional<bool> boolean_member(const JsonValue& body, std::string_view name);
std::optional<Instant> time_member(const JsonValue& body, std::string_view name);
std::string required_text(const JsonValue& body, std::string_view name);
// For edits: null is an empty text, which removes; nullopt where the member is absent.
std::optional<std::string> text_or_cleared(const JsonValue& body, std::string_view name);
// Error 422 unknown_field where the object has a member that is not among `known`; `where` leads to
// the object ("items[0].").
void check_members(const JsonValue::Object& object, std::span<const std::string_view> known,
                   const std::string& where = {});
[[noreturn]] void not_one_of(std::string_view name, std::span<const std::string_view> choices);

// A member that is one of `choices`, which `parse` turns into what it stands for.
template <class Parse>
auto choice_member(const JsonValue& body, std::string_view name,
                   std::span<const std::string_view> choices, const Parse& parse)
    -> decltype(parse(std::string_view())) {
  const auto text = text_member(body, name);
  if (!text) return std::nullopt;
  const auto choice = parse(*text);
  if (!choice) not_one_of(name, choices);
  return choice;
}

std::string etag(std::int64_t version);  // "v3" with quotes

// {"data":[...],"next":...} with the Link header; `write` writes the entries of data.
http::Response list_answer(const Call& call, const std::optional<std::string>& next,
                           const std::function<void(JsonWriter&)>& write,
                           const std::function<void(JsonWriter&)>& more = {});

// Who sends the request: from the session cookie or the Authorization header. Error 401
// not_signed_in.
people::Principal authenticate(Services& services, const http::Request& request);
std::optional<std::string> session_cookie(const http::Request& request);

}  // namespace muster::server::api
