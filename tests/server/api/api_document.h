// SPDX-License-Identifier: Apache-2.0
// openapi.yaml as the tests of the API use it: what it says of an operation, and what of an answer
// is not as it says.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "common/support/text.h"
#include "server/api/openapi/openapi.h"
#include "server/http/router.h"
#include "tests/support/json_schema.h"
#include "tests/support/yaml_subset.h"

namespace muster::server {

class ApiDocument {
 public:
  // Read once: it never changes.
  static const ApiDocument& instance() {
    static const ApiDocument document;
    return document;
  }

  const JsonValue& root() const { return root_; }

  // nullptr: it is not described.
  const JsonValue* operation(const http::Route& route) const {
    const JsonValue* path = root_.find("paths")->find(route.pattern);
    return path == nullptr ? nullptr : path->find(lower_ascii(route.method));
  }

  // Names of the operation's parameters in "query", "path" or "header".
  std::set<std::string> parameters(const JsonValue& operation, std::string_view in) const {
    std::set<std::string> out;
    const JsonValue* list = operation.find("parameters");
    for (std::size_t i = 0; list != nullptr && i < list->array()->size(); ++i) {
      const JsonValue& parameter = resolved(root_, list->array()->at(i));
      if (parameter.text_at("in") == in) out.insert(parameter.text_at("name").value());
    }
    return out;
  }

  // Everything about the answer that is not described. `route` nullptr: there was no such route.
  std::vector<std::string> violations(const http::Route* route,
                                      const http::Response& response) const {
    static const JsonValue kNone;
    const JsonValue* described = route == nullptr ? nullptr : operation(*route);
    if (route != nullptr && described == nullptr) return {"the operation is not described"};
    const bool success = response.status < 400;
    const JsonValue* answer = nullptr;
    if (described != nullptr) {
      answer = described->find("responses")->find(std::to_string(response.status));
      if (answer == nullptr && response.status >= 500)
        answer = described->find("responses")->find("default");
      if (answer == nullptr) return {"the status is not described: " + response.body};
    }
    std::vector<std::string> out;
    const JsonValue& failure = at_pointer(root_, "#/components/responses/Failure");
    check_body(answer == nullptr ? failure : resolved(root_, *answer), response, out);
    if (success && answer != nullptr) check_headers(*answer, response, out);
    if (!success && answer != nullptr && response.status < 500) check_code(*answer, response, out);
    return out;
  }

 private:
  // compact JSON's limits are for foreign bytes; this is our own file.
  ApiDocument() : root_(YamlSubset::parse(api::openapi_text())) {}

  void check_body(const JsonValue& answer, const http::Response& response,
                  std::vector<std::string>& out) const {
    const JsonValue* content = answer.find("content");
    const std::string* type = response.header("Content-Type");
    if (content == nullptr) {
      if (!response.body.empty()) out.push_back("has a body: " + response.body);
      return;
    }
    if (type == nullptr) return out.push_back("has no Content-Type");
    const std::string media(split(*type, ';').front());
    const JsonValue* described = content->find(media);
    if (described == nullptr) return out.push_back("is of the type " + *type);
    if (!media.ends_with("json")) return;
    const auto body = JsonValue::parse(response.body);
    if (!body) return out.push_back("is not JSON: " + response.body);
    for (std::string& each : JsonSchema::violations(root_, *described->find("schema"), *body))
      out.push_back(std::move(each));
  }

  // Those that a client relies on are there just where they are described; Link only where there is
  // more.
  static void check_headers(const JsonValue& answer, const http::Response& response,
                            std::vector<std::string>& out) {
    const JsonValue* headers = answer.find("headers");
    for (const char* name : {"ETag", "Location", "Set-Cookie", "Link"}) {
      const bool described = headers != nullptr && headers->find(name) != nullptr;
      const bool sent = response.header(name) != nullptr;
      const bool has_more = response.body.find("\"next\":") != std::string::npos;
      const bool expected = described && (std::string_view(name) != "Link" || has_more);
      if (sent != expected) out.push_back(std::string(name) + (sent ? " is sent" : " is not sent"));
    }
  }

  // The description of a problem lists the codes that the operation answers with that status.
  static void check_code(const JsonValue& answer, const http::Response& response,
                         std::vector<std::string>& out) {
    const std::string code = JsonValue::parse(response.body).value().text_at("code").value_or("");
    const std::string listed = answer.text_at("description").value_or("");
    for (const std::string_view each : split(listed, ',')) {
      if (trim(each) == code) return;
    }
    out.push_back("the code " + code + " is not among: " + listed);
  }

  JsonValue root_;
};

}  // namespace muster::server
