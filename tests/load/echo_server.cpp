// SPDX-License-Identifier: Apache-2.0
#include "tests/load/echo_server.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/ThreadPool.h>
#include <openssl/ssl.h>
#include <signal.h>

#include <fstream>
#include <string>

#include "tests/load/measured_server.h"
#include "tests/support/program.h"

namespace muster::load {
namespace {

// An answer of muster-server to an unchanged report has 59 bytes of JSON and these headers besides
// what Poco sends by itself (Date, Content-Length, Connection).
constexpr const char* kBody = R"({"acknowledged":1,"interval_s":900})";

class EchoHandler final : public Poco::Net::HTTPRequestHandler {
 public:
  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override {
    std::string body;
    Poco::StreamCopier::copyToString(request.stream(), body);
    response.setContentType("application/json");
    response.set("Cache-Control", "no-store");
    response.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "no-referrer");
    response.set("Strict-Transport-Security", "max-age=63072000");
    response.set("X-Request-ID", "0123456789abcdef0123456789abcdef");
    response.sendBuffer(kBody, std::char_traits<char>::length(kBody));
  }
};

class EchoFactory final : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest&) override {
    return new EchoHandler;  // the server deletes it
  }
};

}  // namespace

int run_echo_server(const std::filesystem::path& certificate_file,
                    const std::filesystem::path& authority_file,
                    const std::filesystem::path& ports_file, int threads) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  Poco::Net::initializeSSL();
  Poco::Net::Context::Params parameters;
  parameters.privateKeyFile = certificate_file.string();
  parameters.certificateFile = certificate_file.string();
  parameters.caLocation = authority_file.string();
  parameters.verificationMode = Poco::Net::Context::VERIFY_STRICT;
  Poco::Net::Context::Ptr context(
      new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, parameters));
  context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_3);
  context->disableStatelessSessionResumption();
  context->enableExtendedCertificateVerification(false);
  SSL_CTX_set_num_tickets(context->sslContext(), 0);
  Poco::Net::SecureServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0), 4096, context);
  Poco::ThreadPool pool(8, threads);
  Poco::Net::HTTPServerParams::Ptr how(new Poco::Net::HTTPServerParams);
  how->setMaxThreads(threads);
  how->setMaxQueued(20'000);
  how->setKeepAlive(false);
  Poco::Net::HTTPServer server(new EchoFactory, pool, socket, how);
  server.start();
  const std::string text = "agents " + std::to_string(socket.address().port()) + "\n";
  std::ofstream(ports_file.string() + ".new") << text;
  std::filesystem::rename(ports_file.string() + ".new", ports_file);
  int number = 0;
  sigwait(&signals, &number);
  server.stopAll(true);
  pool.joinAll();
  Poco::Net::uninitializeSSL();
  return 0;
}

EchoServer::EchoServer(const std::filesystem::path& data, const std::filesystem::path& folder,
                       int threads) {
  std::filesystem::create_directories(folder);
  const auto ports = folder / "echo-ports";
  const auto log = folder / "echo.log";
  std::filesystem::remove(ports);
  process_ = test::spawn({"/proc/self/exe", "echo", data / "ca" / "agents.pem",
                          data / "ca" / "ca.pem", ports, std::to_string(threads)},
                         "/dev/null", "/dev/null", log);
  port_ = wait_for_port(ports, "agents", process_, log);
}

EchoServer::~EchoServer() {
  kill(process_, SIGTERM);
  test::wait_for(process_);
}

}  // namespace muster::load
