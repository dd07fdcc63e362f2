// SPDX-License-Identifier: Apache-2.0
// A machine of the shared cases (shared/cases, beside the shared data; test_data.h): trees made
// after public bug reports and data of real machines, whose README says what is right. Cases that
// use one are tagged [shared_data]; each has a counterpart on texts of our own.
#pragma once
#include <string_view>

#include "agent/host/live_host.h"
#include "tests/support/agent/copied_tree.h"

namespace muster::agent {

class CaseMachine {
 public:
  // CaseMachine("20-dpkg-states"). A failure ends the test.
  explicit CaseMachine(std::string_view name);
  host::Host& host() { return host_; }
  const std::string& root() const { return tree_.path(); }

 private:
  test::CopiedTree tree_;
  host::LiveHost host_;
};

}  // namespace muster::agent
