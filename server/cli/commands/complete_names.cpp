// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "server/cli/commands/commands.h"
#include "server/cli/commands/complete.h"

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

NameSource server_names(World& world) {
  return [&world](NameKind kind, const std::string& prefix) -> std::vector<std::string> {
    try {
      Access access = access_of(Invocation(), world.environment);
      if (access.token.empty()) return {};
      access.connection.timeout_s = kCompletionTimeoutS;
      const auto client = world.connect(access.connection);
      Api api(*client, access.token);
      return names_of(api, kind, prefix);
    } catch (const std::exception&) {
      return {};
    }
  };
}

}  // namespace muster::cli
