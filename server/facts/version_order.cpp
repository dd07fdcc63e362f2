// SPDX-License-Identifier: Apache-2.0
#include "server/facts/version_order.h"

#include <algorithm>

#include "common/support/text.h"

namespace muster::server::facts {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The place of a character outside a number: '~' before the end of the part, the end before
// letters, letters before everything else.
int weight(std::string_view text, std::size_t at) {
  if (at >= text.size() || is_digit(text[at])) return 0;
  const char c = text[at];
  if (c == '~') return -1;
  const int code = static_cast<unsigned char>(c);
  return is_letter(c) ? code : code + 256;
}

std::string_view take_number(std::string_view text, std::size_t& at) {
  while (at < text.size() && text[at] == '0')
    ++at;
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at]))
    ++at;
  return text.substr(begin, at - begin);
}

// Numbers of any length, without leading zeros.
std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

// Compares one part: stretches without digits and numbers in turn.
std::strong_ordering compare_part(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !is_digit(a[i])) || (j < b.size() && !is_digit(b[j]))) {
      const int left = weight(a, i);
      const int right = weight(b, j);
      if (left != right) return left <=> right;
      ++i;
      ++j;
    }
    if (const auto order = compare_numbers(take_number(a, i), take_number(b, j)); order != 0)
      return order;
  }
  return std::strong_ordering::equal;
}

std::string_view without_zeros(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view() : digits.substr(first);
}

std::strong_ordering compare_split(const DebianVersion& a, const DebianVersion& b) {
  if (const auto order = compare_numbers(without_zeros(a.epoch), without_zeros(b.epoch));
      order != 0)
    return order;
  if (const auto order = compare_part(a.upstream, b.upstream); order != 0) return order;
  return compare_part(a.revision, b.revision);
}

struct KernelRelease {
  std::string_view release;    // 6.1.0
  std::string_view candidate;  // rc3
  std::string_view build;      // 40, 427; as far as it is numbers
  std::string_view flavour;    // -amd64, .el9.x86_64, -arch1-1
};

std::string_view take_release(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && (is_digit(text[end]) || (text[end] == '.' && end + 1 < text.size() &&
                                                       is_digit(text[end + 1]))))
    ++end;
  const std::string_view out = text.substr(0, end);
  text.remove_prefix(end);
  return out;
}

KernelRelease split_kernel(std::string_view text) {
  KernelRelease out;
  out.release = take_release(text);
  while (out.release.ends_with(".0"))  // 6.1 is 6.1.0
    out.release.remove_suffix(2);
  if (text.starts_with("-rc")) {
    std::size_t end = 3;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    out.candidate = text.substr(1, end - 1);
    text.remove_prefix(end);
  }
  if (text.size() > 1 && text[0] == '-' && is_digit(text[1])) {
    text.remove_prefix(1);
    out.build = take_release(text);
  }
  out.flavour = text;
  return out;
}

std::strong_ordering compare_kernel(const KernelRelease& a, const KernelRelease& b,
                                    bool with_build) {
  if (const auto order = compare_part(a.release, b.release); order != 0) return order;
  if (a.candidate.empty() != b.candidate.empty())
    return a.candidate.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
  if (const auto order = compare_part(a.candidate, b.candidate); order != 0 || !with_build)
    return order;
  return compare_part(a.build, b.build);
}

std::strong_ordering compare_kernel_with(std::string_view row, std::string_view literal) {
  const KernelRelease left = split_kernel(row);
  const KernelRelease right = split_kernel(literal);
  const bool whole = !right.flavour.empty();
  if (const auto order = compare_kernel(left, right, whole || !right.build.empty()); order != 0)
    return order;
  return whole ? compare_part(left.flavour, right.flavour) : std::strong_ordering::equal;
}

}  // namespace

Ecosystem ecosystem_of(std::string_view manager) {
  return manager == "dpkg" ? Ecosystem::kDebian : Ecosystem::kGeneric;
}

Ecosystem ecosystem_of(inventory::TextKind kind, std::string_view manager) {
  if (kind == inventory::TextKind::kKernelRelease) return Ecosystem::kKernel;
  return kind == inventory::TextKind::kPackageVersion ? ecosystem_of(manager) : Ecosystem::kGeneric;
}

DebianVersion split_debian(std::string_view version) {
  DebianVersion out;
  if (const std::size_t colon = version.find(':');
      colon != std::string_view::npos && colon > 0 &&
      std::all_of(version.begin(), version.begin() + static_cast<std::ptrdiff_t>(colon),
                  is_digit)) {
    out.epoch = version.substr(0, colon);
    out.has_epoch = true;
    version.remove_prefix(colon + 1);
  }
  if (const std::size_t dash = version.rfind('-'); dash != std::string_view::npos) {
    out.revision = version.substr(dash + 1);
    out.has_revision = true;
    version = version.substr(0, dash);
  }
  out.upstream = version;
  return out;
}

std::strong_ordering compare_versions(Ecosystem ecosystem, std::string_view a, std::string_view b) {
  if (ecosystem == Ecosystem::kGeneric) return compare_part(a, b);
  if (ecosystem == Ecosystem::kKernel) {
    const KernelRelease left = split_kernel(a);
    const KernelRelease right = split_kernel(b);
    const auto order = compare_kernel(left, right, true);
    return order != 0 ? order : compare_part(left.flavour, right.flavour);
  }
  return compare_split(split_debian(a), split_debian(b));
}

std::strong_ordering compare_with_literal(Ecosystem ecosystem, std::string_view row,
                                          std::string_view literal) {
  if (ecosystem == Ecosystem::kKernel) return compare_kernel_with(row, literal);
  if (ecosystem == Ecosystem::kGeneric) {
    if (literal.find(' ') == std::string_view::npos) row = row.substr(0, row.find(' '));
    return compare_part(row, literal);
  }
  DebianVersion left = split_debian(row);
  const DebianVersion right = split_debian(literal);
  if (!right.has_epoch) left.epoch = {};
  if (!right.has_revision) left.revision = {};
  return compare_split(left, right);
}

}  // namespace muster::server::facts
