// SPDX-License-Identifier: Apache-2.0
// Case 15: enrolment: a token that is expired, revoked, used up or forged; 100 uses of a one-use
// token at once; requests with CA:TRUE, a foreign UUID, more names, RSA with 1024 bits, a broken
// signature; renewing as another agent; EST operations that nobody wrote. Expected: exactly one
// certificate for one use; every field of it is set by the server; everything that is not listed is
// refused. Not covered: nothing known.
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <atomic>

#include "common/crypto/certificate.h"
#include "common/crypto/pkcs7.h"
#include "common/crypto/request.h"
#include "server/store/sqlite.h"
#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

namespace {

template <class T, void (*Free)(T*)>
struct Freer {
  void operator()(T* it) const { Free(it); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Csr = std::unique_ptr<X509_REQ, Freer<X509_REQ, X509_REQ_free>>;

std::string base64_of(X509_REQ* request) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_REQ(request, &der);
  const std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return crypto::to_base64_lines(bytes);
}

// A request that asks for all that it must not get.
std::string greedy_request(EVP_PKEY* key) {
  const Csr request(X509_REQ_new());
  X509_REQ_set_pubkey(request.get(), key);
  X509_NAME* name = X509_REQ_get_subject_name(request.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  STACK_OF(X509_EXTENSION)* extensions = sk_X509_EXTENSION_new_null();
  for (const auto& [id, value] : std::vector<std::pair<int, const char*>>{
           {NID_basic_constraints, "critical,CA:TRUE"},
           {NID_key_usage, "keyCertSign,cRLSign,digitalSignature"},
           {NID_ext_key_usage, "serverAuth,clientAuth"},
           {NID_subject_alt_name,
            "DNS:localhost,URI:urn:uuid:00000000-0000-4000-8000-000000000001"}}) {
    sk_X509_EXTENSION_push(extensions, X509V3_EXT_conf_nid(nullptr, nullptr, id, value));
  }
  X509_REQ_add_extensions(request.get(), extensions);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  X509_REQ_sign(request.get(), key, EVP_sha256());
  return base64_of(request.get());
}

HttpAnswer enrol(Attacked& here, const std::string& token, const std::string& request) {
  return here.ask_agents({.method = "POST",
                          .path = "/.well-known/est/simpleenroll",
                          .headers = {{"Content-Type", "application/pkcs10"},
                                      {"Authorization", "Basic " + to_base64("muster:" + token)}},
                          .body = request});
}

}  // namespace

TEST_CASE("15 a join token that is used up, expired, revoked or forged enrols nobody", "[abuse]") {
  Attacked here;
  const std::string once = here.server.join_code("{\"max_uses\":1}");
  CHECK(WireAgent(here.server, "first").enroll(once).status == 200);
  const HttpAnswer second = WireAgent(here.server, "second").enroll(once);
  CHECK(second.status == 401);
  CHECK(second.text("code") == "token_used_up");

  const HttpAnswer made = here.server.ask_as_admin(
      {.method = "POST", .path = "/api/v1/join-tokens", .body = "{\"max_uses\":5}"});
  const std::string id = made.text("token_id");
  CHECK(
      here.server.ask_as_admin({.method = "DELETE", .path = "/api/v1/join-tokens/" + id}).status ==
      204);
  CHECK(WireAgent(here.server, "third").enroll(made.text("join_code")).text("code") ==
        "token_revoked");

  if (std::filesystem::exists(here.server.data() / "muster.db")) {
    const std::string late = here.server.join_code();
    server::store::open_sqlite((here.server.data() / "muster.db").string(), false)
        ->connect(false, 0)
        ->execute("UPDATE join_tokens SET expires_at = 1 WHERE uses = 0 AND revoked_at IS NULL");
    CHECK(WireAgent(here.server, "late").enroll(late).text("code") == "token_expired");
  }
  crypto::JoinCode forged = crypto::parse_join_code(once).value();
  forged.token.back() = forged.token.back() == 'a' ? 'b' : 'a';
  CHECK(WireAgent(here.server, "fourth")
            .enroll(crypto::encode_join_code(forged).value())
            .text("code") == "token_unknown");
  here.check_unharmed();
}

TEST_CASE("15 of a hundred uses of a one-use token at once, one gets a certificate", "[abuse]") {
  Attacked here;
  const std::string code = here.server.join_code("{\"max_uses\":1}");
  std::atomic<int> given{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 5; ++n) {
        WireAgent agent(here.server, "racer-" + std::to_string(i));
        const HttpAnswer answer = agent.enroll(code);
        given += answer.status == 200 ? 1 : 0;
        refused += answer.status == 401 ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  CHECK(given == 1);
  CHECK(refused == 99);
  const HttpAnswer agents = here.server.ask_as_admin({.path = "/api/v1/agents"});
  const auto json = JsonValue::parse(agents.body).value();
  CHECK(json.find("data")->array()->size() == 1);
  here.check_unharmed();
}

TEST_CASE("15 of a certificate request only the public key counts", "[abuse]") {
  Attacked here;
  const std::string token = crypto::parse_join_code(here.server.join_code()).value().token;
  const Key key(EVP_EC_gen("P-256"));
  const HttpAnswer answer = enrol(here, token, greedy_request(key.get()));
  REQUIRE(answer.status == 200);
  const crypto::Certificate certificate = crypto::from_pkcs7(answer.body).value().front();
  const std::string der = certificate.to_der();
  const unsigned char* at = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<X509, Freer<X509, X509_free>> x509(
      d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  CHECK(X509_check_ca(x509.get()) == 0);
  CHECK(X509_get_extended_key_usage(x509.get()) == XKU_SSL_CLIENT);
  CHECK(der.find("localhost") == std::string::npos);
  CHECK(der.find("00000000-0000-4000-8000-000000000001") == std::string::npos);
  CHECK(crypto::agent_id_of(certificate).has_value());

  const Key rsa(EVP_RSA_gen(1024));
  const Key large(EVP_RSA_gen(2048));
  std::string broken =
      crypto::make_request(crypto::PrivateKey::generate().value(), "agent").value();
  broken.back() = static_cast<char>(broken.back() ^ 1);
  const std::string good =
      crypto::make_request(crypto::PrivateKey::generate().value(), "agent").value();
  for (const std::string& request :
       {greedy_request(rsa.get()), greedy_request(large.get()), crypto::to_base64_lines(broken),
        crypto::to_base64_lines(good + "x"), crypto::to_base64_lines(good.substr(0, 50)),
        std::string("!!!"), std::string(), std::string(20'000, 'A')}) {
    const HttpAnswer refused = enrol(here, token, request);
    INFO(refused.status << refused.body);
    CHECK((refused.status == 400 || refused.status == 413));
  }
  here.check_unharmed();
}

TEST_CASE("15 nobody renews as another one, and nothing else of EST is there", "[abuse]") {
  Attacked here;
  const WireAgent a = here.enrolled("alpha");
  const WireAgent b = here.enrolled("beta");
  const Key key(EVP_EC_gen("P-256"));
  HttpAsk renewal{.method = "POST",
                  .path = "/.well-known/est/simplereenroll",
                  .headers = {{"Content-Type", "application/pkcs10"}},
                  .body = greedy_request(key.get())};
  const HttpAnswer renewed = here.ask_agents(renewal, a.identity());
  REQUIRE(renewed.status == 200);
  CHECK(crypto::agent_id_of(crypto::from_pkcs7(renewed.body).value().front()).value() ==
        a.agent_id());
  CHECK(here.ask_agents(renewal).status == 401);
  RawTls mixed = a.identity();  // A's certificate with B's key
  mixed.key_pem = b.identity().key_pem;
  CHECK(here.ask_agents(renewal, mixed).status != 200);

  for (const char* path :
       {"/.well-known/est/serverkeygen", "/.well-known/est/fullcmc", "/.well-known/est/csrattrs",
        "/.well-known/est/simpleenroll/x", "/.well-known/est/label/simpleenroll",
        "/.well-known/est/", "/.well-known/est//cacerts", "/.well-known/est/%63acerts/",
        "/.well-known/est/../est/simpleenroll"}) {
    for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
      const HttpAnswer answer = here.ask_agents({.method = method, .path = path}, a.identity());
      INFO(method << ' ' << path << ' ' << answer.status);
      CHECK((answer.status == 404 || answer.status == 400 || answer.status == 405));
    }
  }
  CHECK(here.ask_agents({.path = "/.well-known/est/simpleenroll"}).status == 405);
  here.check_unharmed();
}
