// SPDX-License-Identifier: Apache-2.0
#include "tests/support/agent/captured_machine.h"

#include <stdexcept>

#include "agent/host/captured_host.h"
#include "tests/support/test_data.h"

namespace muster::agent {

std::shared_ptr<host::Host> captured_machine(std::string_view name) {
  const auto file = test::source_folder() / "tests/captures" / (std::string(name) + ".capture");
  auto host = host::CapturedHost::parse(test::read_test_file(file));
  if (!host) throw std::runtime_error(file.string() + ": " + host.failure().message);
  return *host;
}

std::string captured_smbios(std::string_view name) {
  const auto table = captured_machine(name)->read("/sys/firmware/dmi/tables/DMI");
  if (!table) throw std::runtime_error(table.failure().message);
  return *table;
}

}  // namespace muster::agent
