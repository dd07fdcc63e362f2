// SPDX-License-Identifier: Apache-2.0
// Which board and which chassis are the machine's, whatever the order of the table.
#include <algorithm>

#include <catch2/catch.hpp>

#include "agent/collect/firmware/smbios.h"
#include "agent/collect/linux/hardware/system.h"
#include "common/inventory/chassis_types.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/smbios_table.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

using test_smbios::board;
using test_smbios::BoardParts;
using test_smbios::chassis;

struct Chosen {
  std::string board, chassis;
  friend bool operator==(const Chosen&, const Chosen&) = default;
};

// What is chosen is the same in every order.
Chosen chosen(std::vector<std::string> structures) {
  std::sort(structures.begin(), structures.end());
  std::vector<Chosen> all;
  do {
    std::string table;
    for (const std::string& structure : structures)
      table += structure;
    const collect::Smbios smbios = collect::parse_smbios(table + test_smbios::end_mark(), {});
    all.push_back({smbios.board ? smbios.board->serial_number.value_or("-") : "none",
                   smbios.chassis ? smbios.chassis->serial_number.value_or("-") : "none"});
  } while (std::next_permutation(structures.begin(), structures.end()));
  for (const Chosen& one : all) {
    CHECK(one.board == all.front().board);
    CHECK(one.chassis == all.front().chassis);
  }
  return all.front();
}

BoardParts part(std::uint16_t handle, int kind, bool hosting, std::uint16_t in,
                std::string serial) {
  return {handle, in, hosting, kind, "", std::move(serial)};
}

TEST_CASE("the main board hosts others or is of a kind that does, in any order", "[smbios]") {
  // An interconnect board beside a blade's own.
  CHECK(chosen({board(part(2, 0x0d, false, 9, "INTER")), board(part(5, 0x03, true, 7, "BLADE")),
                chassis(7, 0x1c, "C-BLADE"), chassis(9, 0x1d, "C-ENCLOSURE")}) ==
        Chosen{"BLADE", "C-BLADE"});
  // Nobody says that it hosts: the kind decides.
  CHECK(chosen({board(part(2, 0x07, false, 7, "IO")), board(part(5, 0x0a, false, 7, "MAIN")),
                board(part(3, 0x08, false, 7, "RISER"))})
            .board == "MAIN");
  CHECK(
      chosen({board(part(2, 0x09, false, 7, "DAUGHTER")), board(part(5, 0x03, false, 7, "BLADE"))})
          .board == "BLADE");
  CHECK(chosen({board(part(2, 0x01, false, 7, "UNKNOWN")), board(part(1, 0x0d, false, 7, "INTER"))})
            .board == "UNKNOWN");
  // Both host: the kind again, then the lower handle.
  CHECK(
      chosen({board(part(2, 0x0b, true, 7, "CPU")), board(part(5, 0x0a, true, 7, "MAIN"))}).board ==
      "MAIN");
  CHECK(chosen({board(part(6, 0x0a, true, 7, "SECOND")), board(part(5, 0x0a, true, 7, "FIRST"))})
            .board == "FIRST");
}

TEST_CASE("the chassis is the one that the main board names", "[smbios]") {
  CHECK(chosen({chassis(3, 0x0c, "DOCK"), chassis(4, 0x20, "TABLET"),
                board(part(2, 0x0a, true, 4, "MAIN"))}) == Chosen{"MAIN", "TABLET"});
  // Even a dock, if it says so.
  CHECK(chosen({chassis(3, 0x0c, "DOCK"), chassis(4, 0x20, "TABLET"),
                board(part(2, 0x0a, true, 3, "MAIN"))})
            .chassis == "DOCK");
}

TEST_CASE("without such a name the chassis is what a machine can be in", "[smbios]") {
  CHECK(chosen({chassis(3, 0x0c, "DOCK"), chassis(4, 0x0a, "NOTEBOOK")}).chassis == "NOTEBOOK");
  CHECK(chosen({chassis(3, 0x0c, "DOCK"), chassis(4, 0x0a, "NOTEBOOK"),
                board(part(2, 0x0a, true, 99, "MAIN"))})
            .chassis == "NOTEBOOK");
  CHECK(chosen({chassis(3, 0x12, "EXPANSION"), chassis(4, 0x17, "RACK"), chassis(2, 0x1d, "ALL")})
            .chassis == "RACK");
  CHECK(chosen({chassis(4, 0x03, "LATER"), chassis(3, 0x03, "FIRST")}).chassis == "FIRST");
  CHECK(chosen({chassis(4, 0x0c, "DOCK")}).chassis == "DOCK");
  CHECK(chosen({board(part(2, 0x0a, true, 3, "MAIN"))}).chassis == "none");
}

TEST_CASE("a board of SMBIOS 2.3 that says neither flag nor kind is a main board", "[smbios]") {
  const collect::Smbios smbios = collect::parse_smbios(
      test_smbios::structure(2, std::string("\0\0\0\1", 4), {"OLD"}) + test_smbios::end_mark(), {});
  REQUIRE(smbios.board);
  CHECK(smbios.board->serial_number == "OLD");
}

TEST_CASE("chassis have the 36 names of the specification, except other and unknown", "[smbios]") {
  int named = 0;
  for (int type = -1; type < 300; ++type)
    named += inventory::chassis_type_name(type) ? 1 : 0;
  CHECK(named == 34);
  CHECK(inventory::chassis_type_name(3) == "Desktop");
  CHECK(inventory::chassis_type_name(0x19) == "Multi-system");
  CHECK(inventory::chassis_type_name(0x1d) == "Blade Enclosing");
  CHECK(inventory::chassis_type_name(0x24) == "Stick PC");
  CHECK_FALSE(inventory::chassis_type_name(2));
  CHECK_FALSE(inventory::chassis_type_name(37));
}

TEST_CASE("case 03: the dock's chassis stands before the tablet's", "[smbios][shared_data]") {
  for (const char* const name : {"03-two-chassis-dock-first", "03b-two-chassis-dock-second"}) {
    CAPTURE(name);
    CaseMachine machine(name);
    CHECK(told("system", collect::collect_system(machine.host()),
               {"chassis_type", "chassis_manufacturer", "chassis_serial_number",
                "board_serial_number"}) ==
          std::vector<std::string>{"Detachable | Muster Works | TAB55 | BSN1"});
  }
}

TEST_CASE("case 05: chassis of several systems and of blades", "[smbios][shared_data]") {
  CaseMachine several("05a-chassis-multi-system");
  CHECK(told("system", collect::collect_system(several.host()), {"chassis_type"}) ==
        std::vector<std::string>{"Multi-system"});
  CaseMachine blade("05c-chassis-blade");
  CHECK(told("system", collect::collect_system(blade.host()), {"chassis_type"}) ==
        std::vector<std::string>{"Blade"});
}

}  // namespace
}  // namespace muster::agent
