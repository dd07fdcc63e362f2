// SPDX-License-Identifier: Apache-2.0
#include "server/cli/api.h"

#include <algorithm>

#include "common/support/text.h"
#include "server/cli/error_text.h"
#include "server/cli/problem.h"

namespace muster::cli {
namespace {

constexpr std::size_t kPageRows = 500;
constexpr JsonLimits kAnswerLimits = {
    .depth = 24, .members = 4096, .values = 5'000'000, .text_bytes = 4UL * 1024 * 1024};

const JsonValue::Array& rows_of(const JsonValue& answer) {
  const JsonValue* data = answer.find("data");
  if (data == nullptr || data->array() == nullptr)
    throw Problem(kUnreachable, "the answer is not a list: is this a Muster server?");
  return *data->array();
}

// The first page's object stands for all pages: its "next" is that of the last.
void set_next(JsonValue& answer, const std::optional<std::string>& next) {
  if (answer.object() == nullptr) return;
  JsonValue::Object members;
  for (const auto& [name, value] : *answer.object()) {
    if (name != "next") members.emplace_back(name, value);
  }
  if (next) members.emplace_back("next", JsonValue(*next));
  answer = JsonValue(std::move(members));
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  // "." and ".." would be taken for steps of the path.
  if (out == "." || out == "..") out = out.size() == 1 ? "%2E" : "%2E%2E";
  return out;
}

std::string api_path(const std::vector<std::string>& segments, const Parameters& parameters) {
  std::string path = "/api/v1";
  for (const std::string& segment : segments)
    path += '/' + percent_encoded(segment);
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    path += separator + percent_encoded(name) + '=' + percent_encoded(value);
    separator = '&';
  }
  return path;
}

JsonValue parse_answer(const ApiReply& reply) {
  Result<JsonValue> parsed = JsonValue::parse(reply.body, kAnswerLimits);
  if (!parsed) {
    throw Problem(kUnreachable,
                  "the answer is not one of a Muster server (" + parsed.failure().message + ")",
                  "check the server's address: muster status");
  }
  return *std::move(parsed);
}

ApiReply Api::raw(ApiRequest request, const Parameters& parameters) {
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  ApiReply reply = client_.exchange(request);
  if (reply.status < 200 || reply.status > 299) {
    Problem problem = problem_of(reply, parameters);
    // A person who is just signing in need not be told to.
    if (token_.empty() && problem.exit_code == kNotSignedIn) problem.hint.clear();
    throw problem;
  }
  return reply;
}

Answer Api::get(const std::vector<std::string>& segments, const Parameters& parameters) {
  return send("GET", segments, {}, parameters);
}

Answer Api::send(const std::string& method, const std::vector<std::string>& segments,
                 const std::string& body, const Parameters& parameters, const Headers& headers) {
  const ApiReply reply = raw({method, api_path(segments, parameters), headers, body}, parameters);
  Answer answer;
  answer.etag = reply.header("ETag").value_or("");
  if (!reply.body.empty()) answer.body = parse_answer(reply);
  return answer;
}

List Api::whole_list(const std::vector<std::string>& segments) {
  List list;
  list.first = get(segments).body;
  list.rows = rows_of(list.first);
  return list;
}

List Api::list(const std::vector<std::string>& segments, Parameters parameters,
               std::optional<std::size_t> limit) {
  List list;
  const std::size_t own_parameters = parameters.size();
  bool is_first = true;
  for (;;) {
    const std::size_t missing = limit ? *limit - list.rows.size() : kPageRows;
    parameters.emplace_back("limit", std::to_string(std::min(missing, kPageRows)));
    Answer page = get(segments, parameters);
    const JsonValue::Array& rows = rows_of(page.body);
    list.rows.insert(list.rows.end(), rows.begin(), rows.end());
    const auto next = page.body.text_at("next");
    if (is_first) list.first = std::move(page.body);
    is_first = false;
    list.is_cut = next && limit && list.rows.size() >= *limit;
    if (!next || list.is_cut) {
      set_next(list.first, next);
      return list;
    }
    parameters.resize(own_parameters);
    parameters.emplace_back("cursor", *next);
  }
}

}  // namespace muster::cli
