// SPDX-License-Identifier: Apache-2.0
// The people's API (server/api/openapi/openapi.yaml) over an ApiClient: signs requests, reads
// answers, turns refusals into Problems (error_text.h), follows pages. Used by one thread; the
// client outlives it.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/json/value.h"
#include "server/cli/api_client.h"

namespace muster::cli {

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::string percent_encoded(std::string_view text);
// "/api/v1/items/lap%2F1/changes?limit=50" from {"items", "lap/1", "changes"}.
std::string api_path(const std::vector<std::string>& segments, const Parameters& parameters = {});

struct Answer {
  JsonValue body;    // null when there was none
  std::string etag;  // empty: there was none
};

struct List {
  JsonValue first;  // the first page's object, for the members beside "data"
  JsonValue::Array rows;
  bool is_cut = false;  // there are more
};

class Api {
 public:
  // `token` empty: not signed in.
  Api(ApiClient& client, std::string token) : client_(client), token_(std::move(token)) {}

  Answer get(const std::vector<std::string>& segments, const Parameters& parameters = {});
  // `body` is JSON.
  Answer send(const std::string& method, const std::vector<std::string>& segments,
              const std::string& body = {}, const Parameters& parameters = {},
              const Headers& headers = {});
  // At most `limit` rows, nullopt: all there are; in pages of up to 500.
  List list(const std::vector<std::string>& segments, Parameters parameters,
            std::optional<std::size_t> limit);

  // A list that has no pages.
  List whole_list(const std::vector<std::string>& segments);

  // Without reading the answer's body as JSON; still throws for a refusal.
  ApiReply raw(ApiRequest request, const Parameters& parameters = {});

 private:
  ApiClient& client_;
  std::string token_;
};

// Throws Problem (kUnreachable) when it is not JSON.
JsonValue parse_answer(const ApiReply& reply);

}  // namespace muster::cli
