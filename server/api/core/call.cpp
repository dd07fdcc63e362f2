// SPDX-License-Identifier: Apache-2.0
#include "server/api/core/call.h"

#include <algorithm>

#include "common/support/text.h"
#include "server/http/target.h"

namespace muster::server::api {
namespace {

constexpr std::int64_t kDefaultLimit = 50;
constexpr std::int64_t kMaxLimit = 500;
constexpr JsonLimits kBodyLimits = {
    .depth = 6, .members = 64, .values = 2000, .text_bytes = 64 * 1024};

[[noreturn]] void invalid_parameter(std::string_view name, const std::string& expected) {
  throw Error(Status::kBadRequest, "invalid_parameter",
              "The parameter " + std::string(name) + " is not " + expected + '.')
      .at(std::string(name));
}

[[noreturn]] void invalid_member(std::string_view name, const std::string& expected) {
  throw Error(Status::kUnprocessable, "invalid_value",
              std::string(name) + " is not " + expected + '.')
      .at(std::string(name));
}

std::string link_to_next(const http::Request& request, const std::string& next) {
  std::string url = "<";
  for (const std::string& segment : request.segments)
    url += '/' + http::percent_encode(segment);
  url += '?';
  for (const auto& [name, value] : request.query) {
    if (name != "cursor")
      url += http::percent_encode(name) + '=' + http::percent_encode(value) + '&';
  }
  return url + "cursor=" + http::percent_encode(next) + ">; rel=\"next\"";
}

std::string listed(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names)
    out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

std::string range_text(std::int64_t least, std::int64_t most) {
  return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

std::optional<Instant> Call::time(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto at = parse_rfc3339(*value);
  if (!at)
    invalid_parameter(name, "an RFC 3339 time with an offset, such as 2026-11-23T08:00:00+01:00");
  return at;
}

std::optional<Instant> Call::past_time(std::string_view name) const {
  const auto at = time(name);
  const Instant present = now();
  if (!at || at->ms <= present.ms + kClockAheadMs) return at;
  throw Error(Status::kBadRequest, "time_in_future",
              "The parameter " + std::string(name) + " is in the future: " + to_rfc3339(*at) +
                  ", and it is " + to_rfc3339(present) + " here. Nothing is known of then.")
      .at(std::string(name));
}

std::optional<std::int64_t> Call::integer(std::string_view name, std::int64_t least,
                                          std::int64_t most) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto number = parse_integer(*value);
  if (!number || *number < least || *number > most)
    invalid_parameter(name, range_text(least, most));
  return number;
}

bool Call::flag(std::string_view name) const {
  const auto value = text(name);
  if (!value || *value == "false") return false;
  if (*value != "true") invalid_parameter(name, "true or false");
  return true;
}

std::size_t Call::limit() const {
  return static_cast<std::size_t>(integer("limit", 1, kMaxLimit).value_or(kDefaultLimit));
}

store::ReadPoint Call::point(store::Transaction& transaction) const {
  return store::read_point(transaction, past_time("at"), past_time("known_at"), now());
}

void Call::write_point(JsonWriter& json) const {
  json.member("at", time("at")).member("known_at", time("known_at"));
}

JsonValue Call::body(std::initializer_list<std::string_view> known) const {
  const std::string* type = request.header("content-type");
  const std::string media = type == nullptr ? "" : lower_ascii(trim(split(*type, ';').front()));
  if (media != "application/json" && media != "application/merge-patch+json") {
    throw Error(Status::kUnsupportedMediaType, "unsupported_media_type",
                "The body must be application/json.");
  }
  Result<JsonValue> parsed = JsonValue::parse(request.body, kBodyLimits);
  if (!parsed) {
    throw Error(Status::kBadRequest, "invalid_json",
                "The body cannot be read: " + parsed.failure().message + '.');
  }
  const JsonValue::Object* members = parsed->object();
  if (members == nullptr)
    throw Error(Status::kUnprocessable, "invalid_value", "The body is not a JSON object.");
  check_members(*members, {known.begin(), known.size()});
  return std::move(*parsed);
}

std::int64_t Call::if_match() const {
  const std::string* value = request.header("if-match");
  if (value == nullptr) {
    throw Error(
        Status::kPreconditionRequired, "precondition_required",
        "Send If-Match with the ETag that you read, so that nobody's change is overwritten.");
  }
  std::string_view tag = trim(*value);
  if (tag.starts_with("\"v") && tag.ends_with('"')) {
    if (const auto version = parse_integer(tag.substr(2, tag.size() - 3))) return *version;
  }
  // A tag of another form was never given out, so it cannot be the present one.
  throw Error(Status::kPreconditionFailed, "precondition_failed",
              "If-Match is not an ETag of this resource; read it again.");
}

std::int64_t Call::path_id(std::string_view name, const std::string& not_found_code) const {
  const std::string& value = request.path_parameter(name);
  const auto id = parse_integer(value);
  if (!id || *id < 1)
    throw Error(Status::kNotFound, not_found_code,
                "There is no " + std::string(name) + " " + value + '.');
  return *id;
}

std::optional<std::string> text_member(const JsonValue& body, std::string_view name) {
  const JsonValue* member = body.find(name);
  if (member == nullptr || member->is_null()) return std::nullopt;
  const std::string* text = member->text();
  if (text == nullptr) invalid_member(name, "a text");
  return *text;
}

std::optional<std::int64_t> integer_member(const JsonValue& body, std::string_view name,
                                           std::int64_t least, std::int64_t most) {
  const JsonValue* member = body.find(name);
  if (member == nullptr || member->is_null()) return std::nullopt;
  const std::int64_t* number = member->integer();
  if (number == nullptr || *number < least || *number > most)
    invalid_member(name, range_text(least, most));
  return *number;
}

std::optional<bool> boolean_member(const JsonValue& body, std::string_view name) {
  const JsonValue* member = body.find(name);
  if (member == nullptr || member->is_null()) return std::nullopt;
  const bool* truth = member->boolean();
  if (truth == nullptr) invalid_member(name, "true or false");
  return *truth;
}

std::optional<Instant> time_member(const JsonValue& body, std::string_view name) {
  const auto text = text_member(body, name);
  if (!text) return std::nullopt;
  const auto at = parse_rfc3339(*text);
  if (!at) invalid_member(name, "an RFC 3339 time with an offset");
  return at;
}

std::string required_text(const JsonValue& body, std::string_view name) {
  const auto text = text_member(body, name);
  if (!text || trim(*text).empty()) {
    throw Error(Status::kUnprocessable, "missing_field", std::string(name) + " is missing.")
        .at(std::string(name));
  }
  return *text;
}

std::optional<std::string> text_or_cleared(const JsonValue& body, std::string_view name) {
  if (body.find(name) == nullptr) return std::nullopt;
  return text_member(body, name).value_or("");
}

void check_members(const JsonValue::Object& object, std::span<const std::string_view> known,
                   const std::string& where) {
  for (const auto& [name, value] : object) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw Error(Status::kUnprocessable, "unknown_field",
                "There is no member " + name + "; known are: " + listed(known) + '.')
        .at(where + name);
  }
}

void not_one_of(std::string_view name, std::span<const std::string_view> choices) {
  invalid_member(name, "one of " + listed(choices));
}

std::string etag(std::int64_t version) {
  return "\"v" + std::to_string(version) + '"';
}

http::Response list_answer(const Call& call, const std::optional<std::string>& next,
                           const std::function<void(JsonWriter&)>& write,
                           const std::function<void(JsonWriter&)>& more) {
  JsonWriter json;
  json.begin_object().key("data").begin_array();
  write(json);
  json.end_array();
  if (more) more(json);
  json.member("next", next).end_object();
  http::Response response = http::Response::json(std::move(json).text());
  if (next) response.set("Link", link_to_next(call.request, *next));
  return response;
}

std::optional<std::string> session_cookie(const http::Request& request) {
  const std::string* header = request.header("cookie");
  if (header == nullptr) return std::nullopt;
  for (const std::string_view part : split(*header, ';')) {
    const std::string_view pair = trim(part);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == kSessionCookie) {
      return std::string(pair.substr(equals + 1));
    }
  }
  return std::nullopt;
}

people::Principal authenticate(Services& services, const http::Request& request) {
  if (const std::string* header = request.header("authorization")) {
    constexpr std::string_view kBearer = "bearer ";
    if (lower_ascii(std::string_view(*header).substr(0, kBearer.size())) == kBearer) {
      return services.sign_in.authenticate_token(
          trim(std::string_view(*header).substr(kBearer.size())));
    }
    throw Error(Status::kUnauthorized, "not_signed_in",
                "Send an API token as \"Authorization: Bearer mst_...\".")
        .with_header("WWW-Authenticate", "Bearer");
  }
  if (const auto cookie = session_cookie(request))
    return services.sign_in.authenticate_session(*cookie);
  throw Error(Status::kUnauthorized, "not_signed_in",
              "Sign in first: muster login, or POST /api/v1/session.")
      .with_header("WWW-Authenticate", "Bearer");
}

}  // namespace muster::server::api
