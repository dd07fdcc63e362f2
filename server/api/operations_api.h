// SPDX-License-Identifier: Apache-2.0
// What machines ask a server about itself, on the people's listener: is it alive (/healthz), can it
// work (/readyz), how is it doing (/metrics), and the files that a new machine needs (/downloads).
// Any thread.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/services.h"
#include "server/http/router.h"

namespace muster::server {

// /healthz, /readyz, /downloads, /downloads/{name}: open to everybody. `services` outlives the
// routes.
std::vector<Route> operations_routes(Services& services);

// The answer to GET /metrics, in Prometheus' text format 0.0.4. Who may have it, the caller
// decides.
Response metrics(Services& services);

// A file name that /downloads offers: 1 to 128 characters of A-Z a-z 0-9 . _ + ~ -, the first a
// letter or a digit. So there is no way out of the directory and none to a hidden file.
bool is_download_name(std::string_view name);

struct Download {
  std::string name;
  std::uint64_t size_bytes = 0;
  std::string sha256;  // hex
};
// The regular files of the directory with such names, sorted; none when there is no directory.
std::vector<Download> list_downloads(const std::filesystem::path& directory);

}  // namespace muster::server
