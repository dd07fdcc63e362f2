// SPDX-License-Identifier: Apache-2.0
// Builds SMBIOS tables for tests, by the layouts of DSP0134.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster::agent::test_smbios {

// Header, the formatted area behind it, the texts.
std::string structure(int type, std::string_view formatted,
                      const std::vector<std::string>& texts = {}, std::uint16_t handle = 0);
std::string end_mark();

struct SystemParts {
  std::string manufacturer = {}, product = {}, version = {}, serial = {};
  std::string uuid = {};  // 16 bytes
  std::string sku = {}, family = {};
};
std::string system(const SystemParts& parts);  // type 1
std::string firmware(std::string_view vendor, std::string_view version, std::string_view date,
                     int major = 0xff, int minor = 0xff);  // type 0

struct BoardParts {
  std::uint16_t handle = 0, chassis = 0xffff;
  bool hosting = false;
  int kind = 0;
  std::string product = {}, serial = {};
};
std::string board(const BoardParts& parts);  // type 2
std::string chassis(std::uint16_t handle, int kind, std::string_view serial);

}  // namespace muster::agent::test_smbios
