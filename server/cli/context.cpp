// SPDX-License-Identifier: Apache-2.0
#include "server/cli/context.h"

#include <istream>
#include <iterator>
#include <ostream>

#include "common/support/text.h"
#include "server/cli/shell_command.h"

namespace muster::cli {
namespace {

constexpr std::size_t kDefaultLimit = 50;
constexpr std::int64_t kFirstTicketNumber = 1001;
constexpr std::int64_t kClockToleranceMs = 60'000;  // that of the server

bool wants_colour(const World& world, const Invocation& invocation) {
  const std::string when = invocation.text("--color").value_or("auto");
  if (when == "always") return true;
  if (when == "never" || !world.terminal.out) return false;
  const auto set = [&](const char* name) {
    return world.environment ? world.environment(name).value_or("") : std::string();
  };
  return set("NO_COLOR").empty() && set("TERM") != "dumb";
}

Format format_of(const Invocation& invocation) {
  const int count = static_cast<int>(invocation.has("--json")) +
                    static_cast<int>(invocation.has("--jsonl")) +
                    static_cast<int>(invocation.has("--csv"));
  if (count > 1) throw Problem(kUsage, "--json, --jsonl and --csv exclude each other");
  if (invocation.has("--csv")) return Format::kCsv;
  for (const char* flag : {"--exact", "--crlf"}) {
    if (invocation.has(flag)) throw Problem(kUsage, std::string(flag) + " goes with --csv only");
  }
  if (invocation.has("--json")) return Format::kJson;
  if (invocation.has("--jsonl")) return Format::kJsonLines;
  return Format::kText;
}

OutputOptions output_options(const World& world, const Invocation& invocation) {
  OutputOptions options;
  options.format = format_of(invocation);
  options.is_terminal = world.terminal.out;
  options.colour = wants_colour(world, invocation);
  options.width = world.terminal.columns;
  options.headings = !invocation.has("--no-headers");
  options.is_exact = invocation.has("--exact");
  options.ends_with_crlf = invocation.has("--crlf");
  options.zone = invocation.has("--utc") ? Zone::kUtc : Zone::kLocal;
  options.now = world.clock.now();
  // Ages in an answer about the past count from that time. A text that is no time is refused by
  // whoever asks.
  if (const auto at = invocation.text("--at"))
    options.now = parse_time(*at, options.now, options.zone).value_or(options.now);
  if (invocation.has("--columns")) {
    options.columns.emplace();
    const std::string names = invocation.text("--columns").value_or("");
    for (const std::string_view name : split(names, ',')) {
      if (!trim(name).empty()) options.columns->emplace_back(trim(name));
    }
  }
  return options;
}

}  // namespace

std::string with_thousands(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3 && text[i - 4] != '-'; i -= 3)
    text.insert(i - 3, ",");
  return text;
}

Context::Context(World& world_, const Invocation& invocation_)
    : world(world_),
      invocation(invocation_),
      out(world_.out, output_options(world_, invocation_)),
      zone_(invocation_.has("--utc") ? Zone::kUtc : Zone::kLocal),
      now_(world_.clock.now()) {}

const Access& Context::access() {
  if (!access_) access_ = access_of(invocation, world.environment);
  return *access_;
}

Api& Context::api() {
  if (api_) return *api_;
  if (access().token.empty()) {
    throw Problem(kNotSignedIn, "not signed in to " + access().connection.server,
                  ShellCommand("muster login").argument(access().connection.server).text());
  }
  client_ = world.connect(access().connection);
  api_.emplace(*client_, access().token);
  return *api_;
}

std::optional<std::size_t> Context::limit() const {
  if (invocation.has("--all")) return std::nullopt;
  const auto said = invocation.integer("--limit");
  if (said) return static_cast<std::size_t>(*said);
  // Nobody reads the remark that there are more where a program reads the rows.
  return world.terminal.out ? std::optional(kDefaultLimit) : std::nullopt;
}

std::optional<Instant> Context::time(std::string_view flag) const {
  const auto text = invocation.text(flag);
  if (!text) return std::nullopt;
  const TimeReading reading = read_time(*text, now_, zone_);
  if (!reading.at) {
    throw Problem(kUsage,
                  std::string(flag) + ": \"" + *text + "\" is not a time" +
                      (reading.why.empty() ? "" : ": " + reading.why),
                  "2026-11-23 08:00, yesterday, tuesday noon, 2h; muster help times lists them");
  }
  if (reading.earlier) {
    remark(std::string(flag) + ": clocks showed that time twice; " +
           date_and_minute(*reading.at, zone_) + " is taken, not " +
           date_and_minute(*reading.earlier, zone_));
  }
  return reading.at;
}

std::optional<Instant> Context::past_time(std::string_view flag) const {
  const auto at = time(flag);
  if (at && *at - now_ > kClockToleranceMs) {
    throw Problem(kUsage,
                  std::string(flag) + ": " + date_and_minute(*at, zone_) +
                      " lies in the future, of which nothing is known",
                  "without " + std::string(flag) + ", for the present");
  }
  return at;
}

void Context::add_time(Parameters& parameters, const std::string& name,
                       std::string_view flag) const {
  // --at, --known-at, --a-at, --b-at say when it was so; --from and --to only bound a span.
  if (const auto at = flag.ends_with("at") ? past_time(flag) : time(flag))
    parameters.emplace_back(name, to_rfc3339(*at));
}

void Context::add_text(Parameters& parameters, const std::string& name,
                       std::string_view flag) const {
  if (const auto text = invocation.text(flag)) parameters.emplace_back(name, *text);
}

Parameters Context::points() const {
  Parameters parameters;
  add_time(parameters, "at", "--at");
  add_time(parameters, "known_at", "--known-at");
  return parameters;
}

std::string Context::ticket() const {
  const std::string typed = invocation.required("TICKET");
  std::string_view digits = typed;
  if (const std::string lowered = lower_ascii(typed); lowered.starts_with("inc"))
    digits.remove_prefix(lowered.starts_with("inc-") ? 4 : 3);
  const auto number = parse_integer(digits);
  if (!number || *number < kFirstTicketNumber || !is_digit(digits.front())) return typed;
  return "INC-" + std::to_string(*number);
}

void Context::remark(std::string_view text) const {
  if (!invocation.has("--quiet")) world.error << printable(text) << '\n';
}

void Context::say_cut(const List& list) const {
  if (!list.is_cut) return;
  const std::string shown = with_thousands(static_cast<std::int64_t>(list.rows.size()));
  const auto total = list.first.integer_at("total");
  remark(total ? shown + " of " + with_thousands(*total) + " shown; --all for the rest"
               : shown + " shown, there are more; --all for the rest");
}

bool Context::may_ask() const {
  return world.terminal.in && world.terminal.error && !invocation.has("--no-input");
}

std::string Context::ask(const std::string& prompt) const {
  if (!may_ask())
    throw Problem(kUsage, "this needs an answer, and there is nobody to ask: " + prompt);
  world.error << printable(prompt) << ' ' << std::flush;
  std::string line;
  if (!std::getline(world.in, line)) throw Problem(kInterrupted, "broken off");
  return std::string(trim(line));
}

std::string Context::ask_secret(const std::string& prompt) const {
  if (!may_ask())
    throw Problem(kUsage, "this needs a secret, and there is nobody to ask: " + prompt);
  return world.read_secret(prompt);
}

void Context::confirm(const std::string& question) const {
  if (invocation.has("--yes")) return;
  if (!may_ask())
    throw Problem(kUsage, question + " needs a yes", "--yes, to do it without asking");
  const std::string answer = lower_ascii(ask(question + " [y/N]"));
  if (answer != "y" && answer != "yes") throw Problem(kFailed, "nothing was done");
}

void Context::confirm_by_name(const std::string& question, const std::string& name) const {
  const auto given = invocation.text("--confirm");
  if (!given && !may_ask())
    throw Problem(kUsage, question + " needs the name typed", flag_words("--confirm", name));
  const std::string typed = given ? *given : ask(question + " Type its name to go on:");
  if (typed != name)
    throw Problem(kUsage, "\"" + typed + "\" is not \"" + name + "\"; nothing was done");
}

std::string Context::first_line_of_input(const std::string& what) const {
  std::string line;
  std::getline(world.in, line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.empty()) throw Problem(kUsage, "standard input is empty: it should hold " + what);
  return line;
}

std::string Context::text_or_input(const std::string& text) const {
  if (text != "-") return text;
  std::string all{std::istreambuf_iterator<char>(world.in), std::istreambuf_iterator<char>()};
  while (!all.empty() && (all.back() == '\n' || all.back() == '\r'))
    all.pop_back();
  return all;
}

}  // namespace muster::cli
