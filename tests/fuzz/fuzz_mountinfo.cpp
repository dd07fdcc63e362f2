// SPDX-License-Identifier: Apache-2.0
// /proc/self/mountinfo, down to which mounts may be touched: never one that only a network mount
// leads to. Any program with a user namespace decides what stands there.
#include <algorithm>
#include <set>

#include "agent/collect/linux/filesystems.h"
#include "agent/collect/linux/mountinfo.h"
#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const agent::Mountinfo info = agent::parse_mountinfo(text);
  require(info.mounts.size() + info.unreadable_lines <= lines(text).size());
  for (const agent::Mount& mount : info.mounts) {
    require(!mount.mount_point.empty() && !mount.type.empty());
    const auto options = agent::stable_mount_options(mount);
    require(std::is_sorted(options.begin(), options.end()));
    static_cast<void>(agent::without_password(mount.source));
  }
  for (const agent::Mount& mount : agent::local_data_mounts(info.mounts)) {
    require(!agent::is_network_filesystem(mount.type) && !agent::is_pseudo_filesystem(mount.type));
    require(!agent::is_below_network_mount(info.mounts, mount.mount_point));
  }
  std::set<std::string> points;
  for (const agent::Mount& mount : agent::select_filesystems(info.mounts))
    require(points.insert(mount.mount_point).second);
  require(agent::decode_mount_escapes(text).size() <= text.size());
  return 0;
}
