// SPDX-License-Identifier: Apache-2.0
#include "server/api/agent_api.h"

#include <chrono>
#include <semaphore>

#include "common/support/text.h"
#include "common/wire/compress.h"
#include "server/ca/est.h"

namespace muster::server {
namespace {

constexpr std::size_t kEnrolmentBytes = 64 * 1024;
constexpr int kNotApplicable = -1;  // Route::permission: the certificate decides

// Nearly every report is small. What unpacks to more waits for one of a few places, so that a
// handful of agents cannot take all the memory with well compressed nothing.
constexpr std::size_t kSmallReportBytes = 8 * 1024 * 1024;
constexpr int kLargeReports = 4;
constexpr std::chrono::seconds kLargeReportPatience{20};
constexpr int kOverloadRetryS = 60;

Error missing_certificate() {
  return {Status::kUnauthorized, "certificate_missing",
          "This address needs an agent's certificate: enrol the machine with a join code."};
}

tls::Certificate certificate_of(const Request& request) {
  if (!request.peer_certificate) throw missing_certificate();
  Result<tls::Certificate> certificate = tls::Certificate::from_der(request.peer_certificate->der);
  if (!certificate) {
    throw Error(Status::kForbidden, "certificate_refused",
                "The certificate cannot be read: " + certificate.failure().message);
  }
  return *std::move(certificate);
}

void require_zstd(const Request& request) {
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

void require_pkcs10(const Request& request) {
  const std::string* type = request.header("content-type");
  if (type == nullptr || !is_request_content_type(*type)) {
    throw Error(Status::kUnsupportedMediaType, "unsupported_media_type",
                "A certificate request is sent as application/pkcs10 (RFC 7030, section 4.2.1).");
  }
}

Response respond(EstAnswer answer) {
  Response response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  response.set("Content-Type", std::move(answer.content_type));
  if (answer.is_base64) response.set("Content-Transfer-Encoding", "base64");
  return response;
}

Error unpacking_error(const Failure& failure) {
  if (failure.kind == FailureKind::kTooLarge) {
    return Error(Status::kTooLarge, "body_too_large", "The report is too large: " + failure.message)
        .with("limit_bytes", static_cast<std::int64_t>(wire::kReportBytes));
  }
  return {Status::kBadRequest, "invalid_compression",
          "The report cannot be unpacked: " + failure.message};
}

class AgentApi {
 public:
  explicit AgentApi(Services& services) : services_(services) {}

  Response ca_certificates(const Request&) {
    Result<std::string> bundle = services_.authority.cacerts(services_.clock.now());
    if (!bundle) throw Error(Status::kInternal, "authority_expired", bundle.failure().message);
    return respond(est_certificates(*std::move(bundle)));
  }

  Response enroll(const Request& request) {
    require_pkcs10(request);
    const std::string* authorization = request.header("authorization");
    Enrolled enrolled =
        services_.enrolment.simple_enroll(authorization == nullptr ? std::string() : *authorization,
                                          request.body, request.peer_address, request.request_id);
    services_.log.info("enrolment", "an agent was enrolled",
                       {{"agent", enrolled.agent_id}, {"peer", request.peer_address}});
    return respond(est_enrolled(std::move(enrolled.pkcs7_base64)));
  }

  Response reenroll(const Request& request) {
    require_pkcs10(request);
    Enrolled enrolled = services_.enrolment.simple_reenroll(
        certificate_of(request), request.body, request.peer_address, request.request_id);
    services_.log.info("enrolment", "an agent's certificate was renewed",
                       {{"agent", enrolled.agent_id}, {"peer", request.peer_address}});
    return respond(est_enrolled(std::move(enrolled.pkcs7_base64)));
  }

  Response report(const Request& request) {
    const AgentPrincipal agent =
        services_.enrolment.authenticate(certificate_of(request), request.peer_address);
    require_zstd(request);
    if (const auto small = wire::decompress(request.body, kSmallReportBytes)) {
      return take_report(agent, *small, request);
    } else if (small.failure().kind != FailureKind::kTooLarge) {
      throw unpacking_error(small.failure());
    }
    const LargePlace place(large_);
    const Result<std::string> large = wire::decompress(request.body, wire::kReportBytes);
    if (!large) throw unpacking_error(large.failure());
    return take_report(agent, *large, request);
  }

 private:
  using Places = std::counting_semaphore<kLargeReports>;
  class LargePlace {
   public:
    explicit LargePlace(Places& places) : places_(places) {
      if (places_.try_acquire_for(kLargeReportPatience)) return;
      throw Error(Status::kUnavailable, "overloaded",
                  "The server is taking as many large reports as it can; try again later.")
          .retry_after(kOverloadRetryS);
    }
    ~LargePlace() { places_.release(); }
    LargePlace(const LargePlace&) = delete;
    LargePlace& operator=(const LargePlace&) = delete;

   private:
    Places& places_;
  };

  Response take_report(const AgentPrincipal& agent, std::string_view json, const Request& request) {
    return Response::json(
        wire::to_json(services_.ingest.report(agent.agent_id, json, request.peer_address)));
  }

  Services& services_;
  Places large_{kLargeReports};
};

}  // namespace

std::vector<Route> agent_routes(Services& services) {
  const auto api = std::make_shared<AgentApi>(services);
  const auto route = [&](std::string_view method, std::string pattern,
                         Response (AgentApi::*handler)(const Request&)) {
    return Route{std::string(method), std::move(pattern), kNotApplicable,
                 [api, handler](const Request& request) { return ((*api).*handler)(request); }};
  };
  const std::string est(kEstRoot);
  return {
      route("GET", est + "cacerts", &AgentApi::ca_certificates),
      route("POST", est + "simpleenroll", &AgentApi::enroll),
      route("POST", est + "simplereenroll", &AgentApi::reenroll),
      route("POST", std::string(wire::kReportPath), &AgentApi::report),
  };
}

std::size_t agent_body_limit(const Request& request) {
  if (request.path != wire::kReportPath) return kEnrolmentBytes;
  if (!request.peer_certificate) throw missing_certificate();
  if (request.peer_certificate->expired) return kEnrolmentBytes;  // the handler says what to do
  require_zstd(request);
  return wire::kReportCompressedBytes;
}

}  // namespace muster::server
