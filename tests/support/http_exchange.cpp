// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http_exchange.h"

#include "common/json/value.h"

namespace muster::test {

std::string HttpAnswer::text(std::string_view name) const {
  const Result<JsonValue> json = JsonValue::parse(body);
  return json ? json->text_at(name).value_or("") : "";
}

std::string HttpAnswer::header(const std::string& name) const {
  const auto at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 4;
  return head.substr(from, head.find("\r\n", from) - from);
}

std::string to_bytes(const HttpAsk& ask) {
  std::string bytes = ask.method + ' ' + ask.path + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& [name, value] : ask.headers)
    bytes += name + ": " + value + "\r\n";
  if (ask.method != "GET") bytes += "Content-Length: " + std::to_string(ask.body.size()) + "\r\n";
  return bytes + "\r\n" + ask.body;
}

HttpAnswer read_answer(RawClient& client) {
  const std::string bytes = client.receive_response();
  HttpAnswer answer;
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return answer;
  answer.head = bytes.substr(0, end + 2);
  answer.body = bytes.substr(end + 4);
  answer.status = std::stoi(answer.head.substr(answer.head.find(' ')));
  return answer;
}

HttpAnswer exchange(std::uint16_t port, const HttpAsk& ask, const RawTls& tls) {
  RawClient client(port);
  if (!client.start_tls(tls) || !client.send(to_bytes(ask))) return {};
  return read_answer(client);
}

}  // namespace muster::test
