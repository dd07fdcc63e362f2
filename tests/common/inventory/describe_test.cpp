// SPDX-License-Identifier: Apache-2.0
// The rules at the top of describe.h, each by a declaration that breaks it alone. They are checked
// by the compiler; that this file compiles is the test.
#include "common/inventory/describe.h"

#include <catch2/catch.hpp>

#include "common/inventory/schema.h"

namespace muster::inventory {
namespace {

constexpr std::string_view kColours[] = {"red", "green"};
constexpr std::string_view kTwice[] = {"red", "red"};

// All types that a field may have; what is tried are its options.
struct Thing {
  std::string text;
  std::optional<std::string> maybe_text;
  std::int64_t number = 0;
  std::optional<std::int64_t> maybe_number;
  bool flag = false;
  std::vector<std::string> list;
};

// A section with these options and fields, made anew for each call by the type of its lambda.
template <class Make>
struct Declared : Thing {
  static constexpr auto kSection = Make{}();
};
template <class Make>
consteval bool is_well_formed(Make) {
  return well_formed<Declared<Make>>();
}

consteval SectionOptions options(int schema_version = 1) {
  return {.name = "things",
          .title = "Things",
          .meaning = "What there is",
          .schema_version = schema_version};
}
consteval SectionOptions lingering(int days) {
  SectionOptions made = options();
  made.linger_days = days;
  return made;
}
consteval SectionOptions with_source(std::string_view field,
                                     std::span<const std::string_view> providers = kColours) {
  SectionOptions made = options(2);
  made.providers = providers;
  made.provider_field = field;
  return made;
}
consteval auto text_key(FieldOptions how = {}) {
  return key("text", &Thing::text, "Text", how);
}
consteval auto text_fact(FieldOptions how = {}) {
  return fact("maybe_text", &Thing::maybe_text, "Text", how);
}
consteval auto number_fact(FieldOptions how = {}) {
  return fact("maybe_number", &Thing::maybe_number, "Number", how);
}

}  // namespace

TEST_CASE("a declaration that keeps the rules is taken", "[describe]") {
  STATIC_REQUIRE(is_well_formed([] {
    return section<Thing>(with_source("text"), text_key({.shared = true, .pairing = false}),
                          key("number", &Thing::number, "Number", {.instance = true}),
                          text_fact({.values = kColours, .schema_version = 2}),
                          fact("list", &Thing::list, "List"), number_fact({.unit = "bytes"}));
  }));
}

TEST_CASE("keys are always there, and facts may be absent", "[describe]") {
  STATIC_REQUIRE_FALSE(
      is_well_formed([] { return section<Thing>(options(), key("a", &Thing::maybe_text, "A")); }));
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(options(), key("a", &Thing::maybe_number, "A")); }));
  STATIC_REQUIRE_FALSE(
      is_well_formed([] { return section<Thing>(options(), key("a", &Thing::list, "A")); }));
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(options(), text_key(), fact("a", &Thing::number, "A")); }));
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(options(), text_key(), fact("a", &Thing::flag, "A")); }));
}

TEST_CASE("one of several keys may be absent, where its declaration says so", "[describe]") {
  STATIC_REQUIRE(is_well_formed([] {
    return section<Thing>(options(), text_key(),
                          key("bank", &Thing::maybe_text, "Bank", {.may_be_absent = true}));
  }));
  // Nothing is left that tells the rows apart.
  STATIC_REQUIRE_FALSE(is_well_formed([] {
    return section<Thing>(options(),
                          key("bank", &Thing::maybe_text, "Bank", {.may_be_absent = true}),
                          key("number", &Thing::number, "Number", {.instance = true}));
  }));
  STATIC_REQUIRE_FALSE(is_well_formed([] {
    return section<Thing>(options(), text_key(),
                          key("a", &Thing::maybe_text, "A", {.may_be_absent = true}),
                          key("b", &Thing::maybe_number, "B", {.may_be_absent = true}));
  }));
  STATIC_REQUIRE_FALSE(
      is_well_formed([] { return section<Thing>(options(), text_key({.may_be_absent = true})); }));
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(options(), text_key(), text_fact({.may_be_absent = true})); }));
}

TEST_CASE("only rows with a key linger, and not for ever", "[describe]") {
  STATIC_REQUIRE(is_well_formed([] { return section<Thing>(lingering(366), text_key()); }));
  STATIC_REQUIRE_FALSE(is_well_formed([] { return section<Thing>(lingering(367), text_key()); }));
  STATIC_REQUIRE_FALSE(is_well_formed([] { return section<Thing>(lingering(-1), text_key()); }));
  STATIC_REQUIRE_FALSE(is_well_formed([] { return section<Thing>(lingering(1), text_fact()); }));
}

TEST_CASE("names are unique, of a kind, and have a meaning", "[describe]") {
  STATIC_REQUIRE_FALSE(is_well_formed([] {
    return section<Thing>(options(), text_key(), fact("text", &Thing::maybe_text, "Again"));
  }));
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(options(), key("Text", &Thing::text, "Capital")); }));
  STATIC_REQUIRE_FALSE(
      is_well_formed([] { return section<Thing>(options(), key("", &Thing::text, "None")); }));
  STATIC_REQUIRE_FALSE(
      is_well_formed([] { return section<Thing>(options(), key("text", &Thing::text, "")); }));
  STATIC_REQUIRE_FALSE(is_well_formed([] {
    return section<Thing>({.name = "two words", .title = "T", .meaning = "M"}, text_key());
  }));
}

TEST_CASE("an instance is one integer key, and pairing is about keys", "[describe]") {
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(options(), text_key(), number_fact({.instance = true})); }));
  STATIC_REQUIRE_FALSE(
      is_well_formed([] { return section<Thing>(options(), text_key({.instance = true})); }));
  STATIC_REQUIRE_FALSE(is_well_formed([] {
    return section<Thing>(options(), key("a", &Thing::number, "A", {.instance = true}),
                          key("b", &Thing::number, "B", {.instance = true}));
  }));
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(options(), text_key(), text_fact({.pairing = false})); }));
}

TEST_CASE("values are of a text, each named once", "[describe]") {
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(options(), text_key(), number_fact({.values = kColours})); }));
  STATIC_REQUIRE_FALSE(is_well_formed([] {
    return section<Thing>(options(), text_key(),
                          fact("list", &Thing::list, "List", {.values = kColours}));
  }));
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(options(), text_key(), text_fact({.values = kTwice})); }));
}

TEST_CASE("the field that names the source is a key of the section", "[describe]") {
  STATIC_REQUIRE_FALSE(
      is_well_formed([] { return section<Thing>(with_source("manager"), text_key()); }));
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(with_source("maybe_text"), text_key(), text_fact()); }));
  STATIC_REQUIRE_FALSE(is_well_formed([] { return section<Thing>(with_source(""), text_key()); }));
  STATIC_REQUIRE_FALSE(
      is_well_formed([] { return section<Thing>(with_source("text", {}), text_key()); }));
}

TEST_CASE("a field is introduced by a schema that the section has", "[describe]") {
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(options(), text_key(), text_fact({.schema_version = 2})); }));
  STATIC_REQUIRE_FALSE(is_well_formed(
      [] { return section<Thing>(options(), text_key(), text_fact({.schema_version = 0})); }));
}

}  // namespace muster::inventory
