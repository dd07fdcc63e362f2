// SPDX-License-Identifier: Apache-2.0
// Answers of a server with a small, realistic fleet, for tests of what the command line shows: long
// names, versions and models, classes of several steps, wide characters, machines that are stale,
// silent and revoked. What they hold is at 2026-11-23T10:00Z, the FixedClock's.
#pragma once
#include "tests/server/cli/fake_world.h"

namespace muster::cli {

void answer_as_fleet(FakeWorld& world);

}  // namespace muster::cli
