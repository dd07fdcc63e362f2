// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/complete_names.h"

#include <algorithm>
#include <utility>

#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

constexpr int kCompletionTimeoutS = 2;
constexpr std::size_t kMostNames = 200;

std::vector<std::string> members(const JsonValue::Array& objects, const char* name) {
  std::vector<std::string> found;
  for (const JsonValue& each : objects) {
    const JsonValue* value = each.find(name);
    if (value != nullptr && !value->is_null()) found.push_back(plain_text(*value));
  }
  return found;
}

// The query language takes these in a value without quotes.
bool is_plain(const std::string& prefix) {
  return std::all_of(prefix.begin(), prefix.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

std::vector<std::string> item_names(Api& api, const std::string& prefix) {
  Parameters parameters;
  if (!prefix.empty() && is_plain(prefix)) parameters.emplace_back("q", "name:" + prefix + "*");
  return members(api.list({"items"}, parameters, kMostNames).rows, "name");
}

std::vector<std::string> ticket_numbers(Api& api, const std::string& prefix) {
  const auto open = members(api.list({"tickets"}, {{"state", "open"}}, kMostNames).rows, "number");
  const bool has_one = std::any_of(open.begin(), open.end(), [&](const std::string& number) {
    return number.starts_with(prefix);
  });
  if (has_one) return open;
  return members(api.list({"tickets"}, {}, kMostNames).rows, "number");
}

std::vector<std::string> names_of(Api& api, NameKind kind, const std::string& prefix) {
  switch (kind) {
    case NameKind::kItem:
      return item_names(api, prefix);
    case NameKind::kTicket:
      return ticket_numbers(api, prefix);
    case NameKind::kSection:
      return members(api.whole_list({"sections"}).rows, "name");
    case NameKind::kClass:
      return members(api.whole_list({"classes"}).rows, "name");
    case NameKind::kField:
      return members(api.whole_list({"query", "fields"}).rows, "name");
    case NameKind::kUser:
      return members(api.list({"users"}, {}, kMostNames).rows, "name");
    case NameKind::kToken:
      return members(api.list({"tokens"}, {}, kMostNames).rows, "token_id");
    case NameKind::kJoinToken:
      return members(api.list({"join-tokens"}, {}, kMostNames).rows, "token_id");
    case NameKind::kWaitingAgent:
      return members(api.whole_list({"agents", "waiting"}).rows, "agent_id");
  }
  return {};
}

}  // namespace

Offered offered_for(const CommandSpec* command, std::string_view name) {
  const std::string_view words = command == nullptr ? std::string_view() : command->words;
  if (name == "--state" && words == "ticket list")
    return {{"open", "new", "in_progress", "on_hold", "resolved", "closed"}};
  if (name == "--state" && words == "agent list") return {{"active", "revoked", "superseded"}};
  if (name == "ROLE") return {{"requester", "viewer", "technician", "admin"}};
  if (name == "SECTION") return {{"class"}, NameKind::kSection};
  if (name == "TOKEN_ID")
    return {{}, words.starts_with("join") ? NameKind::kJoinToken : NameKind::kToken};
  if (name == "NAME") {
    const bool is_known = words.starts_with("user ") && words != "user create";
    return is_known ? Offered{{}, NameKind::kUser} : Offered{};
  }
  static constexpr std::pair<std::string_view, NameKind> kKinds[] = {
      {"ITEM", NameKind::kItem},
      {"A", NameKind::kItem},
      {"B", NameKind::kItem},
      {"AGENT", NameKind::kItem},
      {"--item", NameKind::kItem},
      {"TICKET", NameKind::kTicket},
      {"--section", NameKind::kSection},
      {"--class", NameKind::kClass},
      {"QUERY", NameKind::kField},
      {"AGENT_ID", NameKind::kWaitingAgent},
      {"--assignee", NameKind::kUser},
      {"--requester", NameKind::kUser},
      {"--actor", NameKind::kUser},
      {"--user", NameKind::kUser}};
  for (const auto& [known, kind] : kKinds) {
    if (name == known) return {{}, kind};
  }
  return {};
}

ValueSource server_names(World& world) {
  return [&world](const CommandSpec* command, std::string_view name,
                  const std::string& prefix) -> std::vector<std::string> {
    Offered offered = offered_for(command, name);
    if (!offered.names) return offered.words;
    try {
      Access access = access_of(Invocation(), world.environment);
      if (access.token.empty()) return offered.words;
      access.connection.timeout_s = kCompletionTimeoutS;
      const auto client = world.connect(access.connection);
      Api api(*client, access.token);
      for (const std::string& found : names_of(api, *offered.names, prefix))
        offered.words.push_back(found + (offered.names == NameKind::kField ? ":" : ""));
    } catch (const std::exception&) {
      return offered.words;
    }
    return offered.words;
  };
}

}  // namespace muster::cli
