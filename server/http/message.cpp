// SPDX-License-Identifier: Apache-2.0
#include "server/http/message.h"

#include <algorithm>
#include <stdexcept>

#include "common/support/text.h"

namespace muster::server::http {

const std::string* Request::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const Header& field) { return field.name == name; });
  return found == headers.end() ? nullptr : &found->value;
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  const auto found = std::find_if(query.begin(), query.end(),
                                  [&](const auto& parameter) { return parameter.first == name; });
  return found == query.end() ? std::nullopt : std::optional(found->second);
}

const std::string& Request::path_parameter(std::string_view name) const {
  const auto found = std::find_if(path_parameters.begin(), path_parameters.end(),
                                  [&](const auto& parameter) { return parameter.first == name; });
  if (found == path_parameters.end()) {
    throw std::logic_error("the route has no path parameter " + std::string(name));
  }
  return found->second;
}

Response Response::json(std::string text, int status) {
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/json"});
  response.body = std::move(text);
  return response;
}

Response Response::text(std::string text, int status) {
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  response.body = std::move(text);
  return response;
}

Response Response::empty(int status) {
  Response response;
  response.status = status;
  return response;
}

Response Response::file(std::string path, std::string content_type) {
  Response response;
  response.headers.push_back({"Content-Type", std::move(content_type)});
  response.download = FileBody{std::move(path), 0, std::nullopt};
  return response;
}

Response Response::streamed(std::string content_type, std::function<void(BodyWriter&)> writer) {
  Response response;
  response.headers.push_back({"Content-Type", std::move(content_type)});
  response.writer = std::move(writer);
  return response;
}

Response& Response::set(std::string_view name, std::string value) & {
  const std::string wanted = lower_ascii(name);
  std::erase_if(headers, [&](const Header& field) { return lower_ascii(field.name) == wanted; });
  headers.push_back({std::string(name), std::move(value)});
  return *this;
}

const std::string* Response::header(std::string_view name) const {
  const std::string wanted = lower_ascii(name);
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const Header& field) {
    return lower_ascii(field.name) == wanted;
  });
  return found == headers.end() ? nullptr : &found->value;
}

}  // namespace muster::server::http
