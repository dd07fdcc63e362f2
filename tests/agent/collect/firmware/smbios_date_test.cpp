// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "agent/collect/firmware/smbios.h"
#include "agent/collect/linux/hardware/system.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

TEST_CASE("the forms of dates that firmware writes become ISO dates", "[smbios]") {
  const std::pair<const char*, const char*> kCases[] = {
      {"05/19/2021", "2021-05-19"},  // DSP0134 7.1
      {"05/19/21", "2021-05-19"},
      {"06/03/09", "2009-06-03"},
      {"08/03/11", "2011-08-03"},
      {"12/31/95", "2095-12-31"},  // as Linux has it
      {"01/01/96", "1996-01-01"},
      {"03/07/98", "1998-03-07"},
      {"2/2/2022", "2022-02-02"},
      {"5/19/2021", "2021-05-19"},
      {"05.18.2014", "2014-05-18"},
      {"05-18-2014", "2014-05-18"},
      {"2021/01/13", "2021-01-13"},
      {"2021-05-19", "2021-05-19"},
      {"2021.5.9", "2021-05-09"},
      {"2021-05-19T08:00:00Z", "2021-05-19"},
      {"20210519", "2021-05-19"},
      {"05192021", "2021-05-19"},
      {"12/04/09 15:23:28", "2009-12-04"},
      {" 12/04/2009  15:23 ", "2009-12-04"},
      {"29 Feb 2020", "2020-02-29"},
      {"Apr  1 2014", "2014-04-01"},
      {"January 13, 2021", "2021-01-13"},
      {"13-Jan-21", "2021-01-13"},
      {"Wed Jun 13 11:22:33 CST 2018", "2018-06-13"},
      {"2018 June 3", "2018-06-03"},
      {"13/01/2021", "2021-01-13"},  // no month is 13: one reading is left
  };
  for (const auto& [text, date] : kCases) {
    CAPTURE(text);
    CHECK(collect::firmware_date(text) == date);
  }
}

TEST_CASE("what is no date, or one of two, is no date of the firmware", "[smbios]") {
  for (const char* const text : {"",
                                 "//",
                                 "--",
                                 "00/01/2021",
                                 "00/00/0000",
                                 "02/30/2021",
                                 "02/29/2021",
                                 "31/31/2021",
                                 "13/01/21",
                                 "21/01/13",
                                 "+5/19/2021",
                                 "5/19",
                                 "5/19/202",
                                 "1/2/3",
                                 "05/19/20211",
                                 "01/01/1900",
                                 "01/01/2199",
                                 "123456",
                                 "00000000",
                                 "To Be Filled By O.E.M.",
                                 "N/A",
                                 "BIOS Date: 01/02/2023",
                                 "1.2.3.4",
                                 "May",
                                 "May 2021",
                                 "Jan Feb 2021",
                                 "x/y/z",
                                 "99999999999999999999/1/1",
                                 "12:30:00"}) {
    CAPTURE(text);
    CHECK(collect::firmware_date(text) == std::nullopt);
  }
  CHECK(collect::firmware_date(std::string(100, '1')) == std::nullopt);
}

TEST_CASE("a release of the firmware is two numbers, and 0.0 and FFh are none", "[smbios]") {
  CHECK(collect::firmware_revision(5, 17) == "5.17");
  CHECK(collect::firmware_revision(0, 1) == "0.1");
  CHECK(collect::firmware_revision(1, 0) == "1.0");
  CHECK(collect::firmware_revision(0, 0) == std::nullopt);
  CHECK(collect::firmware_revision(0xff, 0xff) == std::nullopt);
  CHECK(collect::firmware_revision(0xff, 1) == std::nullopt);
  CHECK(collect::firmware_revision(1, 0xff) == std::nullopt);
}

TEST_CASE("cases smbios-two-digit-year and smbios-date: dates of real machines",
          "[smbios][shared_data]") {
  CaseMachine macbook("smbios-two-digit-year-macbook");
  CHECK(told("system", collect::collect_system(macbook.host()),
             {"firmware_release_date", "firmware_revision", "sku_number", "model"}) ==
        std::vector<std::string>{"2009-06-03 | 0.1 | - | MacBook5,2"});
  CaseMachine surface("smbios-date-dotted-surface");
  CHECK(told("system", collect::collect_system(surface.host()), {"firmware_release_date"}) ==
        std::vector<std::string>{"2014-05-18"});
}

}  // namespace
}  // namespace muster::agent
