// SPDX-License-Identifier: Apache-2.0
// The agents' listener: enrolment over EST (RFC 7030) and the report (model.md sections 5 and 6).
// Who asks is decided at every request, never for a connection, and only by its certificate:
// nothing in a path or a body names an agent. Any thread.
//
// Errors, as problem+json, of every route with a certificate: 401 certificate_missing; 403
// certificate_refused, certificate_expired, certificate_unknown, certificate_revoked,
// agent_unknown, agent_revoked. Of a report besides: 415 unsupported_encoding,
// unsupported_media_type; 413 body_too_large; 400 invalid_compression; those of
// server/ingest/ingest.h; 429 too_many_reports; 503 overloaded.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "server/api/agents/agent_budget.h"
#include "server/api/core/services.h"
#include "server/http/router.h"

namespace muster::server::api {

// Both outlive the routes.
std::vector<http::Route> agent_routes(Services& services, AgentBudgets& budgets);

// For ServerOptions::body_limit: what the head of a request earns. Throws where it shows already
// that the request will be refused, before megabytes are sent.
std::size_t agent_body_limit(const http::Request& request, AgentBudgets& budgets);

}  // namespace muster::server::api
