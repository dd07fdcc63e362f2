// SPDX-License-Identifier: Apache-2.0
#include "server/http/router.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "common/support/text.h"
#include "server/http/problem.h"

namespace muster::server::http {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}
bool is_rest(std::string_view segment) {
  return segment.ends_with("*}");
}

std::string parameter_name(std::string_view segment) {
  return std::string(segment.substr(1, segment.size() - (is_rest(segment) ? 3 : 2)));
}

// 0: a literal, 1: a parameter, 2: all the rest; smaller wins.
int openness(std::string_view segment) {
  return is_parameter(segment) ? 1 + static_cast<int>(is_rest(segment)) : 0;
}

std::vector<std::string> parse_pattern(const std::string& pattern) {
  if (!pattern.starts_with('/')) throw std::logic_error("route pattern without slash: " + pattern);
  std::vector<std::string> segments;
  if (pattern == "/") return segments;
  std::set<std::string> names;
  for (const std::string_view part : split(std::string_view(pattern).substr(1), '/')) {
    const bool last = part.data() + part.size() == pattern.data() + pattern.size();
    const bool brace = part.find_first_of("{}*") != std::string_view::npos;
    const bool good = is_parameter(part) ? part.ends_with('}') && !parameter_name(part).empty() &&
                                               (last || !is_rest(part)) &&
                                               names.insert(parameter_name(part)).second
                                         : !part.empty() && !brace;
    if (!good) throw std::logic_error("bad route pattern: " + pattern);
    segments.emplace_back(part);
  }
  return segments;
}

// The parameters if the path fits, nullopt if it does not.
std::optional<Parameters> fit(const std::vector<std::string>& pattern,
                              const std::vector<std::string>& path) {
  const bool rest = !pattern.empty() && is_rest(pattern.back());
  if (rest ? path.size() < pattern.size() : path.size() != pattern.size()) return std::nullopt;
  Parameters parameters;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_parameter(pattern[i])) {
      if (path[i] != pattern[i]) return std::nullopt;
      continue;
    }
    std::string value = path[i];
    if (is_rest(pattern[i])) {
      for (std::size_t j = i + 1; j < path.size(); ++j)
        value += '/' + path[j];
    }
    if (value.empty()) return std::nullopt;
    parameters.emplace_back(parameter_name(pattern[i]), std::move(value));
  }
  return parameters;
}

void check_query(const Route& route, const Request& request) {
  if (!route.query_names) return;
  std::set<std::string_view> seen;
  for (const auto& [name, value] : request.query) {
    const auto& known = *route.query_names;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw Error(Status::kBadRequest, "unknown_parameter",
                  "The query parameter '" + printable(name) + "' is not known here.")
          .at(name);
    }
    if (!seen.insert(name).second) {
      throw Error(Status::kBadRequest, "unknown_parameter",
                  "The query parameter '" + printable(name) + "' is given more than once.")
          .at(name);
    }
  }
}

}  // namespace

Router::Router(std::vector<Route> routes, const Log& log, std::string nothing_here)
    : routes_(std::move(routes)), log_(log), nothing_here_(std::move(nothing_here)) {
  std::set<std::pair<std::string, std::vector<std::string>>> seen;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    Entry entry{parse_pattern(routes_[i].pattern), i};
    auto shape = entry.segments;  // names of parameters do not tell patterns apart
    for (std::string& segment : shape) {
      if (is_parameter(segment)) segment = is_rest(segment) ? "{*}" : "{}";
    }
    if (!seen.emplace(routes_[i].method, std::move(shape)).second || !routes_[i].handler) {
      throw std::logic_error("route twice or without handler: " + routes_[i].method + ' ' +
                             routes_[i].pattern);
    }
    entries_.push_back(std::move(entry));
  }
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::lexicographical_compare(
        a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
        [](const std::string& x, const std::string& y) { return openness(x) < openness(y); });
  });
}

const Route& Router::match(Request& request) const {
  std::set<std::string> allowed;
  const std::string& method = request.method == "HEAD" ? "GET" : request.method;
  for (const Entry& entry : entries_) {
    auto parameters = fit(entry.segments, request.segments);
    if (!parameters) continue;
    const Route& route = routes_[entry.route];
    if (route.method == method) {
      request.path_parameters = std::move(*parameters);
      return route;
    }
    allowed.insert(route.method);
    if (route.method == "GET") allowed.insert("HEAD");
  }
  if (allowed.empty()) {
    throw Error(Status::kNotFound, "not_found", nothing_here_);
  }
  std::string list;
  for (const std::string& name : allowed)
    list += (list.empty() ? "" : ", ") + name;
  throw Error(Status::kMethodNotAllowed, "method_not_allowed",
              "This address does not know the method " + printable(request.method) + ".")
      .with_header("Allow", list);
}

Response Router::handle(Request& request) const {
  try {
    const Route& route = match(request);
    check_query(route, request);
    return route.handler(request);
  } catch (const Error& error) {
    if (error.status == Status::kInternal) {
      log_.error("http", error.message, {{"code", error.code}, {"request", request.request_id}});
    }
    return problem(error, request.request_id);
  } catch (const std::exception& failure) {
    log_.error("http", "a request failed unexpectedly",
               {{"method", request.method},
                {"path", request.path},
                {"request", request.request_id},
                {"cause", failure.what()}});
  }
  return problem(Error(Status::kInternal, "internal_error",
                       "The server failed to answer; its log has the cause under this request id."),
                 request.request_id);
}

}  // namespace muster::server::http
