// SPDX-License-Identifier: Apache-2.0
// Router: the whole API as one table of routes. It finds the route, runs the handler and turns what
// was thrown into problem+json. Error is caught here, and in connection_request.cpp, which asks for
// a body's limit before there is a handler; nowhere below. The table is fixed at construction, so
// any number of threads may call handle().
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/support/log.h"
#include "server/http/access.h"
#include "server/http/message.h"

namespace muster::server::http {

// A pattern is literal segments and parameters: "/api/v1/items/{id}/sections/{section}". A
// parameter is one segment that is not empty; "{name*}" at the end is all the remaining ones (at
// least one), joined by slashes. Where several patterns match, a literal goes before a parameter,
// segment by segment, so "/items/facets" wins over "/items/{id}".
struct Route {
  std::string method;
  std::string pattern;
  Access access;
  std::function<Response(const Request&)> handler;
  // The parameters the query may have, each at most once. nullopt: the handler checks the query
  // itself.
  std::optional<std::vector<std::string>> query_names = std::vector<std::string>{};
};

class Router {
 public:
  // Throws std::logic_error for a table that contradicts itself: a bad pattern, the same method and
  // pattern twice.
  // `nothing_here` is what a person reads who asked for an address that is not in the table.
  Router(std::vector<Route> routes, const Log& log,
         std::string nothing_here = "There is nothing at this address.");

  // Never throws what a handler throws: an Error becomes its problem, anything else a 500
  // `internal_error` whose cause is only in the log. HEAD runs the GET route; the connection leaves
  // the body out.
  Response handle(Request& request) const;

  // The route of a request, whose path parameters are then set. Throws Error 404 or 405 where there
  // is none.
  const Route& match(Request& request) const;

  // For the test that compares the table with openapi.yaml.
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Entry {
    std::vector<std::string> segments;
    std::size_t route;
  };
  std::vector<Route> routes_;
  std::vector<Entry> entries_;  // of routes_, literals before parameters
  const Log& log_;
  const std::string nothing_here_;
};

}  // namespace muster::server::http
