// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/people/users.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

constexpr std::int64_t kMostIds = 0xFFFFFFFF;  // uid_t and gid_t have 32 bits

bool is_directory_entry(std::string_view line) {
  return line.starts_with('+') || line.starts_with('-');  // nsswitch.conf(5), "compat"
}

std::string_view without_leading_blanks(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\v\f\r");
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

// As strtoul(3) reads it, so also behind blanks and a plus sign.
std::optional<std::int64_t> parse_id(std::string_view text) {
  std::string_view digits = without_leading_blanks(text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || !is_digit(digits[0])) return std::nullopt;
  const auto id = parse_integer(digits);
  return id && *id <= kMostIds ? id : std::nullopt;
}

class Problems {
 public:
  void note(std::string_view file, std::size_t line, std::string_view what) {
    if (line_.empty())
      line_ = "Line " + std::to_string(line) + " of " + std::string(file) + " " + std::string(what);
    else
      ++others_;
  }
  void note_missing(std::string_view what) {
    if (missing_.empty()) missing_ = what;
  }
  std::string text() const {
    if (line_.empty()) return missing_;
    return line_ +
           (others_ == 0 ? "." : " (and " + std::to_string(others_) + " more lines like this).");
  }

 private:
  std::string line_, missing_;
  std::size_t others_ = 0;
};

// Calls take(fields, line number) for each line that is an entry: `least` fields or more, of which
// those behind `count` belong to the last one. One that has not `count` of them is noted.
template <class Take>
void for_each_entry(std::string_view text, std::string_view file, std::size_t least,
                    std::size_t count, Problems& problems, Take&& take) {
  std::size_t number = 0;
  for (const std::string_view whole : lines(text)) {
    ++number;
    const std::string_view line = without_leading_blanks(whole);
    if (line.empty() || line.starts_with('#') || is_directory_entry(line)) continue;
    std::vector<std::string_view> fields = split(line, ':');
    if (fields.size() != count || fields[0].empty()) problems.note(file, number, "is not an entry");
    if (fields.size() < least || fields[0].empty()) continue;
    if (fields.size() > count)
      fields[count - 1] =
          line.substr(static_cast<std::size_t>(fields[count - 1].data() - line.data()));
    fields.resize(count);
    take(fields, number);
  }
}

// What /etc/group says: who is in which group, and the name of each number.
struct Groups {
  std::map<std::string, std::vector<std::string>, std::less<>> of_member;
  std::map<std::int64_t, std::string> name_of;  // the first line of a number counts: getgrgid(3)
};

Groups parse_groups(std::string_view group, Problems& problems) {
  Groups out;
  for_each_entry(group, "/etc/group", 3, 4, problems,
                 [&](const std::vector<std::string_view>& fields, std::size_t line) {
                   const auto gid = parse_id(fields[2]);
                   if (!gid) return problems.note("/etc/group", line, "has no numeric group id");
                   // Of two lines with one number either name may be looked for.
                   const std::string& first =
                       out.name_of.try_emplace(*gid, fields[0]).first->second;
                   for (const std::string_view member : split(fields[3], ',')) {
                     const std::string_view name = trim(member);
                     if (name.empty()) continue;
                     std::vector<std::string>& groups = out.of_member[std::string(name)];
                     groups.emplace_back(fields[0]);
                     if (first != fields[0]) groups.push_back(first);
                   }
                 });
  if (!out.name_of.contains(0))
    problems.note_missing("/etc/group lists no group with id 0, which every system has.");
  return out;
}

void set_groups(const Groups& groups, inventory::User& user) {
  if (const auto found = groups.of_member.find(user.name); found != groups.of_member.end())
    user.groups = found->second;
  if (const auto primary = groups.name_of.find(user.gid.value()); primary != groups.name_of.end())
    user.groups.push_back(primary->second);
  std::sort(user.groups.begin(), user.groups.end());
  user.groups.erase(std::unique(user.groups.begin(), user.groups.end()), user.groups.end());
}

}  // namespace

UserList parse_users(std::string_view passwd, std::optional<std::string_view> group) {
  Problems problems;
  UserList list;
  std::set<std::string_view> seen;
  bool has_root = false;
  for_each_entry(passwd, "/etc/passwd", 4, 7, problems,
                 [&](const std::vector<std::string_view>& fields, std::size_t line) {
                   const auto uid = parse_id(fields[2]);
                   const auto gid = parse_id(fields[3]);
                   if (!uid || !gid) {
                     problems.note("/etc/passwd", line, "has no numeric user and group id");
                     return;
                   }
                   has_root = has_root || *uid == 0;
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
  if (!has_root)
    problems.note_missing("/etc/passwd lists no account with user id 0, which every system has.");
  if (group) {
    const Groups groups = parse_groups(*group, problems);
    list.has_groups = !groups.name_of.empty();
    for (inventory::User& user : list.users)
      set_groups(groups, user);
  }
  list.problem = problems.text();
  return list;
}

CollectedSection collect_users(host::Host& host) {
  const auto passwd = host.read("/etc/passwd", 16 * host::Host::kReadBytes);
  if (!passwd) return not_collected<inventory::User>(status_of(passwd.failure()));
  const auto group = host.read("/etc/group", 16 * host::Host::kReadBytes);
  // Accounts without their groups would look as if they had left them.
  if (!group && group.failure().kind != FailureKind::kNotFound)
    return not_collected<inventory::User>(status_of(group.failure()));
  const UserList list =
      parse_users(*passwd, group ? std::optional<std::string_view>(*group) : std::nullopt);
  using inventory::Status;
  if (group && !list.has_groups) {
    return not_collected<inventory::User>(
        {Status::kFailed, "/etc/group lists no group, so who is in which is not known."});
  }
  if (list.users.empty()) return not_collected<inventory::User>({Status::kFailed, list.problem});
  inventory::ProviderStatus status;
  if (!list.problem.empty()) status = {Status::kPartial, list.problem};
  return collected(list.users, std::move(status));
}

}  // namespace muster::agent::collect
