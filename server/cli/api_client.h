// SPDX-License-Identifier: Apache-2.0
// One exchange with the server, as the rest of the command line sees it. http_client.h is the real
// one; tests put their own behind it. Used by one thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::cli {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct ApiRequest {
  std::string method = "GET";
  std::string path;  // with the query, percent-encoded: "/api/v1/items?limit=50"
  Headers headers = {};
  std::string body = {};
};

struct ApiReply {
  int status = 0;
  Headers headers = {};
  std::string body = {};

  // Names without regard to case; nullopt: there is none.
  std::optional<std::string> header(std::string_view name) const;
};

class ApiClient {
 public:
  virtual ~ApiClient() = default;
  // Any answer is an answer, also an error; redirects are not followed. Throws Problem
  // (kUnreachable) when there is none.
  virtual ApiReply exchange(const ApiRequest& request) = 0;
};

// Which server, and whom to believe that it is it.
struct Connection {
  std::string server = {};     // "https://host:port", checked, without a path
  std::string ca_file = {};    // PEM; empty: the system's authorities
  std::string ca_sha256 = {};  // hex SHA-256 of the authority's public key; empty: none is pinned
  int timeout_s = 30;          // for one exchange, from connecting to the last byte
};

}  // namespace muster::cli
