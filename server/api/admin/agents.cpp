// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <span>

#include "common/crypto/join_code.h"
#include "common/support/text.h"
#include "server/api/admin/downloads.h"
#include "server/api/core/handlers.h"
#include "server/ca/agents.h"
#include "server/ca/enrolment.h"
#include "server/ca/join_tokens.h"
#include "server/cmdb/item_fields.h"
#include "server/store/read_point.h"

namespace muster::server::api {
namespace {

constexpr std::int64_t kLeastLifetimeS = 60;
constexpr std::string_view kAgentStates[] = {"active", "superseded", "revoked"};
constexpr std::string_view kAgentPackage = "muster-agent.deb";

std::string_view state_of(const ca::JoinToken& token, Instant now) {
  if (token.revoked_at) return "revoked";
  if (token.uses >= token.max_uses) return "used_up";
  return token.expires_at <= now ? "expired" : "usable";
}

void write_join_token(JsonWriter& json, const ca::JoinToken& token, Instant now) {
  json.member("token_id", token.id)
      .member("state", state_of(token, now))
      .member("note", token.note)
      .member("created_at", token.created_at);
  json.member("created_by", token.created_by).member("expires_at", token.expires_at);
  json.member("max_uses", token.max_uses)
      .member("uses", token.uses)
      .member("revoked_at", token.revoked_at);
}

// The names of the items for which agents report, by the items' ids.
using ItemNames = std::map<std::int64_t, std::string>;

ItemNames names_of_items(store::Transaction& transaction, std::span<const ca::AgentRecord> agents,
                         Instant now) {
  std::vector<std::int64_t> ids;
  for (const ca::AgentRecord& agent : agents) {
    if (agent.item_id) ids.push_back(*agent.item_id);
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  ItemNames names;
  if (ids.empty()) return names;
  for (const cmdb::ItemSummary& item : cmdb::item_summaries(
           transaction, ids, store::read_point(transaction, std::nullopt, std::nullopt, now)))
    names.emplace(item.item_id, item.name);
  return names;
}

void write_agent(JsonWriter& json, const ca::AgentRecord& agent, const ItemNames& names) {
  json.begin_object().member("agent_id", agent.agent_id).member("state", agent.state);
  json.member("item_id", agent.item_id);
  if (const auto name = names.find(agent.item_id.value_or(0)); name != names.end())
    json.member("item_name", name->second);
  json.member("enrolled_at", agent.enrolled_at);
  json.member("enrolled_with", agent.enrolled_with).member("enrolled_from", agent.enrolled_from);
  json.member("state_changed_at", agent.state_changed_at)
      .member("state_changed_by", agent.state_changed_by);
  json.member("state_reason", agent.state_reason).member("reported_at", agent.reported_at);
  json.member("agent_version", agent.agent_version).member("address", agent.address);
  json.member("interval_s", agent.interval_s)
      .member("certificate_until", agent.certificate_until)
      .end_object();
}

http::Response agent_answer(const Call& call, const ca::AgentRecord& agent) {
  const auto names =
      call.services.store.read_value<ItemNames>([&](store::Transaction& transaction) {
        return names_of_items(transaction, {&agent, 1}, call.now());
      });
  JsonWriter json;
  write_agent(json, agent, names);
  return http::Response::json(std::move(json).text());
}

// "https://host:8444" and the authority's key and the token, as the one string that a machine
// needs.
std::string join_code_for(const Services& services, const std::string& token) {
  std::string_view rest = services.settings.agents_url;
  rest.remove_prefix(std::min(rest.size(), std::string_view("https://").size()));
  const std::size_t colon = rest.rfind(':');
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);  // IPv6
  const auto port =
      colon == std::string_view::npos ? std::nullopt : parse_integer(rest.substr(colon + 1));
  const Result<std::string> code = crypto::encode_join_code(
      {.host = std::string(host),
       .port = static_cast<std::uint16_t>(port.value_or(443)),
       .ca_spki_sha256_hex = services.authority.spki_pin(services.clock.now()),
       .token = token});
  if (!code)
    throw Error(Status::kInternal, "agents_url_invalid",
                "No join code can be made: " + code.failure().message);
  return *code;
}

// What to type, as root, on the machine that is to be enrolled. The package may come over a
// connection that nothing vouches for, since it is installed only when its SHA-256 is the one
// printed here: the lines are one command, so that pasting them all stops where one fails, and the
// file lies in a folder of its own, where nobody can exchange it between the check and the
// installation. The folder is readable because apt reads packages as another user.
void write_commands(JsonWriter& json, Services& services, const std::string& join_code) {
  json.key("install_commands").begin_array();
  for (const Download& download : Downloads(services.settings.downloads_directory).list()) {
    if (download.name != kAgentPackage) continue;
    const std::string url = services.settings.public_url + "/downloads/" + download.name;
    json.value("cd \"$(mktemp -d)\" && chmod 755 . &&");
    json.value("{ curl -fsSk -o " + download.name + ' ' + url +
               " || wget -q --no-check-certificate -O " + download.name + ' ' + url + "; } &&");
    json.value("echo '" + download.sha256 + "  " + download.name +
               "' | sha256sum --check --strict &&");
    json.value("apt-get install -y --no-install-recommends ./" + download.name);
  }
  json.end_array();
  json.member("enrol_command", "echo '" + join_code + "' | muster-agent enroll -");
}

}  // namespace

http::Response list_join_tokens(Call& call) {
  const ca::JoinTokenPage page =
      call.services.store.read_value<ca::JoinTokenPage>([&](store::Transaction& transaction) {
        return ca::list_join_tokens(transaction, call.limit(), call.text("cursor"));
      });
  return list_answer(call, page.next, [&](JsonWriter& json) {
    for (const ca::JoinToken& token : page.tokens) {
      json.begin_object();
      write_join_token(json, token, call.now());
      json.end_object();
    }
  });
}

http::Response add_join_token(Call& call) {
  const JsonValue body = call.body({"note", "expires_in_s", "max_uses"});
  ca::NewJoinToken wanted;
  wanted.note = text_member(body, "note");
  wanted.max_uses = integer_member(body, "max_uses", 1, ca::kMaxJoinTokenUses).value_or(1);
  if (const auto seconds =
          integer_member(body, "expires_in_s", kLeastLifetimeS, ca::kMaxJoinTokenLifetimeMs / 1000))
    wanted.expires_at = call.now() + *seconds * 1000;
  const ca::CreatedJoinToken created =
      call.services.store.write_value<ca::CreatedJoinToken>([&](store::Transaction& transaction) {
        return ca::create_join_token(transaction, call.now(), call.actor(), wanted);
      });
  const std::string code = join_code_for(call.services, created.text);
  JsonWriter json;
  json.begin_object();
  write_join_token(json, created.token, call.now());
  json.member("join_code", code);
  write_commands(json, call.services, code);
  json.end_object();
  return http::Response::json(std::move(json).text(), 201);
}

http::Response remove_join_token(Call& call) {
  call.services.enrolment.revoke_join_token(call.actor(), call.request.path_parameter("token_id"));
  return http::Response::empty();
}

http::Response list_agents(Call& call) {
  ca::AgentFilter filter;
  filter.state = call.text("state");
  if (filter.state && std::ranges::find(kAgentStates, *filter.state) == std::end(kAgentStates)) {
    throw Error(Status::kBadRequest, "invalid_parameter",
                "A state is active, superseded or revoked.")
        .at("state");
  }
  filter.limit = call.limit();
  filter.cursor = call.text("cursor");
  ca::AgentPage page;
  ItemNames names;
  call.services.store.read([&](store::Transaction& transaction) {
    page = ca::list_agents(transaction, filter);
    names = names_of_items(transaction, page.agents, call.now());
  });
  return list_answer(call, page.next, [&](JsonWriter& json) {
    for (const ca::AgentRecord& agent : page.agents)
      write_agent(json, agent, names);
  });
}

http::Response show_agent(Call& call) {
  return agent_answer(
      call, call.services.store.read_value<ca::AgentRecord>([&](store::Transaction& transaction) {
        return ca::get_agent(transaction, call.request.path_parameter("agent_id"));
      }));
}

http::Response revoke_agent(Call& call) {
  const JsonValue body = call.body({"reason"});
  return agent_answer(call, call.services.enrolment.revoke_agent(
                                call.actor(), call.request.path_parameter("agent_id"),
                                required_text(body, "reason")));
}

http::Response list_waiting_agents(Call& call) {
  const auto waiting = call.services.store.read_value<std::vector<ca::WaitingAgent>>(
      [&](store::Transaction& transaction) { return ca::list_waiting(transaction, 500); });
  return list_answer(call, std::nullopt, [&](JsonWriter& json) {
    for (const ca::WaitingAgent& agent : waiting) {
      json.begin_object().member("agent_id", agent.agent_id).member("serial", agent.serial);
      json.member("not_after", agent.not_after).member("first_seen_at", agent.first_seen_at);
      json.member("last_seen_at", agent.last_seen_at).member("address", agent.address).end_object();
    }
  });
}

http::Response approve_agent(Call& call) {
  return agent_answer(
      call, call.services.store.write_value<ca::AgentRecord>([&](store::Transaction& transaction) {
        return ca::approve_waiting(transaction, call.now(), call.actor(),
                                   call.request.path_parameter("agent_id"));
      }));
}

}  // namespace muster::server::api
