// SPDX-License-Identifier: Apache-2.0
#include "server/model/classes.h"

#include <array>

#include <catch2/catch.hpp>

#include "common/inventory/chassis_types.h"
#include "common/inventory/sections/system.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {
namespace {

// By the SMBIOS number of the chassis; "" is a computer of no special kind.
constexpr std::array<std::string_view, 37> kExpected = {
    "",        "",         "",         "desktop", "desktop", "desktop", "desktop", "desktop",
    "laptop",  "laptop",   "laptop",   "tablet",  "",        "desktop", "laptop",  "desktop",
    "desktop", "server",   "",         "",        "",        "",        "",        "server",
    "desktop", "server",   "server",   "server",  "server",  "server",  "tablet",  "laptop",
    "laptop",  "embedded", "embedded", "desktop", "desktop"};

TEST_CASE("each of the 36 kinds of chassis has its class", "[classes]") {
  for (std::size_t type = 0; type < kExpected.size(); ++type) {
    CAPTURE(type);
    const auto name = inventory::chassis_type_name(static_cast<int>(type));
    std::string expected(model::kComputerClass);
    if (!kExpected[type].empty()) expected += '.' + std::string(kExpected[type]);
    const auto chassis = name ? std::optional(std::string(*name)) : std::nullopt;
    CHECK(model::derived_class(chassis, "none") == expected);
    CHECK(model::derived_class(chassis, std::nullopt) == expected);
    CHECK(model::find_class(expected) != nullptr);
  }
}

TEST_CASE("a container is a container and a virtual machine is one, whatever the chassis",
          "[classes]") {
  for (const std::string_view kind : inventory::kVirtualization) {
    CAPTURE(kind);
    const std::string_view expected = inventory::is_container(kind) ? "hardware.computer.container"
                                      : kind == "none"              ? "hardware.computer.desktop"
                                                                    : "hardware.computer.virtual";
    CHECK(model::derived_class("Desktop", std::string(kind)) == expected);
    CHECK(model::find_class(expected) != nullptr);
  }
}

TEST_CASE("the store derives the same class as the program", "[classes]") {
  StoreFixture f;
  const std::string sql = "SELECT " + model::derived_class_sql("r") +
                          " FROM (SELECT CAST(?1 AS TEXT) AS chassis_type, CAST(?2 AS TEXT) AS "
                          "virtualization) r";
  const auto in_store = [&](std::string_view chassis, std::string_view virtualization) {
    return f.read([&](store::Transaction& transaction) {
      std::string name;
      transaction.query(sql, {chassis, virtualization},
                        [&](const store::ResultRow& row) { name = row.text(0); });
      return name;
    });
  };
  for (const std::string_view chassis : inventory::kChassisTypes) {
    CAPTURE(chassis);
    CHECK(in_store(chassis, "none") == model::derived_class(std::string(chassis), "none"));
  }
  for (const std::string_view kind : inventory::kVirtualization) {
    CAPTURE(kind);
    CHECK(in_store("Desktop", kind) == model::derived_class("Desktop", std::string(kind)));
  }
}

}  // namespace
}  // namespace muster::server
