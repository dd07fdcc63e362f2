// SPDX-License-Identifier: Apache-2.0
#include "server/api/admin/operations.h"

#include <memory>
#include <mutex>

#include "common/json/write.h"
#include "server/api/admin/downloads.h"

namespace muster::server::api {
namespace {

// Anybody may ask, so the database is asked at most this often.
constexpr std::int64_t kReadyForMs = 1'000;
constexpr std::string_view kDigestSuffix = ".sha256";

class Operations {
 public:
  explicit Operations(Services& services)
      : services_(services), downloads_(services.settings.downloads_directory) {}

  http::Response healthz(const http::Request&) { return http::Response::text("ok\n"); }

  http::Response readyz(const http::Request&) {
    const std::lock_guard lock(mutex_);
    const std::int64_t now_ms = services_.clock.boottime_ms();
    if (!checked_at_ms_ || now_ms - *checked_at_ms_ >= kReadyForMs) {
      problem_ = check();
      checked_at_ms_ = now_ms;
    }
    if (problem_.empty()) return http::Response::text("ready\n");
    throw Error(Status::kUnavailable, "not_ready", problem_).retry_after(10);
  }

  http::Response list(const http::Request&) {
    JsonWriter json;
    json.begin_object().key("data").begin_array();
    for (const Download& download : downloads_.list()) {
      json.begin_object()
          .member("name", download.name)
          .member("size_bytes", static_cast<std::int64_t>(download.size_bytes))
          .member("sha256", download.sha256)
          .end_object();
    }
    json.end_array().end_object();
    return http::Response::json(std::move(json).text());
  }

  http::Response file(const http::Request& request) {
    const std::string& name = request.path_parameter("name");
    if (const auto download = downloads_.find(name)) {
      return http::Response::file(downloads_.path_of(*download).string(),
                                  "application/octet-stream")
          .set("Content-Disposition", "attachment; filename=\"" + download->name + '"')
          .set("X-Content-Type-Options", "nosniff");
    }
    if (name.ends_with(kDigestSuffix)) {
      const std::string of = name.substr(0, name.size() - kDigestSuffix.size());
      // In the form that sha256sum -c reads.
      if (const auto download = downloads_.find(of)) {
        return http::Response::text(download->sha256 + "  " + download->name + "\n");
      }
    }
    throw Error(Status::kNotFound, "download_not_found",
                "There is no such file; /downloads lists those that there are.");
  }

 private:
  // Empty: it can work.
  std::string check() {
    try {
      services_.store.write(
          [](store::Transaction& transaction) { transaction.find_integer("SELECT 1"); });
    } catch (const std::exception& error) {
      services_.log.error("ready", "the database does not take writes", {{"cause", error.what()}});
      return "The database does not take writes; the server's log says why.";
    }
    if (services_.authority.trusted(services_.clock.now()).empty()) {
      return "Every certificate authority has expired by this machine's clock.";
    }
    return {};
  }

  Services& services_;
  Downloads downloads_;
  std::mutex mutex_;
  std::optional<std::int64_t> checked_at_ms_;
  std::string problem_;
};

}  // namespace

std::vector<http::Route> operations_routes(Services& services) {
  const auto operations = std::make_shared<Operations>(services);
  const auto route = [&](std::string pattern,
                         http::Response (Operations::*handler)(const http::Request&)) {
    return http::Route{"GET", std::move(pattern), http::Access::open(),
                       [operations, handler](const http::Request& request) {
                         return ((*operations).*handler)(request);
                       }};
  };
  return {
      route("/healthz", &Operations::healthz),
      route("/readyz", &Operations::readyz),
      route("/downloads", &Operations::list),
      route("/downloads/{name}", &Operations::file),
  };
}

}  // namespace muster::server::api
