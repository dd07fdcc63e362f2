// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/network/rtnetlink.h"

#include <catch2/catch.hpp>

#include "common/support/text.h"
#include "tests/support/agent/netlink_dump.h"

namespace muster::agent {
namespace {

using test_netlink::attribute;
using test_netlink::message;
using test_netlink::number;

std::string hex(std::string_view text) {
  return from_hex(text).value();
}

}  // namespace

TEST_CASE("rtnetlink: links have a name, a kind and the address they came with", "[netlink]") {
  const auto links = collect::parse_link_dump(
      test_netlink::link(1, "lo") + test_netlink::link(2, "eth0", "", hex("001122334455")) +
      test_netlink::link(9, "br-lan", "bridge", "", false));
  REQUIRE(links);
  REQUIRE(links->size() == 3);
  CHECK((*links)[1].index == 2);
  CHECK((*links)[1].name == "eth0");
  CHECK((*links)[1].permanent_address == "00:11:22:33:44:55");
  CHECK((*links)[1].kind.empty());
  CHECK((*links)[1].up);
  CHECK((*links)[2].kind == "bridge");
  CHECK_FALSE((*links)[2].up);
}

TEST_CASE("rtnetlink: an address is our own end of the link, with all flags", "[netlink]") {
  const std::string dump =
      test_netlink::address({2, 24, 0x80, 0, 2,
                             attribute(1, hex("c0000201")) + attribute(2, hex("c0000202")) +
                                 attribute(3, test_netlink::name_of("eth0:1"))}) +
      test_netlink::address({10, 64, 0, 253, 3,
                             attribute(1, hex("fe800000000000000000000000000001")) +
                                 attribute(8, number(std::uint32_t{0x0340}))});
  const auto addresses = collect::parse_address_dump(dump);
  REQUIRE(addresses);
  REQUIRE(addresses->size() == 2);
  CHECK((*addresses)[0].address == hex("c0000202"));
  CHECK((*addresses)[0].label == "eth0:1");
  CHECK((*addresses)[0].flags == 0x80);
  CHECK((*addresses)[1].link_index == 3);
  CHECK((*addresses)[1].prefix_length == 64);
  CHECK((*addresses)[1].scope == 253);
  CHECK((*addresses)[1].flags == 0x0340);
}

TEST_CASE("rtnetlink: a capture of a machine with the other byte order reads the same",
          "[netlink]") {
  // s390x, recorded as it runs and replayed on x86-64.
  const auto links =
      collect::parse_link_dump(hex("0000002c"
                                   "0010"
                                   "0002"
                                   "0000000100000000"
                                   "0000"
                                   "0001"
                                   "00000002"
                                   "00000001"
                                   "00000000"
                                   "00090003"
                                   "6574683000"
                                   "000000"));
  REQUIRE(links);
  REQUIRE(links->size() == 1);
  CHECK((*links)[0].name == "eth0");
  CHECK((*links)[0].index == 2);
  CHECK((*links)[0].up);
  const auto addresses =
      collect::parse_address_dump(hex("00000028"
                                      "0014"
                                      "0002"
                                      "0000000100000000"
                                      "02188000"
                                      "00000002"
                                      "00080002"
                                      "c0000202"
                                      "00080008"
                                      "00000080"));
  REQUIRE(addresses);
  REQUIRE(addresses->size() == 1);
  CHECK((*addresses)[0].address == hex("c0000202"));
  CHECK((*addresses)[0].link_index == 2);
  CHECK((*addresses)[0].flags == 0x80);
}

TEST_CASE("rtnetlink: the smallest error number there is does no harm", "[netlink]") {
  using namespace std::string_view_literals;
  const auto links = collect::parse_link_dump("\x14\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80"sv);
  REQUIRE_FALSE(links);
  CHECK(links.failure().message.find("2147483648") != std::string::npos);
}

TEST_CASE("rtnetlink: what does not fit is refused or left out", "[netlink]") {
  CHECK(collect::parse_link_dump("")->empty());
  CHECK(collect::parse_link_dump(std::string(15, '\0')).failure().kind == FailureKind::kMalformed);
  CHECK(collect::parse_link_dump(std::string(16, '\0')).failure().kind == FailureKind::kMalformed);
  const std::string link = test_netlink::link(2, "eth0", "bridge");
  for (std::size_t size = 1; size < link.size(); ++size)
    CHECK_FALSE(collect::parse_link_dump(link.substr(0, size)));
  // An attribute longer than its message ends the attributes, not more.
  std::string broken = link;
  broken[32] = '\x7f';
  CHECK(collect::parse_link_dump(broken)->at(0).name.empty());
  broken[32] = '\x03';  // shorter than its own header
  CHECK(collect::parse_link_dump(broken)->at(0).name.empty());
  // Too short for its header; another type; the end of the dump.
  CHECK(collect::parse_link_dump(message(16, std::string(8, '\0')))->empty());
  CHECK(collect::parse_link_dump(message(24, std::string(16, '\0')))->empty());
  CHECK(collect::parse_link_dump(message(3, number(std::int32_t{0})))->empty());
  CHECK(collect::parse_address_dump(message(20, "\x02"))->empty());
  const auto refused = collect::parse_link_dump(message(2, number(std::int32_t{-1})));
  CHECK(refused.failure().kind == FailureKind::kIo);
  CHECK(refused.failure().message == "The kernel refused to answer over rtnetlink (error 1).");
  CHECK(collect::parse_link_dump(message(2, number(std::int32_t{0})))
            ->empty());  // an acknowledgement

  using test_netlink::address;
  CHECK(collect::parse_address_dump(address({2, 24, 0, 0, 2, attribute(2, hex("c000"))}))->empty());
  CHECK(collect::parse_address_dump(address({2, 24, 0, 0, 2, ""}))->empty());
  CHECK(collect::parse_address_dump(address({2, 33, 0, 0, 2, attribute(2, hex("c0000201"))}))
            ->empty());
  CHECK(collect::parse_address_dump(address({7, 24, 0, 0, 2, attribute(2, hex("c0000201"))}))
            ->empty());
}

}  // namespace muster::agent
