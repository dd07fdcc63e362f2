// SPDX-License-Identifier: Apache-2.0
// SIGTERM and SIGINT (stop) and SIGUSR1 (do not wait any longer) as something that can be waited
// for, and waiting itself by a clock that goes on while the machine sleeps: after a night in a bag,
// a report that is due is due at once. Make it before any thread. Main thread.
#pragma once
#include <cstdint>

#include "agent/host/file_descriptor.h"
#include "common/support/result.h"

namespace muster::agent::commands {

enum class Wake { kStop, kReportNow, kTime };

class StopSignal {
 public:
  static Result<StopSignal> make();
  // Readable once the program was asked to stop, and from then on.
  int descriptor() const { return signals_.number(); }
  // Stop goes before the others. Requests to report now that came meanwhile count as one.
  Wake wait_ms(std::int64_t duration_ms) const;

 private:
  StopSignal(host::FileDescriptor signals, host::FileDescriptor requests,
             host::FileDescriptor timer)
      : signals_(std::move(signals)), requests_(std::move(requests)), timer_(std::move(timer)) {}
  host::FileDescriptor signals_;
  host::FileDescriptor requests_;
  host::FileDescriptor timer_;
};

}  // namespace muster::agent::commands
