// SPDX-License-Identifier: Apache-2.0
// memory_bytes<8 GiB and seen<7 d: a number and its unit may stand apart. Otherwise the number
// would be the value and the unit a word to search for. Pure.
#pragma once
#include <vector>

#include "server/query/lexer.h"

namespace muster::server::query {

// Joins the plain number of a field that has a unit, or is a time, with the unit that follows it.
// Error invalid_query for a unit of another quantity. A quoted text is a word: memory_bytes<8
// "GiB".
std::vector<QueryToken> join_spaced_units(std::vector<QueryToken> tokens);

}  // namespace muster::server::query
