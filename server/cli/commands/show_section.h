// SPDX-License-Identifier: Apache-2.0
// show ITEM --section NAME: the rows of a section, and which of its sources could not be read.
#pragma once
#include "server/cli/context.h"

namespace muster::cli {

int show_section(Context& context);

}  // namespace muster::cli
