// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/join_code.h"

#include <catch2/catch.hpp>
#include <cctype>

#include "common/support/digest.h"
#include "common/support/text.h"
#include "tests/common/crypto/support.h"

namespace muster::crypto {
using namespace muster::crypto_test;
using Catch::Contains;

namespace {

JoinCode example() {
  return {"cmdb.example.org", 8444, sha256_hex("key"), "mst_k7wq2m4xpa.b3n5v8x2c9"};
}

}  // namespace

TEST_CASE("a join code carries address, key hash and token", "[tls][join]") {
  for (const char* const host : {"cmdb.example.org", "cmdb", "192.0.2.7", "2001:db8::1"}) {
    JoinCode code = example();
    code.host = host;
    for (const int port : {1, 443, 8444, 65535}) {
      code.port = static_cast<std::uint16_t>(port);
      for (const std::size_t length : {1U, 2U, 3U, 4U, 5U, 26U, 128U}) {
        code.token = std::string(length, 't');
        const auto text = encode_join_code(code);
        REQUIRE(failure_of(text) == "");
        const auto back = parse_join_code(*text);
        REQUIRE(failure_of(back) == "");
        CHECK(*back == code);
      }
    }
  }
  CHECK(example().url() == "https://cmdb.example.org:8444");
  JoinCode v6 = example();
  v6.host = "2001:db8::1";
  CHECK(v6.url() == "https://[2001:db8::1]:8444");
}

TEST_CASE("the form of a join code stays as it is: machines out there hold them", "[tls][join]") {
  const std::string text = *encode_join_code(example());
  CHECK(text ==
        "muster1_cvrw2zdcfzsxqylnobwgkltpojttuobugq2cy4hbfn5amrxzej47ij6hwohhgngy4u4jz7ywpio4gdtt7a"
        "tlnayznvzxix3lg53xcmtngr4hayjomizw4nlwhb4deyzz57qt3zy");
}

TEST_CASE("a join code is one word for a shell and for a double click", "[tls][join]") {
  const std::string text = *encode_join_code(example());
  for (const char c : text) {
    CHECK((std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'));
  }
  CHECK(text.starts_with("muster1_"));
  CHECK(parse_join_code("\n  " + text + " \r\n").ok());
}

TEST_CASE("every change of a single character of a join code is noticed", "[tls][join]") {
  const std::string text = *encode_join_code(example());
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int c = 1; c < 256; ++c) {
      if (static_cast<char>(c) == text[i]) continue;
      std::string changed = text;
      changed[i] = static_cast<char>(c);
      // White space at an end is a cut, not a change.
      if (parse_join_code(changed).ok()) ++accepted;
    }
  }
  CHECK(accepted == 0);
}

TEST_CASE("a join code with a character lost, doubled or two swapped is noticed", "[tls][join]") {
  const std::string text = *encode_join_code(example());
  for (std::size_t i = 0; i < text.size(); ++i) {
    INFO("at " << i);
    std::string lost = text;
    lost.erase(i, 1);
    CHECK_FALSE(parse_join_code(lost).ok());
    std::string doubled = text;
    doubled.insert(i, 1, text[i]);
    CHECK_FALSE(parse_join_code(doubled).ok());
    if (i == 0 || text[i] == text[i - 1]) continue;
    std::string swapped = text;
    std::swap(swapped[i], swapped[i - 1]);
    CHECK_FALSE(parse_join_code(swapped).ok());
  }
}

TEST_CASE("what is wrong with a join code is said so that it can be mended", "[tls][join]") {
  const std::string text = *encode_join_code(example());
  for (std::size_t size = 1; size < text.size(); ++size) {
    INFO(size);
    CHECK_THAT(failure_of(parse_join_code(text.substr(0, size))), Contains("incomplete: copy it"));
  }
  const auto message = [](const std::string& code) { return failure_of(parse_join_code(code)); };
  CHECK_THAT(message(""), Contains("empty"));
  CHECK_THAT(message(text.substr(1)), Contains("from its first character"));
  CHECK_THAT(message("muster2_" + text.substr(8)), Contains("upgrade the agent"));
  CHECK_THAT(message("mst_k7wq2m4xpa.b3n5v8x2c9"), Contains("does not begin with muster1_"));
  CHECK_THAT(message(text.substr(0, 20) + "\n" + text.substr(20)), Contains("white space inside"));
  CHECK_THAT(message(text + "abcdefgh"), Contains("behind its end"));
  CHECK_THAT(message(text + std::string(2000, 'a')), Contains("too long"));
  std::string upper = text;
  upper[40] = static_cast<char>(std::isalpha(static_cast<unsigned char>(upper[40])) ? 'Q' : '1');
  CHECK_THAT(message(upper), Contains("wrong character"));
}

TEST_CASE("a join code is not made of what could not be read back", "[tls][join]") {
  const auto refused = [](auto change) {
    JoinCode code = example();
    change(code);
    return !encode_join_code(code).ok();
  };
  CHECK(refused([](JoinCode& code) { code.host = ""; }));
  CHECK(refused([](JoinCode& code) { code.host = "a b"; }));
  CHECK(refused([](JoinCode& code) { code.host = "https://a"; }));
  CHECK(refused([](JoinCode& code) { code.host = "[::1]"; }));
  CHECK(refused([](JoinCode& code) { code.port = 0; }));
  CHECK(refused([](JoinCode& code) { code.token = ""; }));
  CHECK(refused([](JoinCode& code) { code.token = "a b"; }));
  CHECK(refused([](JoinCode& code) { code.token = std::string(129, 'a'); }));
  CHECK(refused([](JoinCode& code) { code.ca_spki_sha256_hex.pop_back(); }));
  CHECK(refused([](JoinCode& code) { code.ca_spki_sha256_hex = "x"; }));
}

TEST_CASE("an address in a join code has one spelling", "[tls][join]") {
  const auto with_address = [](const std::string& address) {
    std::string content(1, static_cast<char>(address.size()));
    content += address + sha256("key") + '\x03' + "mst";
    content += sha256("muster1_" + content).substr(0, 4);
    return parse_join_code("muster1_" + to_base32(content)).ok();
  };
  CHECK(with_address("cmdb.example.org:8444"));
  CHECK(with_address("[2001:db8::1]:8444"));
  CHECK_FALSE(with_address("cmdb.example.org:08444"));
  CHECK_FALSE(with_address("[cmdb.example.org]:8444"));
  CHECK_FALSE(with_address("2001:db8::1:8444"));
}

}  // namespace muster::crypto
