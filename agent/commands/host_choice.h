// SPDX-License-Identifier: Apache-2.0
// --root DIR and --capture FILE: which machine a command looks at. Used by inventory, explain and
// capture; run and report take --root alone, since a capture is no machine that could report.
#pragma once
#include <memory>
#include <vector>

#include "agent/host/host.h"
#include "common/command/command_spec.h"
#include "common/command/parse.h"
#include "common/support/result.h"

namespace muster::agent::commands {

OptionSpec root_option();
// Both, behind the options of the command's own.
std::vector<OptionSpec> with_host_options(std::vector<OptionSpec> own);

// This machine when neither was given.
Result<std::shared_ptr<host::Host>> open_host(const Invocation& invocation);

}  // namespace muster::agent::commands
