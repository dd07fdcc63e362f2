// SPDX-License-Identifier: Apache-2.0
// What a route asks of who sends a request. The handler asks it; the router keeps it with the
// route, for those who read the table: tests that walk it, and the description of the API.
#pragma once
#include <optional>

namespace muster::server::http {

class Access {
 public:
  // The number of a permission, whose meaning is the handler's.
  enum class Permission : int {};

  // Anyone may use the route.
  static constexpr Access open() { return Access(Kind::kOpen, std::nullopt); }
  // Nobody needs a permission; the handler asks for other credentials, such as a certificate.
  static constexpr Access other_credentials() { return Access(Kind::kOther, std::nullopt); }
  // Who is signed in and has the permission.
  static constexpr Access of(Permission permission) { return Access(Kind::kSigned, permission); }

  constexpr bool is_open() const { return kind_ == Kind::kOpen; }
  constexpr std::optional<Permission> permission() const { return permission_; }

 private:
  enum class Kind { kOpen, kOther, kSigned };
  constexpr Access(Kind kind, std::optional<Permission> permission)
      : kind_(kind), permission_(permission) {}

  Kind kind_;
  std::optional<Permission> permission_;
};

}  // namespace muster::server::http
