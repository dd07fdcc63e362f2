// SPDX-License-Identifier: Apache-2.0
// The commands of muster, one file a group. Each file has a function that returns its declarations,
// named below and in the list in commands.cpp.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "server/cli/context.h"

namespace muster::cli {

struct Command {
  CommandSpec spec;
  int (*run)(Context&);  // returns the exit code; throws Problem
};

const std::vector<Command>& all_commands();  // in the order of --help

std::vector<Command> session_commands();
std::vector<Command> items_commands();
std::vector<Command> show_commands();
std::vector<Command> changes_commands();
std::vector<Command> compare_commands();
std::vector<Command> ticket_commands();
std::vector<Command> ticket_view_commands();
std::vector<Command> item_commands();
std::vector<Command> join_token_commands();
std::vector<Command> agent_commands();
std::vector<Command> user_commands();
std::vector<Command> token_commands();
std::vector<Command> audit_commands();
std::vector<Command> fields_commands();

// --- what several groups share

// A list of the API, as the flags ask for it.
int show_list(Context& context, const std::vector<std::string>& segments,
              const Parameters& parameters, const std::vector<Column>& columns);

// A list of the API that has no pages.
int show_whole_list(Context& context, const std::vector<std::string>& segments,
                    const std::vector<Column>& columns);

// --from and --to; Problem (kUsage) when nothing can lie between them.
void add_span(Context& context, Parameters& parameters);

// "users: not shown, personal", for what the server left out of an answer, since whoever asked may
// not read it.
void say_left_out(Context& context, const JsonValue& answer);

// How a field of a section is shown, by the unit in its name.
Kind kind_of_field(std::string_view field);

// A change of something. Under --dry-run nothing is sent, "would ..." is said, and nullopt
// returned. `what` goes on "create user ana".
std::optional<Answer> change(Context& context, const std::string& what, const std::string& method,
                             const std::vector<std::string>& segments, const std::string& body = {},
                             const Parameters& parameters = {}, const std::string& etag = {});

// Two columns without headings: what, and its value.
class Facts {
 public:
  explicit Facts(Context& context) : context_(context) { table_.headings = {"fact", "value"}; }
  void add(const std::string& name, const std::string& value, Tone tone = Tone::kPlain);
  // Left out when the object has no such member.
  void add(const std::string& name, const JsonValue& object, const std::string& member,
           Kind kind = Kind::kText);
  void write();

 private:
  Context& context_;
  Table table_;
};

// "text" or {"value":"text",...}: attributes come in either form. nullopt: absent.
std::optional<std::string> value_at(const JsonValue& object, std::string_view name);

// The array under `name`; empty when there is none.
const JsonValue::Array& array_at(const JsonValue& object, std::string_view name);

// Members whose flags were given, as JSON members: {"--owner", "owner"}.
void write_given(JsonWriter& json, const Invocation& invocation,
                 const std::vector<std::pair<const char*, const char*>>& flags);

}  // namespace muster::cli
