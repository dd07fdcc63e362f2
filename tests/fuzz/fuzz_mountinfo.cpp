// SPDX-License-Identifier: Apache-2.0
// /proc/self/mountinfo, down to which mounts may be touched: never one that only a network mount
// leads to. Any program with a user namespace decides what stands there.
#include <algorithm>
#include <set>

#include "agent/collect/linux/storage/filesystems.h"
#include "agent/collect/linux/storage/mountinfo.h"
#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const agent::collect::Mountinfo info = agent::collect::parse_mountinfo(text);
  require(info.mounts.size() + info.unreadable_lines <= lines(text).size());
  for (const agent::collect::Mount& mount : info.mounts) {
    require(!mount.mount_point.empty() && !mount.type.empty());
    const auto options = agent::collect::stable_mount_options(mount);
    require(std::is_sorted(options.begin(), options.end()));
    static_cast<void>(agent::collect::without_password(mount.source));
  }
  // Instead of a host: a mount point of an odd number of bytes is a file.
  const auto shows_file = [](const agent::collect::Mount& mount) {
    return mount.mount_point.size() % 2 == 1;
  };
  const agent::collect::NetworkMounts network(agent::collect::visible_mounts(info.mounts));
  for (const auto& [mount, may_be_touched] :
       agent::collect::local_data_mounts(info.mounts, shows_file)) {
    require(!agent::collect::is_network_filesystem(mount.type) &&
            !agent::collect::is_pseudo_filesystem(mount.type));
    require(may_be_touched != network.lead_to(mount.mount_point));
    require(mount.root == "/" || !may_be_touched || !shows_file(mount));
  }
  std::set<std::string> points;
  for (const auto& [mount, may_be_touched] :
       agent::collect::select_filesystems(info.mounts, shows_file)) {
    require(points.insert(mount.mount_point).second);
    require(!may_be_touched || !agent::collect::is_network_filesystem(mount.type));
    require(!may_be_touched || !network.lead_to(mount.mount_point));
  }
  require(agent::collect::decode_mount_escapes(text).size() <= text.size());
  return 0;
}
