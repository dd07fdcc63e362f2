// SPDX-License-Identifier: Apache-2.0
// Asks the running kernel for all links or addresses over rtnetlink (rtnetlink(7)). Needs no
// privilege. Any thread.
#pragma once
#include <string>

#include "agent/host/host.h"
#include "common/support/result.h"

namespace muster::agent::host {

// All messages one after another, without the NLMSG_DONE that ends them. A dump that the kernel
// says was interrupted by a change is asked for again, a few times. kTimeout, kDenied, kIo.
Result<std::string> dump_rtnetlink(NetlinkDump dump);

}  // namespace muster::agent::host
