// SPDX-License-Identifier: Apache-2.0
#include "server/api/agents/agent_routes.h"

#include <chrono>
#include <random>

#include "common/crypto/certificate.h"
#include "common/support/text.h"
#include "common/wire/compress.h"
#include "server/ca/est.h"
#include "server/http/byte_budget.h"

namespace muster::server::api {
namespace {

constexpr std::size_t kEnrolmentBytes = 64 * 1024;

// What unpacked reports may take in memory, all threads together. A report takes its text and,
// while it is applied, its rows, which are about as much again; nearly every report is small and
// waits for nobody.
constexpr std::size_t kUnpackedBudgetBytes = 128 * 1024 * 1024;
constexpr std::size_t kUncountedReportBytes = 64 * 1024;
constexpr std::size_t kRowsFactor = 2;
constexpr std::chrono::seconds kPatience{10};
constexpr int kRetryAfterS = 30;
constexpr int kRetryJitterS = 60;

Error missing_certificate() {
  return {Status::kUnauthorized, "certificate_missing",
          "This address needs an agent's certificate: enrol the machine with a join code."};
}

crypto::Certificate certificate_of(const http::Request& request) {
  if (!request.peer_certificate) throw missing_certificate();
  Result<crypto::Certificate> certificate =
      crypto::Certificate::from_der(request.peer_certificate->der);
  if (!certificate) {
    throw Error(Status::kForbidden, "certificate_refused",
                "The certificate cannot be read: " + certificate.failure().message);
  }
  return *std::move(certificate);
}

void require_zstd(const http::Request& request) {
  const std::string* encoding = request.header("content-encoding");
  if (encoding == nullptr || lower_ascii(trim(*encoding)) != wire::kZstd) {
    throw Error(Status::kUnsupportedMediaType, "unsupported_encoding",
                "A report is compressed with zstd and says so in Content-Encoding.")
        .with_header("Accept-Encoding", std::string(wire::kZstd));
  }
  const std::string* type = request.header("content-type");
  if (type != nullptr &&
      lower_ascii(trim(std::string_view(*type).substr(0, type->find(';')))) != "application/json") {
    throw Error(Status::kUnsupportedMediaType, "unsupported_media_type",
                "A report is application/json.");
  }
}

void require_pkcs10(const http::Request& request) {
  const std::string* type = request.header("content-type");
  if (type == nullptr || !ca::is_request_content_type(*type)) {
    throw Error(Status::kUnsupportedMediaType, "unsupported_media_type",
                "A certificate request is sent as application/pkcs10 (RFC 7030, section 4.2.1).");
  }
}

http::Response respond(ca::EstAnswer answer) {
  http::Response response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  response.set("Content-Type", std::move(answer.content_type));
  if (answer.is_base64) response.set("Content-Transfer-Encoding", "base64");
  return response;
}

Error too_large() {
  return Error(Status::kTooLarge, "body_too_large",
               "The report is too large: it unpacks to more than " +
                   std::to_string(wire::kReportBytes) + " bytes")
      .with("limit_bytes", static_cast<std::int64_t>(wire::kReportBytes));
}

Error unpacking_error(const Failure& failure) {
  if (failure.kind == FailureKind::kTooLarge) return too_large();
  return {Status::kBadRequest, "invalid_compression",
          "The report cannot be unpacked: " + failure.message};
}

class AgentApi {
 public:
  AgentApi(Services& services, AgentBudgets& budgets) : services_(services), budgets_(budgets) {}

  http::Response ca_certificates(const http::Request&) {
    Result<std::string> bundle = services_.authority.cacerts(services_.clock.now());
    if (!bundle) throw Error(Status::kInternal, "authority_expired", bundle.failure().message);
    return respond(ca::est_certificates(*std::move(bundle)));
  }

  http::Response enroll(const http::Request& request) {
    require_pkcs10(request);
    const std::string* authorization = request.header("authorization");
    ca::Enrolled enrolled =
        services_.enrolment.simple_enroll(authorization == nullptr ? std::string() : *authorization,
                                          request.body, request.peer_address, request.request_id);
    services_.log.info("enrolment", "an agent was enrolled",
                       {{"agent", enrolled.agent_id}, {"peer", request.peer_address}});
    return respond(ca::est_enrolled(std::move(enrolled.pkcs7_base64)));
  }

  http::Response reenroll(const http::Request& request) {
    require_pkcs10(request);
    ca::Enrolled enrolled = services_.enrolment.simple_reenroll(
        certificate_of(request), request.body, request.peer_address, request.request_id);
    services_.log.info("enrolment", "an agent's certificate was renewed",
                       {{"agent", enrolled.agent_id}, {"peer", request.peer_address}});
    return respond(ca::est_enrolled(std::move(enrolled.pkcs7_base64)));
  }

  http::Response report(const http::Request& request) {
    if (!request.peer_certificate) throw missing_certificate();
    const ca::AgentPrincipal agent = services_.enrolment.authenticate(
        std::string_view(request.peer_certificate->der), request.peer_address);
    require_zstd(request);
    const auto now = std::chrono::steady_clock::now();
    budgets_.take_report(agent.agent_id, now);
    const std::size_t bytes = size_of(request.body);
    budgets_.take_bytes(agent.agent_id, static_cast<std::int64_t>(bytes), now);
    http::ByteBudget::Share share(unpacked_);
    if (bytes > kUncountedReportBytes) take_room(share, bytes * kRowsFactor);
    const Result<std::string> json = wire::decompress(request.body, bytes);
    if (!json) throw unpacking_error(json.failure());
    return take_report(agent, *json, request);
  }

 private:
  // The frame may say how much comes out; if not, it is unpacked once for nothing, with its window
  // counted.
  std::size_t size_of(const std::string& body) {
    const Result<wire::FrameSize> frame = wire::frame_size(body);
    if (!frame) throw unpacking_error(frame.failure());
    if (const auto content = frame->content_bytes) {
      if (*content > wire::kReportBytes) throw too_large();
      return static_cast<std::size_t>(*content);
    }
    http::ByteBudget::Share window(unpacked_);
    take_room(window, static_cast<std::size_t>(frame->window_bytes));
    const Result<std::size_t> size = wire::unpacked_size(body, wire::kReportBytes);
    if (!size) throw unpacking_error(size.failure());
    return *size;
  }

  static void take_room(http::ByteBudget::Share& share, std::size_t bytes) {
    if (share.grow(bytes, std::chrono::steady_clock::now() + kPatience)) return;
    thread_local std::minstd_rand chance{std::random_device{}()};
    throw Error(Status::kUnavailable, "overloaded",
                "The server is taking as many large reports as it can; try again later.")
        .retry_after(kRetryAfterS + std::uniform_int_distribution<int>(0, kRetryJitterS)(chance));
  }

  http::Response take_report(const ca::AgentPrincipal& agent, std::string_view json,
                             const http::Request& request) {
    return http::Response::json(
        wire::to_json(services_.ingest.report(agent.agent_id, json, request.peer_address)));
  }

  Services& services_;
  AgentBudgets& budgets_;
  http::ByteBudget unpacked_{kUnpackedBudgetBytes};
};

}  // namespace

std::vector<http::Route> agent_routes(Services& services, AgentBudgets& budgets) {
  const auto api = std::make_shared<AgentApi>(services, budgets);
  const auto route = [&](std::string_view method, std::string pattern, http::Access access,
                         http::Response (AgentApi::*handler)(const http::Request&)) {
    return http::Route{
        std::string(method), std::move(pattern), access,
        [api, handler](const http::Request& request) { return ((*api).*handler)(request); }};
  };
  const std::string est(ca::kEstRoot);
  // A join token to enrol with, and the certificate that was issued for it ever after.
  const http::Access machine = http::Access::other_credentials();
  return {
      route("GET", est + "cacerts", http::Access::open(), &AgentApi::ca_certificates),
      route("POST", est + "simpleenroll", machine, &AgentApi::enroll),
      route("POST", est + "simplereenroll", machine, &AgentApi::reenroll),
      route("POST", std::string(wire::kReportPath), machine, &AgentApi::report),
  };
}

std::size_t agent_body_limit(const http::Request& request, AgentBudgets& budgets) {
  if (request.path != wire::kReportPath) return kEnrolmentBytes;
  if (!request.peer_certificate) throw missing_certificate();
  if (request.peer_certificate->expired) return kEnrolmentBytes;  // the handler says what to do
  require_zstd(request);
  // The listener has checked the certificate's chain, so the name in it is ours.
  const auto agent_id = crypto::agent_id_of(request.peer_certificate->uris);
  if (agent_id) budgets.check(*agent_id, std::chrono::steady_clock::now());
  return wire::kReportCompressedBytes;
}

}  // namespace muster::server::api
