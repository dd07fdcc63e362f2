// SPDX-License-Identifier: Apache-2.0
#include "agent/host/system_error.h"

#include <cerrno>
#include <string>
#include <system_error>

#include "common/support/text.h"

namespace muster::agent::host {
namespace {

FailureKind kind_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:     // a part of the path is no directory, so nothing is below it
    case ENODEV:      // a device that has gone since its directory was listed
    case ENXIO:       // likewise
    case ESRCH:       // a process that has gone
    case ENODATA:     // a sysfs attribute without a value
    case EOPNOTSUPP:  // a sysfs attribute that this driver does not have
      return FailureKind::kNotFound;
    case EACCES:
    case EPERM:
      return FailureKind::kDenied;
    case ETIMEDOUT:
      return FailureKind::kTimeout;
    case EFBIG:
    case EOVERFLOW:
      return FailureKind::kTooLarge;
    default:
      return FailureKind::kIo;
  }
}

}  // namespace

Failure system_failure(std::string_view action, std::string_view thing, int error) {
  const FailureKind kind = kind_of(error);
  std::string message = "cannot " + std::string(action) + " " + printable(thing) + ": " +
                        std::error_code(error, std::generic_category()).message();
  if (kind == FailureKind::kDenied) {
    message += "; run the agent as its service does, with CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE";
  }
  return {kind, std::move(message)};
}

}  // namespace muster::agent::host
