// SPDX-License-Identifier: Apache-2.0
// --root DIR and --capture FILE: which machine a command looks at. Used by inventory and explain;
// run and report take --root alone, since a capture is no machine that could report.
#pragma once
#include <memory>
#include <string>

#include "agent/host/host.h"
#include "common/support/result.h"

namespace CLI {
class App;
}

namespace muster::agent::commands {

struct HostChoice {
  std::string root;     // empty: not given
  std::string capture;  // empty: not given

  void set_up(CLI::App& subcommand);
  void set_up_root(CLI::App& subcommand);
  // This machine when neither was given.
  Result<std::shared_ptr<host::Host>> open() const;
};

}  // namespace muster::agent::commands
