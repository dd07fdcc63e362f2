// SPDX-License-Identifier: Apache-2.0
// The server over real sockets: framing, limits, deadlines, bodies of every kind and stopping.
#include "server/http/server.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "tests/server/http/framing_cases.h"
#include "tests/server/http/server_fixture.h"

namespace muster::server::test {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A handler that holds every request until it is released.
class Held {
 public:
  auto handler() {
    return [this](const http::Request& request) {
      ++running;
      released_.wait();
      return echo(request);
    };
  }
  void release() { release_.set_value(); }

  std::atomic<int> running{0};

 private:
  std::promise<void> release_;
  const std::shared_future<void> released_ = release_.get_future().share();
};

TEST_CASE("every framing case gets its verdict over a socket, and nothing behind it is answered",
          "[http]") {
  const Server server;
  for (const FramingCase& c : framing_cases()) {
    INFO(c.name);
    RawClient client(server.port());
    client.send(c.bytes);
    client.finish_sending();
    const std::string answer = client.receive_all();
    CHECK(statuses_in(answer) == c.statuses);
    CHECK_FALSE(contains(answer, "/evil"));
  }
}

TEST_CASE("every response carries its length, date, request id and security fields", "[http]") {
  const Server server;
  const std::string answer = server.exchange(get_and_close("/a"));
  for (const char* part :
       {"HTTP/1.1 200 OK\r\n", "Content-Length: ", "Date: ", " GMT\r\n",
        "X-Request-ID: ", "Cache-Control: no-store\r\n", "X-Content-Type-Options: nosniff\r\n",
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n",
        "Connection: close\r\n"}) {
    INFO(part);
    CHECK(contains(answer, part));
  }
  CHECK_FALSE(contains(answer, "Strict-Transport-Security"));
}

TEST_CASE("a connection is kept for the next request, and pipelined requests are answered in order",
          "[http]") {
  const Server server;
  RawClient client(server.port());
  client.send(get("/one"));
  CHECK(contains(client.receive_response(), "GET /one body=0"));
  client.send(get("/two") + "PUT /three HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /" +
              get_and_close("/four"));
  CHECK(contains(client.receive_response(), "GET /two"));
  CHECK(contains(client.receive_response(), "PUT /three body=5"));
  CHECK(contains(client.receive_response(), "GET /four"));
  CHECK(client.receive().empty());
  CHECK(server.http.counters().accepted == 1);
  CHECK(server.http.counters().responses[2] == 4);
}

TEST_CASE("close_after_response ends the connection after one answer", "[http]") {
  auto options = plain_options();
  options.close_after_response = true;
  const Server server(options);
  const std::string answer = server.exchange(get("/one") + get("/two"));
  CHECK(statuses_in(answer) == std::vector<int>{200});
  CHECK(contains(answer, "Connection: close"));
}

TEST_CASE("HEAD gets the head of GET without its body", "[http]") {
  const Server server;
  RawClient client(server.port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string head = client.receive_response(true);
  CHECK(contains(head, "Content-Length: "));
  CHECK_FALSE(contains(head, "Content-Length: 0"));
  client.send(get_and_close("/next"));
  CHECK(client.receive_response().starts_with("HTTP/1.1 200"));  // so no body came in between
}

TEST_CASE("Expect: 100-continue is answered before the body, unless the body is refused",
          "[http]") {
  auto options = plain_options();
  options.limits.body_bytes = 10;
  const Server server(options);
  const auto head = [](int length) {
    return "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: "
           "close\r\nContent-Length: " +
           std::to_string(length) + "\r\n\r\n";
  };
  RawClient client(server.port());
  client.send(head(10));
  CHECK(client.receive_response(true) == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("0123456789");
  CHECK(contains(client.receive_response(), "body=10"));
  CHECK(statuses_in(server.exchange(head(11))) == std::vector<int>{413});
}

TEST_CASE("the limit of a body is exact, plain and chunked, and may depend on the request",
          "[http]") {
  auto options = plain_options();
  options.limits.body_bytes = 1;
  options.body_limit = [](const http::Request& request) -> std::size_t {
    if (request.path == "/closed") throw Error(Status::kForbidden, "not_allowed", "No.");
    return request.path == "/large" ? 1000 : 100;
  };
  const Server server(options);
  const auto post = [&](const std::string& path, std::size_t size) {
    const std::string start = "POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    const std::string body(size, 'b');
    const auto plain = statuses_in(
        server.exchange(start + "Content-Length: " + std::to_string(size) + "\r\n\r\n" + body));
    char length[20];
    std::snprintf(length, sizeof length, "%zx", size);
    const auto chunked = statuses_in(server.exchange(start + "Transfer-Encoding: chunked\r\n\r\n" +
                                                     length + "\r\n" + body + "\r\n0\r\n\r\n"));
    CHECK(plain == chunked);
    return plain.empty() ? 0 : plain.front();
  };
  CHECK(post("/small", 99) == 200);
  CHECK(post("/small", 100) == 200);
  CHECK(post("/small", 101) == 413);
  CHECK(post("/large", 1000) == 200);
  CHECK(post("/large", 1001) == 413);
  CHECK(post("/closed", 5) == 403);
}

TEST_CASE("a large body that is refused still leaves the client its answer", "[http]") {
  auto options = plain_options();
  options.limits.body_bytes = 1000;
  const Server server(options);
  const std::string answer = server.exchange(
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n" + std::string(2000000, 'b'));
  CHECK(statuses_in(answer) == std::vector<int>{413});
  CHECK(contains(answer, R"("limit_bytes":1000)"));
}

TEST_CASE("peers that stall are closed by the deadline of the phase they stall in", "[http]") {
  auto options = plain_options();
  options.limits.idle_ms = 50;
  options.limits.head_ms = 50;
  options.limits.body_ms = 50;
  const Server server(options);
  CHECK(server.exchange("").empty());  // idle: nothing to answer
  CHECK(server.http.counters().refused_deadline == 0);
  CHECK(statuses_in(server.exchange("GET /a HT")) == std::vector<int>{408});
  CHECK(statuses_in(server.exchange(get("/a") + "GET /b")) == std::vector<int>{200, 408});
  CHECK(
      statuses_in(server.exchange("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")) ==
      std::vector<int>{408});
  CHECK(statuses_in(server.exchange(
            "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab")) ==
        std::vector<int>{408});
  CHECK(server.http.counters().refused_deadline == 4);
}

TEST_CASE("head and body together have a deadline of their own", "[http]") {
  auto options = plain_options();
  options.limits.request_ms = 50;
  const Server server(options);
  CHECK(statuses_in(server.exchange("GET /a HT")) == std::vector<int>{408});
  CHECK(
      statuses_in(server.exchange("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")) ==
      std::vector<int>{408});
}

TEST_CASE("an IPv4 client of an IPv6 socket has its IPv4 address", "[http]") {
  auto options = plain_options();
  options.address = "::ffff:127.0.0.1";
  const Server server(options);
  CHECK(contains(server.exchange(get_and_close("/a")), "peer=127.0.0.1 "));
}

TEST_CASE("a byte now and then does not renew a deadline", "[http]") {
  auto options = plain_options();
  options.limits.head_ms = 200;
  const Server server(options);
  RawClient client(server.port());
  client.send("GET /a HTTP/1.1\r\n");
  // Ends because the server closes; were each byte to renew the deadline, this would never end.
  while (client.send("X: y\r\n")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(server.http.counters().refused_deadline == 1);
}

TEST_CASE("a reader that stalls is cut while it is being written to", "[http]") {
  auto options = plain_options();
  options.limits.response_ms = 100;
  options.limits.least_bytes_per_s = 1 << 30;
  const Server server(options, [](const http::Request&) {
    return http::Response::text(std::string(32 << 20, 'x'));
  });
  RawClient client(server.port());
  client.shrink_receive_buffer();
  client.send(get("/a"));
  // Without ever reading.
  CHECK(eventually([&] { return server.http.counters().open_connections == 0; }));
  CHECK(client.receive_all().size() < (32u << 20));
}

TEST_CASE("files are sent whole or in part, and never through a symbolic link", "[http]") {
  const Folder folder;
  std::string content;
  for (int i = 0; i < 200'000; ++i)
    content += static_cast<char>(i * 7 % 251);
  const std::string path = folder.write("file", content);
  std::filesystem::create_symlink(path, folder.path() / "link");
  const Server server(plain_options(), [&](const http::Request& request) {
    http::Response response = http::Response::file(path, "application/octet-stream");
    if (request.path == "/part") response.download = http::FileBody{path, 1000, 70'000};
    if (request.path == "/beyond") response.download = http::FileBody{path, 199'999, 2};
    if (request.path == "/link") response.download->path = (folder.path() / "link").string();
    if (request.path == "/folder") response.download->path = folder.path().string();
    if (request.path == "/none") response.download->path += ".not-there";
    return response;
  });
  const auto body = [&](const std::string& target) {
    const std::string answer = server.exchange(get_and_close(target));
    return answer.substr(answer.find("\r\n\r\n") + 4);
  };
  CHECK(body("/whole") == content);
  CHECK(body("/part") == content.substr(1000, 70'000));
  for (const char* target : {"/beyond", "/link", "/folder", "/none"}) {
    INFO(target);
    const std::string answer = server.exchange(get_and_close(target));
    CHECK(statuses_in(answer) == std::vector<int>{500});
    CHECK_FALSE(contains(answer, folder.path().string()));
  }
}

TEST_CASE("a streamed body comes in chunks, and one that broke off can be told from a whole one",
          "[http]") {
  const Server server(plain_options(), [](const http::Request& request) {
    return http::Response::streamed("text/event-stream",
                                    [fails = request.path == "/fails"](http::BodyWriter& out) {
                                      out.write("one\n");
                                      out.write("");
                                      if (fails) throw std::runtime_error("lost");
                                      out.write("two and more\n");
                                    });
  });
  RawClient client(server.port());
  client.send(get("/a") + get("/fails"));
  const std::string answer = client.receive_all();
  CHECK(contains(answer, "4\r\none\n\r\nd\r\ntwo and more\n\r\n0\r\n\r\n"));
  CHECK(answer.ends_with("4\r\none\n\r\n"));
  CHECK(server.exchange("GET /a HTTP/1.0\r\n\r\n").ends_with("\r\n\r\none\ntwo and more\n"));
}

TEST_CASE("a handler that throws, or answers with a broken header, is a 500 without details",
          "[http]") {
  const Server server(plain_options(), [](const http::Request& request) -> http::Response {
    if (request.path == "/throw") throw std::runtime_error("secret");
    if (request.path == "/length") return http::Response::text("x").set("Content-Length", "5");
    return http::Response::text("x").set("Location", "/a\r\nSet-Cookie: secret=1");
  });
  for (const char* target : {"/throw", "/length", "/split"}) {
    INFO(target);
    const std::string answer = server.exchange(get_and_close(target));
    CHECK(statuses_in(answer) == std::vector<int>{500});
    CHECK(contains(answer, "internal_error"));
    CHECK_FALSE(contains(answer, "secret"));
  }
}

TEST_CASE("one address gets only its share of connections; an idle one of its own makes room",
          "[http]") {
  auto options = plain_options();
  options.limits.connections_per_address = 2;
  options.limits.threads = 1;  // so that the first is idle before the second is answered
  const Server server(options);
  RawClient first(server.port());
  RawClient second(server.port());
  for (RawClient* client : {&first, &second}) {
    client->send(get("/a"));
    CHECK(statuses_in(client->receive_response()) == std::vector<int>{200});
  }
  CHECK(statuses_in(server.exchange(get_and_close("/b"))) == std::vector<int>{200});
  CHECK(server.http.counters().waited_address_limit == 1);
  CHECK(server.http.counters().displaced == 1);
  CHECK(first.receive().empty());  // the oldest
  second.send(get("/a"));
  CHECK(statuses_in(second.receive_response()) == std::vector<int>{200});
}

TEST_CASE("who waits for its address's share gets it when one of its own becomes idle", "[http]") {
  auto options = plain_options();
  options.limits.connections_per_address = 2;
  Held held;
  const Server server(options, held.handler());
  RawClient first(server.port());
  RawClient second(server.port());
  first.send(get("/a"));
  second.send(get("/a"));
  REQUIRE(eventually([&] { return held.running == 2; }));
  RawClient third(server.port());
  third.send(get_and_close("/b"));
  REQUIRE(eventually([&] { return server.http.counters().waited_address_limit == 1; }));
  // Both are answered and kept alive: the older one makes room.
  held.release();
  CHECK(statuses_in(third.receive_all()) == std::vector<int>{200});
  CHECK(server.http.counters().displaced == 1);
}

TEST_CASE("who is beyond its address's share waits for its turn, and nobody is dropped", "[http]") {
  auto options = plain_options();
  options.limits.connections_per_address = 2;
  Held held;
  const Server server(options, held.handler());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(get_and_close("/a"));
  }
  CHECK(eventually([&] { return server.http.counters().waited_address_limit == 38; }));
  CHECK(eventually([&] { return held.running == 2; }));
  held.release();
  for (const auto& client : clients)
    CHECK(statuses_in(client->receive_all()) == std::vector<int>{200});
}

TEST_CASE("silent connections cost a descriptor and nobody's turn", "[http]") {
  auto options = plain_options();
  options.limits.connections_per_address = 2;
  options.limits.threads = 2;
  const Server server(options);
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 300; ++i)
    silent.push_back(std::make_unique<RawClient>(server.port()));
  // A client sees its connection end a moment before the server has counted it out.
  const auto only_silent = [&] { return server.http.counters().open_connections == 300; };
  for (int i = 0; i < 20; ++i) {
    REQUIRE(eventually(only_silent));
    CHECK(statuses_in(server.exchange(get_and_close("/a"))) == std::vector<int>{200});
  }
  CHECK(server.http.counters().waited_address_limit == 0);
}

TEST_CASE("where there is no room, the oldest silent connection goes", "[http]") {
  auto options = plain_options();
  options.limits.connections = 3;
  const Server server(options);
  RawClient first(server.port());
  RawClient second(server.port());
  RawClient third(server.port());
  CHECK(statuses_in(server.exchange(get_and_close("/a"))) == std::vector<int>{200});
  CHECK(first.receive().empty());
  CHECK(server.http.counters().displaced == 1);
  // It had its time first: in a storm its words may be there already, unread.
  CHECK(server.http.counters().accept_paused > 0);
  second.send(get("/a"));
  CHECK(statuses_in(second.receive_response()) == std::vector<int>{200});
}

TEST_CASE("heads that come slowly hold no thread", "[http]") {
  auto options = plain_options();
  options.limits.threads = 1;
  const Server server(options);
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 30; ++i) {
    slow.push_back(std::make_unique<RawClient>(server.port()));
    slow.back()->send("GET /slow HTTP/1.1\r\nHo");
  }
  CHECK(statuses_in(server.exchange(get_and_close("/a"))) == std::vector<int>{200});
  for (const auto& client : slow) {
    client->send("st: x\r\nConnection: close\r\n\r\n");
    CHECK(statuses_in(client->receive_all()) == std::vector<int>{200});
  }
}

TEST_CASE("bodies of all connections together have a limit, and whoever finds no room is told so",
          "[http]") {
  auto options = plain_options();
  options.limits.bodies_bytes = 512 * 1024;
  const Server server(options);
  const std::string body(300 * 1024, 'b');
  const std::string head =
      "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 307200\r\n\r\n";
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(head + body);
  }
  for (const auto& client : clients)
    CHECK(statuses_in(client->receive_all()) == std::vector<int>{200});
}

TEST_CASE("connections that wait longer than is bearable for a thread are told to come back later",
          "[http]") {
  auto options = plain_options();
  options.limits.threads = 2;
  options.limits.queue_ms = 50;
  Held held;
  const Server server(options, held.handler());
  RawClient first(server.port());
  RawClient second(server.port());
  first.send(get_and_close("/a"));
  second.send(get_and_close("/a"));
  while (held.running < 2)
    std::this_thread::yield();
  const std::string answer = server.exchange(get("/a"));
  CHECK(statuses_in(answer) == std::vector<int>{503});
  CHECK(contains(answer, "Retry-After: "));
  CHECK(contains(answer, R"("code":"overloaded")"));
  held.release();
  for (RawClient* client : {&first, &second})
    CHECK(statuses_in(client->receive_all()) == std::vector<int>{200});
  CHECK(server.http.counters().refused_overload == 1);
}

TEST_CASE("stop() lets a request finish, closes idle connections and accepts no new ones",
          "[http]") {
  std::promise<void> release;
  const auto released = release.get_future().share();
  std::atomic<bool> running{false};
  Server server(plain_options(), [&](const http::Request& request) {
    if (request.path == "/wait") {
      running = true;
      released.wait();
    }
    return echo(request);
  });
  RawClient idle(server.port());
  idle.send(get("/a"));
  idle.receive_response();
  RawClient busy(server.port());
  busy.send(get("/wait"));
  while (!running)
    std::this_thread::yield();

  auto stopped = std::async(std::launch::async, [&] { return server.http.stop(20'000); });
  CHECK(idle.receive().empty());
  release.set_value();
  const std::string answer = busy.receive_all();
  CHECK(statuses_in(answer) == std::vector<int>{200});
  CHECK(contains(answer, "Connection: close"));
  CHECK(stopped.get());
  CHECK_THROWS(RawClient(server.port()));
  CHECK(server.http.stop(0));
}

TEST_CASE("stop() cuts what does not finish in time", "[http]") {
  Server server;
  RawClient stalled(server.port());
  stalled.send(get("/first") + "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
  CHECK(statuses_in(stalled.receive_response()) == std::vector<int>{200});
  CHECK_FALSE(server.http.stop(10));
  CHECK(stalled.receive_all().empty());
}

TEST_CASE("a streamed answer learns that the server is stopping", "[http]") {
  std::atomic<bool> ended{false};
  Server server(plain_options(), [&](const http::Request&) {
    return http::Response::streamed("text/event-stream", [&](http::BodyWriter& out) {
      while (out.write("tick\n"))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      CHECK_FALSE(out.is_open());
      ended = true;
    });
  });
  RawClient client(server.port());
  client.send(get("/events"));
  client.receive();
  auto reading = std::async(std::launch::async, [&] { client.receive_all(); });
  CHECK(server.http.stop(20'000));
  CHECK(ended);
}

TEST_CASE("X-Forwarded-For counts only from a trusted proxy", "[http]") {
  const std::string fields =
      "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n";
  const Server open_to_all;
  CHECK(contains(open_to_all.exchange(get("/a", fields)), "peer=127.0.0.1 scheme=http"));
  auto options = plain_options();
  options.trusted_proxies = {"127.0.0.0/8"};
  const Server behind_proxy(options);
  CHECK(contains(behind_proxy.exchange(get("/a", fields)), "peer=198.51.100.7 scheme=https"));
  // What the client claimed itself stands before what the proxy adds.
  CHECK(contains(
      behind_proxy.exchange(get("/a",
                                "X-Forwarded-For: 10.9.9.9\r\nX-Forwarded-Proto: https\r\n"
                                "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: http\r\n"
                                "Connection: close\r\n")),
      "peer=198.51.100.7 scheme=http"));
}

TEST_CASE("a PROXY header names the client, and nothing is served without one", "[http]") {
  const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);
  const std::string header =
      signature +
      std::string("\x21\x11\x00\x0c\xc6\x33\x64\x07\x7f\x00\x00\x01\x10\x00\x20\xfc", 16);
  auto options = plain_options();
  options.proxy_protocol = true;
  CHECK_THROWS_AS(Server(options), std::invalid_argument);
  options.trusted_proxies = {"127.0.0.1"};
  const Server server(options);
  CHECK(contains(server.exchange(header + get_and_close("/a")), "peer=198.51.100.7 "));
  CHECK(server.exchange(get_and_close("/a")).empty());
  CHECK(server.http.counters().refused_proxy == 1);
  options.trusted_proxies = {"192.0.2.1"};
  const Server elsewhere(options);
  CHECK(elsewhere.exchange(header + get_and_close("/a")).empty());
}

TEST_CASE("an address that is taken is refused by name", "[http]") {
  const Server server;
  auto options = plain_options();
  options.port = server.port();
  CHECK_THROWS_WITH(Server(options), Catch::Contains(std::to_string(server.port())));
}

}  // namespace
}  // namespace muster::server::test
