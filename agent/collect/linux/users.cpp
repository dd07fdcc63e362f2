// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/users.h"

#include <map>
#include <set>
#include <utility>

#include "common/support/text.h"

namespace muster::agent {
namespace {

constexpr std::int64_t kMostIds = 0xFFFFFFFF;  // uid_t and gid_t have 32 bits

bool is_directory_entry(std::string_view line) {
  return line.starts_with('+') || line.starts_with('-');  // nsswitch.conf(5), "compat"
}

std::optional<std::int64_t> parse_id(std::string_view text) {
  const auto id = parse_integer(text);
  return id && *id >= 0 && *id <= kMostIds ? id : std::nullopt;
}

class Problems {
 public:
  void note(std::string_view file, std::size_t line, std::string_view what) {
    if (text_.empty())
      text_ = "Line " + std::to_string(line) + " of " + std::string(file) + " " + std::string(what);
    else
      ++others_;
  }
  std::string text() const {
    if (text_.empty()) return {};
    return text_ +
           (others_ == 0 ? "." : " (and " + std::to_string(others_) + " more lines like this).");
  }

 private:
  std::string text_;
  std::size_t others_ = 0;
};

// Calls take(fields, line number) for each line that is an entry with `count` fields.
template <class Take>
void for_each_entry(std::string_view text, std::string_view file, std::size_t count,
                    Problems& problems, Take&& take) {
  std::size_t number = 0;
  for (const std::string_view line : lines(text)) {
    ++number;
    // glibc skips blank lines and those that begin with '#' as well.
    if (trim(line).empty() || line.starts_with('#') || is_directory_entry(line)) continue;
    const std::vector<std::string_view> fields = split(line, ':');
    if (fields.size() != count || fields[0].empty())
      problems.note(file, number, "is not an entry");
    else
      take(fields, number);
  }
}

std::map<std::string, std::vector<std::string>, std::less<>> parse_members(std::string_view group,
                                                                           Problems& problems) {
  std::map<std::string, std::vector<std::string>, std::less<>> groups_of;
  for_each_entry(group, "/etc/group", 4, problems,
                 [&](const std::vector<std::string_view>& fields, std::size_t) {
                   for (const std::string_view member : split(fields[3], ',')) {
                     if (const std::string_view name = trim(member); !name.empty())
                       groups_of[std::string(name)].emplace_back(fields[0]);
                   }
                 });
  return groups_of;
}

}  // namespace

UserList parse_users(std::string_view passwd, std::string_view group) {
  Problems problems;
  UserList list;
  std::set<std::string_view> seen;
  for_each_entry(passwd, "/etc/passwd", 7, problems,
                 [&](const std::vector<std::string_view>& fields, std::size_t line) {
                   const auto uid = parse_id(fields[2]);
                   const auto gid = parse_id(fields[3]);
                   if (!uid || !gid) {
                     problems.note("/etc/passwd", line, "has no numeric user and group id");
                     return;
                   }
                   if (!seen.insert(fields[0]).second) return;
                   inventory::User& user = list.users.emplace_back();
                   user.name = fields[0];
                   user.uid = uid;
                   user.gid = gid;
                   // GECOS: name, room, telephones; only the name is wanted.
                   user.full_name = text_or_nothing(trim(split(fields[4], ',').front()));
                   user.home = text_or_nothing(fields[5]);
                   user.shell = text_or_nothing(fields[6]);
                 });
  const auto groups_of = parse_members(group, problems);
  for (inventory::User& user : list.users) {
    if (const auto found = groups_of.find(user.name); found != groups_of.end())
      user.groups = found->second;
  }
  list.problem = problems.text();
  return list;
}

Collected collect_users(Host& host) {
  const auto passwd = host.read("/etc/passwd", 16 * Host::kReadBytes);
  if (!passwd) return not_collected<inventory::User>(status_of(passwd.failure()));
  const auto group = host.read("/etc/group", 16 * Host::kReadBytes);
  // Accounts without their groups would look as if they had left them.
  if (!group && group.failure().kind != FailureKind::kNotFound)
    return not_collected<inventory::User>(status_of(group.failure()));
  const UserList list = parse_users(*passwd, group ? std::string_view(*group) : std::string_view());
  inventory::SourceStatus status;
  if (!list.problem.empty()) status = {inventory::Status::kPartial, list.problem};
  return collected(list.users, std::move(status));
}

}  // namespace muster::agent
