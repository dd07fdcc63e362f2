// SPDX-License-Identifier: Apache-2.0
#include "agent/commands/host_choice.h"

#include <filesystem>

#include "agent/host/captured_host.h"
#include "agent/host/live_host.h"
#include "common/support/text.h"

namespace muster::agent::commands {
namespace {

Result<std::string> absolute(const std::string& path) {
  std::error_code problem;
  const auto whole = std::filesystem::absolute(path, problem);
  if (problem) {
    return Failure{FailureKind::kIo, "cannot find " + printable(path) + ": " + problem.message()};
  }
  return whole.string();
}

Result<std::shared_ptr<host::Host>> open_capture(const std::string& path) {
  const auto whole = absolute(path);
  if (!whole) return whole.failure();
  const auto text = host::LiveHost().read(*whole, host::kCaptureBytes);
  if (!text) return text.failure();
  auto host = host::CapturedHost::parse(*text);
  if (!host) return Failure{host.failure().kind, printable(path) + ": " + host.failure().message};
  return std::shared_ptr<host::Host>(std::move(*host));
}

}  // namespace

OptionSpec root_option() {
  return {"--root", "DIR", "look at a copied tree (DIR/proc, DIR/sys, DIR/etc, ...) instead of /"};
}

std::vector<OptionSpec> with_host_options(std::vector<OptionSpec> own) {
  own.push_back(root_option());
  own.push_back({.name = "--capture",
                 .value = "FILE",
                 .help = "look at what muster-agent capture recorded",
                 .excludes = "--root"});
  return own;
}

Result<std::shared_ptr<host::Host>> open_host(const Invocation& invocation) {
  const std::string root = invocation.text("--root").value_or("");
  const std::string capture = invocation.text("--capture").value_or("");
  if (!capture.empty()) return open_capture(capture);
  if (root.empty()) return std::shared_ptr<host::Host>(std::make_shared<host::LiveHost>());
  const auto whole = absolute(root);
  if (!whole) return whole.failure();
  auto host = std::make_shared<host::LiveHost>(*whole);
  if (const auto entries = host->list("/"); !entries) {
    return Failure{entries.failure().kind,
                   "--root " + printable(root) + ": " + entries.failure().message};
  }
  return std::shared_ptr<host::Host>(std::move(host));
}

}  // namespace muster::agent::commands
