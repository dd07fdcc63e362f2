// SPDX-License-Identifier: Apache-2.0
// The one declaration of an inventory section. A row is a plain struct with a static `kSection`
// that describes its fields; JSON, SQL table and view, query fields, API schema and the page in
// docs/inventory/ all follow from it:
//
//   struct User {
//     std::string name;
//     std::optional<std::int64_t> uid;
//     static constexpr auto kSection = [] {
//       using R = User;
//       return section<R>({.name = "users",
//                          .title = "Users",
//                          .meaning = "Local accounts",
//                          .privacy = Privacy::kPersonal},
//                         key("name", &R::name, "Login name", {.read_from = "/etc/passwd"}),
//                         fact("uid", &R::uid, "Numeric user id", {.read_from = "/etc/passwd"}));
//     }();
//   };
//
// Rules, checked at compile time by well_formed:
//   - section and fields have a name of lower-case letters, digits and _, and a meaning; names of
//     fields are unique;
//   - a key is always there: neither std::optional nor a list. Only one of several may say
//     .may_be_absent, and is std::optional then. A fact may be absent: it is std::optional, or a
//     list;
//   - an instance is a key of type integer, and there is at most one; only keys are left out of the
//     pairing;
//   - .values are of a text, which they make an enum, and each is named once;
//   - .providers and .provider_field come together, and the field is a text key of this section;
//   - a field's .schema_version is from 1 to the section's;
//   - only a section with a key has .linger_days, at most 366 of them.
// A section without a key holds at most one row. Released fields are never renamed or retyped, only
// added (docs/adding-a-section.md). Works for any thread; nothing here allocates at run time.
// SectionSchema (schema.h) is the same at run time.
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "common/support/clock.h"

namespace muster::inventory {

enum class FieldType { kText, kInteger, kBoolean, kTime, kEnum, kTextList };
enum class FieldRole { kFact, kKey };

// What a text is, where it can be written in several ways or has an order of its own. Agents send
// the form that is named here; a query takes any (docs/query.md).
enum class TextKind {
  kPlain,
  kVersion,         // numbers as numbers, the rest as text
  kPackageVersion,  // by the rules of the manager that the section's provider field names
  kKernelRelease,   // uname -r: a version and a flavour, 6.1.0-40-amd64
  kDate,            // YYYY-MM-DD
  kIpAddress,       // IPv4 as four decimal numbers, IPv6 as RFC 5952 writes it
  kMacAddress,  // pairs of lower-case hexadecimal digits with colons; EUI-48, EUI-64, InfiniBand
  kUuid,        // RFC 9562, lower case
  kVolumeUuid,  // a UUID, or the shorter serial number of a file system that has none
  kMachineId,   // machine-id(5): 32 lower-case hexadecimal digits
};

// How often the agent looks: with each report, about once an hour, about once a day.
enum class Interval { kEach, kHourly, kDaily };
// kPersonal and kSensitive need a permission to be read, and reading them is audited (model.md
// section 8).
enum class Privacy { kNone, kPersonal, kSensitive };

struct FieldOptions {
  std::string_view unit = "";       // "bytes", "MHz"; part of the name as well
  std::string_view read_from = "";  // where it is read on each system: kernel file, SMBIOS field
  std::span<const std::string_view> values = {};  // all that an enum may be
  TextKind kind = TextKind::kPlain;
  bool shared = false;  // stored once for all machines in <section>_content (model.md section 3)
  bool instance =
      false;  // the number 1..n that tells equal twins apart; an integer key, given by the agent
  // A key that not every provider gives (the bank of a memory slot). Absent is part of the key
  // then, and another key tells the rows apart.
  bool may_be_absent = false;
  bool pairing = true;     // false for a key field (version) that an upgrade changes
  int schema_version = 1;  // the section's schema version that introduced the field
  // Says which one a thing is and not what it is like, so that it differs between any two: serial
  // numbers, UUIDs, addresses, tags, when it was installed. Comparisons of two machines leave it
  // out.
  bool identity = false;
  bool summary = false;  // stands where a row is told in few words: "16.0 GiB, DDR4, Samsung"
};

template <class Row, class T>
struct Field {
  using Value = T;
  std::string_view name;
  T Row::*member;
  std::string_view meaning;
  FieldRole role{};
  FieldOptions options;
};

template <class Row, class T>
consteval Field<Row, T> key(std::string_view name, T Row::*member, std::string_view meaning,
                            FieldOptions options = {}) {
  return {name, member, meaning, FieldRole::kKey, options};
}
template <class Row, class T>
consteval Field<Row, T> fact(std::string_view name, T Row::*member, std::string_view meaning,
                             FieldOptions options = {}) {
  return {name, member, meaning, FieldRole::kFact, options};
}

struct SectionOptions {
  std::string_view name;      // "memory_modules"
  std::string_view title;     // "Memory modules": heading of tab and page
  std::string_view one = "";  // "Memory module": one row in a sentence; empty: the title
  std::string_view meaning;   // one sentence
  Interval interval = Interval::kHourly;
  Privacy privacy = Privacy::kNone;
  int schema_version = 1;
  // Providers with a status each (dpkg, rpm), and the field that says which one a row is from.
  // Without: one provider that has the section's name.
  std::span<const std::string_view> providers = {};
  std::string_view provider_field = "";
  // Every machine has such rows. A look that found none, or providers that say that this machine
  // cannot have them, then say only that nobody who could see them looked: the section stays
  // unknown (docs/query.md, Undetermined).
  bool never_empty = false;
  // Days for which a row that comes and goes (a connection, a logon) stays after it was last seen:
  // the agent goes on reporting it, so that an idle machine reports no change. 0: not at all.
  int linger_days = 0;
};

template <class... Fields>
struct Section {
  SectionOptions options;
  std::tuple<Fields...> fields;
};

template <class Row, class... Fields>
consteval Section<Fields...> section(SectionOptions options, Fields... fields) {
  return {options, {fields...}};
}

template <class T>
struct IsOptional : std::false_type {
  using Inner = T;
};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {
  using Inner = T;
};

// A row is described when it has a static `kSection`.
template <class Row>
concept Described = requires {
  Row::kSection.fields;
};

template <Described Row, class Visit>
constexpr void for_each_field(Visit&& visit) {
  std::apply([&](const auto&... field) { (visit(field), ...); }, Row::kSection.fields);
}

inline constexpr int kMostLingerDays = 366;

constexpr bool is_declared_name(std::string_view name) {
  if (name.empty() || name.front() < 'a' || name.front() > 'z') return false;
  for (const char c : name) {
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') return false;
  }
  return true;
}

constexpr bool are_distinct(std::span<const std::string_view> names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (names[i] == names[j]) return false;
    }
  }
  return true;
}

// A key that each row has and that is not a number given to twins.
template <class Row, class T>
constexpr bool tells_apart(const Field<Row, T>& field) {
  return field.role == FieldRole::kKey && !field.options.may_be_absent && !field.options.instance;
}

template <class Row, class T>
constexpr bool well_formed(const Field<Row, T>& field, const SectionOptions& section) {
  using Value = typename IsOptional<T>::Inner;
  constexpr bool kIsList = std::same_as<T, std::vector<std::string>>;
  const FieldOptions& options = field.options;
  const bool is_key = field.role == FieldRole::kKey;
  if (!is_declared_name(field.name) || field.meaning.empty()) return false;
  if (options.may_be_absent && !is_key) return false;
  if (is_key && (kIsList || IsOptional<T>::value != options.may_be_absent)) return false;
  if (!is_key && !IsOptional<T>::value && !kIsList) return false;
  if (options.instance && !(is_key && std::same_as<T, std::int64_t>)) return false;
  if (!options.pairing && !is_key) return false;
  if (!options.values.empty() && !std::same_as<Value, std::string>) return false;
  if (field.name == section.provider_field && !(is_key && std::same_as<T, std::string>))
    return false;
  return are_distinct(options.values) && options.schema_version >= 1 &&
         options.schema_version <= section.schema_version;
}

template <Described Row>
consteval bool well_formed() {
  constexpr const SectionOptions& kOptions = Row::kSection.options;
  if (!is_declared_name(kOptions.name) || kOptions.title.empty() || kOptions.meaning.empty())
    return false;
  if (kOptions.providers.empty() != kOptions.provider_field.empty()) return false;
  if (kOptions.linger_days < 0 || kOptions.linger_days > kMostLingerDays) return false;
  constexpr bool kLingers = kOptions.linger_days > 0;
  return std::apply(
      [](const auto&... field) {
        const std::string_view names[] = {field.name...};
        const int instances = (0 + ... + (field.options.instance ? 1 : 0));
        const int loose = (0 + ... + (field.options.may_be_absent ? 1 : 0));
        const int firm = (0 + ... + (tells_apart(field) ? 1 : 0));
        if (loose > 1 || (loose == 1 && firm == 0)) return false;
        if (kLingers && firm == 0) return false;
        const bool has_provider =
            kOptions.provider_field.empty() || (... || (field.name == kOptions.provider_field));
        return (... && well_formed(field, kOptions)) && are_distinct(names) && instances <= 1 &&
               has_provider && are_distinct(kOptions.providers);
      },
      Row::kSection.fields);
}

template <class T>
consteval FieldType field_type(bool is_enum) {
  using Value = typename IsOptional<T>::Inner;
  if constexpr (std::same_as<Value, std::int64_t>) {
    return FieldType::kInteger;
  } else if constexpr (std::same_as<Value, bool>) {
    return FieldType::kBoolean;
  } else if constexpr (std::same_as<Value, Instant>) {
    return FieldType::kTime;
  } else if constexpr (std::same_as<Value, std::vector<std::string>>) {
    return FieldType::kTextList;
  } else {
    static_assert(std::same_as<Value, std::string>,
                  "a field is text, integer, boolean, time, enum or list of text");
    return is_enum ? FieldType::kEnum : FieldType::kText;
  }
}

}  // namespace muster::inventory
