// SPDX-License-Identifier: Apache-2.0
#include "tests/support/agent/map_host.h"

#include <cstdlib>
#include <sstream>

namespace muster::agent {
namespace {

std::vector<std::string> map_host_parts(std::string_view path) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : std::string(path) + "/") {
    if (c != '/') {
      part += c;
    } else if (!part.empty()) {
      parts.push_back(part);
      part.clear();
    }
  }
  return parts;
}

// The path without links, as the kernel resolves it with the tree's top as "/". `link_of` gives the
// target of a link, or nullopt for anything else. Empty: too many links.
template <class LinkOf>
std::string map_host_resolve(std::string_view path, bool follow_last, LinkOf&& link_of) {
  std::vector<std::string> todo = map_host_parts(path);
  std::vector<std::string> done;
  for (int links = 0; !todo.empty();) {
    const std::string part = todo.front();
    todo.erase(todo.begin());
    if (part == ".") continue;
    if (part == "..") {
      if (!done.empty()) done.pop_back();
      continue;
    }
    std::string here;
    for (const std::string& name : done)
      here += "/" + name;
    const auto target = todo.empty() && !follow_last ? std::nullopt : link_of(here + "/" + part);
    if (!target) {
      done.push_back(part);
      continue;
    }
    if (++links > 40) return {};
    if (target->starts_with('/')) done.clear();
    std::vector<std::string> next = map_host_parts(*target);
    todo.insert(todo.begin(), next.begin(), next.end());
  }
  std::string out;
  for (const std::string& name : done)
    out += "/" + name;
  return out.empty() ? "/" : out;
}

Failure map_host_not_found(std::string_view path) {
  return {FailureKind::kNotFound, std::string(path) + " does not exist."};
}

}  // namespace

Result<std::string> MapHost::read(std::string_view path, std::size_t limit_bytes) {
  asked.insert(std::string(path));
  if (const auto failed = failures.find(std::string(path)); failed != failures.end())
    return failed->second;
  const auto found = files.find(resolve(path, true));
  if (found == files.end()) return map_host_not_found(path);
  if (found->second.size() > limit_bytes)
    return Failure{FailureKind::kTooLarge, std::string(path) + " is too large."};
  return found->second;
}

Result<std::vector<std::string>> MapHost::list(std::string_view path) {
  asked.insert(std::string(path));
  if (const auto failed = failures.find(std::string(path)); failed != failures.end())
    return failed->second;
  const std::string at = resolve(path, true);
  const std::string prefix = at == "/" ? at : at + "/";
  std::set<std::string> names;
  const auto add = [&](const std::string& whole) {
    if (whole.starts_with(prefix) && whole.size() > prefix.size())
      names.insert(whole.substr(prefix.size(), whole.find('/', prefix.size()) - prefix.size()));
  };
  for (const auto& [name, text] : files)
    add(name);
  for (const auto& [name, target] : links)
    add(name);
  for (const std::string& name : directories)
    add(name);
  if (names.empty() && !directories.contains(at)) return map_host_not_found(path);
  return std::vector<std::string>(names.begin(), names.end());
}

Result<std::string> MapHost::read_link(std::string_view path) {
  const auto found = links.find(resolve(path, false));
  if (found == links.end()) return map_host_not_found(path);
  return found->second;
}

Result<host::FileStatus> MapHost::status(std::string_view path) {
  asked.insert(std::string(path));
  const std::string at = resolve(path, false);
  host::FileStatus out;
  if (const auto when = modified_ms.find(at); when != modified_ms.end())
    out.modified_ms = when->second;
  if (links.contains(at)) {
    out.type = host::FileType::kLink;
  } else if (const auto file = files.find(at); file != files.end()) {
    out.type = host::FileType::kFile;
    out.size_bytes = static_cast<std::int64_t>(file->second.size());
  } else if (list(path).ok()) {
    out.type = host::FileType::kDirectory;
  } else {
    return map_host_not_found(path);
  }
  return out;
}

Result<host::FilesystemSpace> MapHost::space(std::string_view mount_point) {
  spaces_asked.insert(std::string(mount_point));
  return host::FilesystemSpace{1'000'000, 500'000};
}

Result<std::string> MapHost::netlink(host::NetlinkDump dump) {
  const auto& answer = dump == host::NetlinkDump::kLinks ? link_dump : address_dump;
  if (!answer) return map_host_not_found("netlink");
  return *answer;
}

std::string MapHost::resolve(std::string_view path, bool follow_last) const {
  return map_host_resolve(path, follow_last,
                          [&](const std::string& at) -> std::optional<std::string> {
                            const auto found = links.find(at);
                            if (found == links.end()) return std::nullopt;
                            return found->second;
                          });
}

void load_ttar(MapHost& host, std::string_view archive) {
  std::istringstream in{std::string(archive)};
  std::string line, path;
  const auto below_top = [](const std::string& name) {
    const std::size_t slash = name.find('/');
    return slash == std::string::npos ? std::string("/") : name.substr(slash);
  };
  while (std::getline(in, line)) {
    if (line.starts_with("Path: ")) path = below_top(line.substr(6));
    if (line.starts_with("Directory: ")) host.directories.insert(below_top(line.substr(11)));
    if (line.starts_with("SymlinkTo: ")) host.links[path] = line.substr(11);
    if (!line.starts_with("Lines: ")) continue;
    std::string text;
    for (int left = std::atoi(line.c_str() + 7); left > 0 && std::getline(in, line); --left)
      text += line + "\n";
    for (std::size_t at; (at = text.find("NULLBYTE")) != std::string::npos;)
      text.replace(at, 8, 1, '\0');
    if (text.ends_with("EOF\n")) text.resize(text.size() - 4);
    host.files[path] = text;
  }
}

}  // namespace muster::agent
