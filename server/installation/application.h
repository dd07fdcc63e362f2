// SPDX-License-Identifier: Apache-2.0
// The composition root: makes every part of a running server in the order in which they depend on
// each other, opens both listeners, and takes all of it down in the opposite order. Used by the
// `serve` command and by tests; maintain(), reload_certificates() and the ports may be called from
// any thread.
#pragma once
#include <cstdint>
#include <memory>

#include "common/support/clock.h"
#include "common/support/log.h"
#include "server/installation/config.h"

namespace muster::server::installation {

class Application {
 public:
  // Serves when it returns. Throws std::runtime_error or StoreError with what is wrong: no
  // installation, another server at work in the directory, a newer database, a port that is taken.
  // `clock` and `log` outlive it.
  Application(const ServerConfig& config, const Clock& clock, const Log& log);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  std::uint16_t people_port() const;
  std::uint16_t agents_port() const;

  // What has to be done about once a day: renews certificates, makes the next authority when it is
  // time, deletes sessions that have ended. Never throws: what fails is logged and tried again the
  // next time.
  void maintain();
  // Reads certificates again, for one of the administrator's own that was renewed.
  void reload_certificates();
  // Lets requests in progress finish for the configured time. False: some were cut.
  bool stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace muster::server::installation
