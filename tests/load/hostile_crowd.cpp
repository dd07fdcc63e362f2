// SPDX-License-Identifier: Apache-2.0
#include "tests/load/hostile_crowd.h"

#include "common/wire/compress.h"
#include "tests/load/reporting.h"
#include "tests/support/http_exchange.h"
#include "tests/support/raw_client.h"
#include "tests/support/test_certificates.h"

namespace muster::load {
namespace {

// A slow socket sends a byte now and then, so that it is neither idle nor done.
constexpr auto kSlowPace = std::chrono::milliseconds(500);

std::string status_of(test::RawClient& client) {
  const test::HttpAnswer answer = test::read_answer(client);
  return answer.status == 0 ? "connection ended" : std::to_string(answer.status);
}

}  // namespace

HostileCrowd::HostileCrowd(HostileOptions options) : options_(std::move(options)) {
  const test::TestCa foreign("Foreign CA");
  const auto issued =
      foreign.issue({.common_name = "stranger",
                     .alternative_names = "URI:urn:uuid:00000000-0000-4000-8000-000000000000",
                     .extended_usage = "clientAuth"});
  foreign_certificate_ = issued.certificate_pem;
  foreign_key_ = issued.key_pem;
  certificate_ = options_.accomplice->certificate.to_pem();
  key_ = options_.accomplice->key.to_pem();
  threads_.emplace_back([this] { run(&HostileCrowd::garbage, 20); });
  threads_.emplace_back([this] { run(&HostileCrowd::foreign_certificate, 50); });
  threads_.emplace_back([this] { run(&HostileCrowd::oversize, 100); });
  threads_.emplace_back([this] { run(&HostileCrowd::no_report, 50); });
  threads_.emplace_back([this] { run(&HostileCrowd::replay, 50); });
  threads_.emplace_back([this] { run(&HostileCrowd::hold_slow_sockets, 10); });
}

HostileCrowd::~HostileCrowd() {
  stop();
}

std::map<std::string, std::uint64_t> HostileCrowd::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_)
    thread.join();
  threads_.clear();
  return std::move(tried_);
}

void HostileCrowd::note(const std::string& what) {
  const std::lock_guard lock(mutex_);
  ++tried_[what];
}

void HostileCrowd::run(void (HostileCrowd::*attack)(), int pause_ms) {
  while (!stopping_) {
    try {
      (this->*attack)();
    } catch (const std::exception& error) {
      note(error.what());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
  }
}

void HostileCrowd::garbage() {
  test::RawClient client(options_.port);
  client.send("GET / HTTP/1.0\r\n\r\n\x80\x80\x01\x03\x01 this is no TLS");
  client.finish_sending();
  client.receive_all();
  note("no TLS: connection ended");
}

void HostileCrowd::foreign_certificate() {
  test::RawClient client(options_.port);
  client.start_tls({.certificate_pem = foreign_certificate_, .key_pem = foreign_key_});
  client.send(report_request("x"));
  note("foreign certificate: " + status_of(client));
}

void HostileCrowd::as_accomplice(const char* name, const std::string& bytes) {
  test::RawClient client(options_.port);
  if (!client.start_tls({.certificate_pem = certificate_, .key_pem = key_})) {
    note(std::string(name) + ": no handshake");
    return;
  }
  client.send(bytes);
  note(std::string(name) + ": " + status_of(client));
}

void HostileCrowd::oversize() {
  as_accomplice("oversize",
                "POST /agent/v1/report HTTP/1.1\r\nHost: x\r\nContent-Encoding: zstd\r\n"
                "Content-Length: 1000000000\r\n\r\nx");
}

void HostileCrowd::no_report() {
  as_accomplice("no report", report_request(wire::compress("{\"format\":1,\"sequence\":[[[")));
}

void HostileCrowd::replay() {
  as_accomplice("replay", options_.old_report);
}

// All its life: sockets that say a little TLS, or nothing, very slowly.
void HostileCrowd::hold_slow_sockets() {
  std::vector<std::unique_ptr<test::RawClient>> sockets;
  while (!stopping_) {
    for (auto& socket : sockets) {
      if (socket->send("\x16")) continue;
      note("slow socket: connection ended");
      socket = std::make_unique<test::RawClient>(options_.port);
    }
    for (int i = 0; i < 20 && sockets.size() < static_cast<std::size_t>(options_.slow_sockets); ++i)
      sockets.push_back(std::make_unique<test::RawClient>(options_.port));
    std::this_thread::sleep_for(kSlowPace);
  }
}

}  // namespace muster::load
