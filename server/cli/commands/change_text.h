// SPDX-License-Identifier: Apache-2.0
// Observed changes as sentences, for changes, show, and the context of a ticket.
#pragma once
#include <string>
#include <vector>

#include "common/json/value.h"
#include "server/cli/context.h"

namespace muster::cli {

// Columns of a change for --csv and --columns; "note" and "when" are made by with_notes.
const std::vector<Column>& change_columns();

// The changes with a member "note" (what is to be doubted) and, where the answer has "gaps" (also
// those of "items"), the gaps among them at their place, newest first. Changes of a ticket's
// context, which are {"item_name", "change":{...}}, become flat.
JsonValue::Array with_notes(const JsonValue& answer, const JsonValue::Array& changes);

// "between 09:45 and 10:00 on 2026-11-23  packages  openssl upgraded ..."; on a terminal of less
// than 120 columns "23 Nov 10:00 (-15 min)  openssl upgraded ...", on as many lines as it needs.
void write_changes(Context& context, const JsonValue::Array& noted, bool with_item);

}  // namespace muster::cli
