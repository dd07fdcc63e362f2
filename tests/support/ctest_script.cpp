// SPDX-License-Identifier: Apache-2.0
#include "tests/support/ctest_script.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>

namespace muster::test {
namespace {

constexpr int kTimeoutS = 600;  // it only bounds how long a test can hang

bool has_tag(const TestCaseEntry& entry, const std::string& tag) {
  return std::find(entry.tags.begin(), entry.tags.end(), tag) != entry.tags.end();
}

// A bracket argument of CMake, in which nothing has a meaning.
std::string quoted(const std::string& text) {
  std::string equals = "=";
  while (text.find("]" + equals + "]") != std::string::npos || text.ends_with("]" + equals))
    equals += '=';
  return "[" + equals + "[" + text + "]" + equals + "]";
}

// A name as Catch2's filter takes it literally.
std::string escaped(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (std::string_view("\\,[]\"*~").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words)
    out += (out.empty() ? "" : ";") + word;
  return out;
}

// Catch2 calls a file by its name without folder and ending: [#tickets_test].
std::string file_tag(const std::string& file) {
  return std::filesystem::path(file).stem().string();
}

std::string short_name(const std::string& file) {
  std::string name = file_tag(file);
  if (name.ends_with("_test")) name.resize(name.size() - 5);
  return name;
}

// One list of tests: what is chosen, how it is called and with what it runs.
struct Round {
  std::string suffix;
  std::string left_out;  // a tag
  std::string only;      // a tag
  std::vector<std::string> labels, environment;
};

class Script {
 public:
  explicit Script(const CtestOptions& options) : options_(options) {}

  void add(const Round& round, const std::string& what, const std::vector<std::string>& filters,
           const TestCaseEntry& entry, const std::string& label = {}) {
    const std::string name = options_.name + round.suffix + ": " + what;
    text_ +=
        "add_test(" + quoted(name) + " " + quoted(options_.program) + " --durations no -w NoTests";
    for (const std::string& filter : filters)
      text_ += " " + quoted(filter);
    std::vector<std::string> labels = {options_.name + round.suffix};
    labels.insert(labels.end(), options_.labels.begin(), options_.labels.end());
    labels.insert(labels.end(), round.labels.begin(), round.labels.end());
    if (!label.empty()) labels.push_back(label);
    std::vector<std::string> environment = options_.environment;
    environment.insert(environment.end(), round.environment.begin(), round.environment.end());
    text_ += ")\nset_tests_properties(" + quoted(name) + " PROPERTIES TIMEOUT " +
             std::to_string(kTimeoutS) + " SKIP_RETURN_CODE " + std::to_string(kNotRun) +
             (has_tag(entry, kLong) ? " COST 100" : "") + " LABELS " + quoted(joined(labels)) +
             " ENVIRONMENT " + quoted(joined(environment)) + ")\n";
  }
  const std::string& text() const { return text_; }

 private:
  const CtestOptions& options_;
  std::string text_;
};

std::vector<Round> rounds_of(Stores stores) {
  std::vector<Round> out = {{"", "postgresql", "", {}, {}}};
  if (stores == Stores::kBoth)
    out.push_back({"/postgresql", "sqlite", "", {"postgresql"}, {"MUSTER_TEST_STORE=postgresql"}});
  if (stores == Stores::kOwnPostgresql)
    out.push_back({"/postgresql", "", "postgresql", {"postgresql"}, {}});
  return out;
}

}  // namespace

std::string ctest_script(const std::vector<TestCaseEntry>& cases, const CtestOptions& options) {
  std::map<std::string, std::string> files;  // by tag
  for (const TestCaseEntry& entry : cases) {
    const auto [at, is_new] = files.emplace(file_tag(entry.file), entry.file);
    if (!is_new && at->second != entry.file)
      throw std::runtime_error("two files of one name: " + at->second + ", " + entry.file);
  }
  Script script(options);
  for (const Round& round : rounds_of(options.stores)) {
    std::set<std::string> seen;
    for (const TestCaseEntry& entry : cases) {
      if (has_tag(entry, ".")) continue;
      if (!round.left_out.empty() && has_tag(entry, round.left_out)) continue;
      if (!round.only.empty() && !has_tag(entry, round.only)) continue;
      if (has_tag(entry, "shared_data")) {
        script.add(round, entry.name, {escaped(entry.name)}, entry, "shared_data");
      } else if (options.each_case) {
        script.add(round, entry.name, {escaped(entry.name)}, entry);
      } else if (seen.insert(file_tag(entry.file)).second) {
        std::string filter = "[#" + file_tag(entry.file) + "]~[.]~[shared_data]";
        if (!round.left_out.empty()) filter += "~[" + round.left_out + "]";
        if (!round.only.empty()) filter += "[" + round.only + "]";
        script.add(round, short_name(entry.file), {"--filenames-as-tags", filter}, entry);
      }
    }
  }
  return script.text();
}

void write_ctest_script(const std::vector<TestCaseEntry>& cases, const std::string& program,
                        const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw std::runtime_error("--ctest-script FILE --name NAME [...]");
  CtestOptions options;
  options.program = program;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& flag = arguments[i];
    if (flag == "--each-case") {
      options.each_case = true;
      continue;
    }
    if (++i == arguments.size()) throw std::runtime_error(flag + " wants a value");
    const std::string& value = arguments[i];
    if (flag == "--name") {
      options.name = value;
    } else if (flag == "--label") {
      options.labels.push_back(value);
    } else if (flag == "--environment") {
      options.environment.push_back(value);
    } else if (flag == "--stores" && value == "sqlite") {
      options.stores = Stores::kSqlite;
    } else if (flag == "--stores" && value == "both") {
      options.stores = Stores::kBoth;
    } else if (flag == "--stores" && value == "own_postgresql") {
      options.stores = Stores::kOwnPostgresql;
    } else {
      throw std::runtime_error("unknown: " + flag + " " + value);
    }
  }
  // Only what has changed is written, so that CTest and Ninja see nothing new where nothing is.
  const std::string script = ctest_script(cases, options);
  std::ifstream before(arguments[0], std::ios::binary);
  if (before && script == std::string(std::istreambuf_iterator<char>(before), {})) return;
  std::ofstream file(arguments[0], std::ios::binary);
  if (!(file << script).flush()) throw std::runtime_error("cannot write " + arguments[0]);
}

std::vector<std::string> without_tag(const std::vector<std::string>& filters,
                                     const std::string& tag) {
  // Commas join alternatives; what stands in quotes or behind a backslash is none. The exclusion
  // goes before each, since a name would swallow what stands behind it.
  const std::string exclusion = "~[" + tag + "]";
  if (filters.empty()) return {exclusion};
  std::vector<std::string> out;
  for (const std::string& filter : filters) {
    std::string now = exclusion;
    bool is_quoted = false;
    for (std::size_t i = 0; i < filter.size(); ++i) {
      now += filter[i];
      if (filter[i] == '\\' && i + 1 < filter.size()) {
        now += filter[++i];
      } else if (filter[i] == '"') {
        is_quoted = !is_quoted;
      } else if (filter[i] == ',' && !is_quoted) {
        now += exclusion;
      }
    }
    out.push_back(now);
  }
  return out;
}

}  // namespace muster::test
