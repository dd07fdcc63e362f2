// SPDX-License-Identifier: Apache-2.0
// The environment of the running program, for its main(): everything below is handed one, so that
// tests own it. Any thread, as long as nothing calls setenv.
#pragma once
#include "common/support/config.h"

namespace muster {

Environment process_environment();

}  // namespace muster
