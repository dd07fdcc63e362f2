// SPDX-License-Identifier: Apache-2.0
// What kind of file a path of a capture is, for redaction. Used by redact.h. Pure; any thread.
#pragma once
#include <string>
#include <string_view>
#include <utility>

namespace muster::agent::places {

std::string_view base_name(std::string_view path);
bool is_distribution(std::string_view path);
bool is_smbios_table(std::string_view path);
// Files whose whole content is an identifier.
bool is_identifier_file(std::string_view path);
// Files with lines of a name and a value, some of which are identifiers.
bool has_identifier_lines(std::string_view path);
// Lists of mounts: fields between blanks, a blank in a field is "\040" (proc_pid_mountinfo(5)).
bool is_mount_list(std::string_view path);
// Who mounted a network file system, or its domain, in one option or in the source: "username=ana",
// "domain=SKALA" of CIFS, "ana@server:/folder" of sshfs. Where it begins and its size, which is 0
// where there is none.
std::pair<std::size_t, std::size_t> login_in_mount(std::string_view option);
// Collectors ask for these by name.
bool is_kernel_path(std::string_view path);

// `text` with each `from` in it as `to`.
std::string replaced(std::string_view text, std::string_view from, std::string_view to);

// What redact_with() makes of `text`, in which `escape` stands for a blank.
template <class RedactWith>
std::string through_escape(std::string_view text, std::string_view escape,
                           RedactWith&& redact_with) {
  if (text.find(' ') != std::string_view::npos) return redact_with(std::string(text));
  return replaced(redact_with(replaced(text, escape, " ")), " ", escape);
}

}  // namespace muster::agent::places
