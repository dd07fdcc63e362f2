// SPDX-License-Identifier: Apache-2.0
// Which board and which chassis of an SMBIOS table are the machine's own. A blade also lists the
// board that joins it to its enclosure, a laptop its dock; DSP0134 sets no order of structures.
#include <algorithm>
#include <tuple>

#include "agent/collect/firmware/smbios.h"

namespace muster::agent::collect {
namespace {

// DSP0134 7.3.2, table 14, the likeliest main board first.
int board_rank(int kind) {
  switch (kind) {
    case 0x0a:  // motherboard
      return 0;
    case 0x03:  // server blade
      return 1;
    case 0x0b:  // processor and memory
    case 0x0c:  // processor and I/O
    case 0x06:  // processor
      return 2;
    case 0x04:  // connectivity switch
    case 0x05:  // system management
    case 0x07:  // I/O
    case 0x08:  // memory
    case 0x09:  // daughter board
    case 0x0d:  // interconnect
      return 4;
    default:  // unknown, other, not told: as good as any that may be one
      return 3;
  }
}

// DSP0134 7.4.1, table 17, the likeliest chassis of a machine first.
int chassis_rank(int kind) {
  switch (kind) {
    case 0x0c:  // docking station
    case 0x12:  // expansion
    case 0x13:  // sub chassis
    case 0x14:  // bus expansion
    case 0x15:  // peripheral
      return 3;
    case 0x19:  // multi-system: the machine is one of several in it
    case 0x1d:  // blade enclosure
      return 2;
    case 0x00:
    case 0x01:
    case 0x02:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

const SmbiosBoard* main_board(const Smbios& smbios) {
  const auto order = [](const SmbiosBoard& board) {
    return std::tuple(!board.hosting, board_rank(board.kind), board.handle);
  };
  const auto best = std::min_element(
      smbios.boards.begin(), smbios.boards.end(),
      [&](const SmbiosBoard& a, const SmbiosBoard& b) { return order(a) < order(b); });
  return best == smbios.boards.end() ? nullptr : &*best;
}

const SmbiosChassis* main_chassis(const Smbios& smbios, const SmbiosBoard* board) {
  if (board != nullptr && board->chassis_handle) {
    const auto named = std::find_if(
        smbios.enclosures.begin(), smbios.enclosures.end(),
        [&](const SmbiosChassis& chassis) { return chassis.handle == *board->chassis_handle; });
    if (named != smbios.enclosures.end()) return &*named;
  }
  const auto order = [](const SmbiosChassis& chassis) {
    return std::tuple(chassis_rank(chassis.kind), chassis.handle);
  };
  const auto best = std::min_element(
      smbios.enclosures.begin(), smbios.enclosures.end(),
      [&](const SmbiosChassis& a, const SmbiosChassis& b) { return order(a) < order(b); });
  return best == smbios.enclosures.end() ? nullptr : &*best;
}

}  // namespace muster::agent::collect
