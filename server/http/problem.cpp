// SPDX-License-Identifier: Apache-2.0
#include "server/http/problem.h"

#include <array>

#include "common/json/write.h"
#include "common/support/text.h"

namespace muster::server::http {
namespace {

// The statuses that are not those of an Error (server/error.h has the others).
struct Phrase {
  int status;
  std::string_view text;
};
constexpr std::array<Phrase, 18> kPhrases = {{{200, "OK"},
                                              {201, "Created"},
                                              {202, "Accepted"},
                                              {204, "No Content"},
                                              {206, "Partial Content"},
                                              {301, "Moved Permanently"},
                                              {302, "Found"},
                                              {303, "See Other"},
                                              {304, "Not Modified"},
                                              {307, "Temporary Redirect"},
                                              {308, "Permanent Redirect"},
                                              {408, "Request Timeout"},
                                              {411, "Length Required"},
                                              {414, "URI Too Long"},
                                              {417, "Expectation Failed"},
                                              {431, "Request Header Fields Too Large"},
                                              {501, "Not Implemented"},
                                              {505, "HTTP Version Not Supported"}}};

JsonWriter begin(int status, std::string_view code, std::string_view detail,
                 std::string_view request_id) {
  JsonWriter json;
  json.begin_object()
      .member("type", "about:blank")
      .member("title", reason_phrase(status))
      .member("status", status)
      .member("detail", to_valid_text(detail))
      .member("code", code)
      .member("request_id", request_id);
  return json;
}

Response finish(JsonWriter json, int status) {
  json.end_object();
  Response response = Response::json(std::move(json).text(), status);
  response.set("Content-Type", "application/problem+json");
  return response;
}

}  // namespace

std::string_view reason_phrase(int status) {
  for (const Phrase& phrase : kPhrases) {
    if (phrase.status == status) return phrase.text;
  }
  const std::string_view text = title(static_cast<Status>(status));
  return text == "Error" ? "Unknown" : text;
}

Response problem(const Error& error, std::string_view request_id) {
  const int status = static_cast<int>(error.status);
  JsonWriter json = begin(status, error.code, error.message, request_id);
  if (error.path) json.member("path", to_valid_text(*error.path));
  for (const auto& [name, value] : error.extra) {
    json.key(name);
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      json.value(*number);
    } else if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
      json.begin_array();
      for (const std::string& text : *texts)
        json.value(to_valid_text(text));
      json.end_array();
    } else {
      json.value(to_valid_text(std::get<std::string>(value)));
    }
  }
  Response response = finish(std::move(json), status);
  if (error.retry_after_s) response.set("Retry-After", std::to_string(*error.retry_after_s));
  for (const auto& [name, value] : error.headers)
    response.headers.push_back({name, value});
  return response;
}

Response problem(int status, std::string_view code, std::string_view detail,
                 std::string_view request_id) {
  return finish(begin(status, code, detail, request_id), status);
}

}  // namespace muster::server::http
