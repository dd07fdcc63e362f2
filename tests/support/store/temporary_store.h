// SPDX-License-Identifier: Apache-2.0
// For tests of what writes the store: a StoreFixture with short names, and the code of an Error.
#pragma once
#include <filesystem>
#include <string>

#include "server/error.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {

class TemporaryStore {
 public:
  store::Store& operator*() { return fixture.store(); }
  store::Store* operator->() { return &fixture.store(); }
  Instant now() const { return fixture.clock.now(); }
  // Not while another thread uses the store.
  void pass(std::int64_t ms) { fixture.clock.now_ms += ms; }
  std::filesystem::path folder() const { return fixture.folder(); }

  StoreFixture fixture;
};

// The code of the Error that `work` throws; empty when it throws none.
template <class F>
std::string code_of(const F& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code;
  }
  return {};
}

}  // namespace muster::server
