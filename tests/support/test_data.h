// SPDX-License-Identifier: Apache-2.0
// Where tests find files: those of the sources, and those of other machines, which are not part of
// the sources ("shared data": ../shared/data beside them, or MUSTER_TEST_DATA). A case that reads
// the latter is tagged [shared_data] and is not run where they are missing (main.cpp).
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace muster::test {

// The top of the sources: MUSTER_SOURCE (CTest sets it), else where this was compiled.
std::filesystem::path source_folder();

std::filesystem::path shared_data_folder();
// Throws std::runtime_error where MUSTER_TEST_DATA names what is not there.
bool shared_data_is_there();
// shared_data("smbios/HyperV.dmi")
std::string shared_data(std::string_view path);
// shared_case("20-dpkg-states") is the archive in the folder cases beside it.
std::string shared_case(std::string_view name);

// The whole file; throws std::runtime_error with its name.
std::string read_test_file(const std::filesystem::path& path);

}  // namespace muster::test
