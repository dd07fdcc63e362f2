// SPDX-License-Identifier: Apache-2.0
// Named fault points: `fault_at("store.before_commit")` says whether something is to go wrong here.
// In every program that is shipped it says no, for ever: the definition in fault.cpp is empty, and
// which definition a program gets is decided when it is linked, not when it runs. The programs of
// tests/faults bring their own, which crash, stop or fail where a test says so
// (docs/decisions/0017-fault-points.md). A point is one line, by the helpers that each program has
// for the names of its own list (server/fault_points.h, server/store/fault.h,
// agent/sync/fault_points.h); they stand on those of this header. Any thread.
#pragma once
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

#include "common/support/fault_points.h"
#include "common/support/result.h"

namespace muster {

enum class FaultKind { kError, kNoSpace };

// The name of a point of some program's list. Only NamedFault makes one.
class FaultPoint {
 public:
  constexpr std::string_view name() const { return name_; }

 protected:
  constexpr explicit FaultPoint(std::string_view name) : name_(name) {}

 private:
  std::string_view name_;
};

// A name of `kList`; any other does not compile.
template <const auto& kList>
class NamedFault : public FaultPoint {
 public:
  consteval NamedFault(const char* name) : FaultPoint(name) {  // NOLINT: implicit on purpose
    if (!is_fault_point(kList, name)) throw "no such fault point";
  }
};

using FileFault = NamedFault<kFileFaultPoints>;

// nullopt: nothing happens here. It may not return at all.
std::optional<FaultKind> fault_at(FaultPoint point);

// For functions that return a Result: `if (auto fault = fault_failure("...")) return *fault;`
inline std::optional<Failure> fault_failure(FaultPoint point) {
  const auto fault = fault_at(point);
  if (!fault) return std::nullopt;
  return Failure{FailureKind::kIo, std::string(point.name()) + (*fault == FaultKind::kNoSpace
                                                                    ? ": No space left on device"
                                                                    : ": Input/output error")};
}

// For calls of the system: `if (fault_errno("...") || ::fsync(d) != 0) ...` True sets errno.
inline bool fault_errno(FaultPoint point) {
  const auto fault = fault_at(point);
  if (fault) errno = *fault == FaultKind::kNoSpace ? ENOSPC : EIO;
  return fault.has_value();
}

}  // namespace muster
