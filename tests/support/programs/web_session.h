// SPDX-License-Identifier: Apache-2.0
// Somebody who signed in at the people's API by name and password, as a browser would: for what
// muster does on a terminal only (changing one's password), and for requests that it never sends (a
// stale If-Match). Throws std::runtime_error where nobody can be signed in.
#pragma once
#include <cstdint>
#include <string>

#include "tests/support/programs/server_process.h"

namespace muster::test {

class WebSession {
 public:
  WebSession(std::uint16_t port, const std::string& name, const std::string& password);

  HttpAnswer ask(HttpAsk what);
  // The session that the server answers with takes the place of this one.
  void change_password(const std::string& from, const std::string& to);

 private:
  void take_over(const HttpAnswer& answer);

  std::uint16_t port_;
  std::string cookie_;
  std::string csrf_token_;
};

}  // namespace muster::test
