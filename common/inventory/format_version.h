// SPDX-License-Identifier: Apache-2.0
// The version of the inventory and report format, and its history. Sections have schema numbers of
// their own; this one changes only when the envelope around them does.
//   1 (0.1.0): first release.
#pragma once

namespace muster::inventory {

inline constexpr int kFormatVersion = 1;
inline constexpr int kOldestFormatVersion = 1;  // the oldest that the server still takes

}  // namespace muster::inventory
