// SPDX-License-Identifier: Apache-2.0
// Addresses, hardware addresses and UUIDs are written in many ways (00:1B:21:A1:00:01,
// 00-1b-21-a1-00-01, 001b.21a1.0001, 001b21a10001) and stored in one (inventory::TextKind). The
// text of a query is turned into that form, or into patterns over it. Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/inventory/describe.h"
#include "server/query/lexer.h"
#include "server/query/networks.h"

namespace muster::server::query {

// The stored text, in lower case, satisfies the condition when it is one of `same`, fits the
// pattern, or lies in the network.
struct TextForms {
  std::vector<std::string> same = {};
  std::vector<std::string> pieces = {};  // the texts between wildcards; empty: no pattern
  // The pattern is about the digits alone; the separators of the stored text are removed first.
  bool bare = false;
  std::optional<Network> network = {};
};

// True for kinds that can be written in several ways.
bool has_forms(inventory::TextKind kind);

// nullopt: the text after `op` (one of : = != ~) is neither a value of the kind nor a part of one.
std::optional<TextForms> text_forms(inventory::TextKind kind, const Literal& literal, Operator op);

// The separator between the digits of the stored form; empty if it has none.
std::string_view separator_of(inventory::TextKind kind);

// For messages: "a hardware address", and an example of one.
std::string_view name_of(inventory::TextKind kind);
std::string_view expected_form(inventory::TextKind kind);

// True when a reader would take the word (which may have wildcards) for a value of the kind, so
// that a search for words looks in such fields too; "db*" is not taken for a hardware address.
bool reads_as(inventory::TextKind kind, const Literal& word);

// True when the whole text fits the texts between wildcards.
bool fits(std::string_view text, const std::vector<std::string>& pieces);

// True when the stored text of an IP address satisfies forms that SQL cannot compare
// (like_patterns).
bool ip_fits(const TextForms& forms, std::string_view stored);

}  // namespace muster::server::query
