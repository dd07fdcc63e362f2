// SPDX-License-Identifier: Apache-2.0
// What nearly every test includes; compiled once (catch.hpp alone costs two seconds in each file).
#pragma once
#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
