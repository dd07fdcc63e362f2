// SPDX-License-Identifier: Apache-2.0
// What a command may use of the world (World, passed in, so that tests own it), and what it works
// with while it runs (Context). One thread.
#pragma once
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/command/parse.h"
#include "common/json/write.h"
#include "common/support/clock.h"
#include "common/support/config.h"
#include "server/cli/api.h"
#include "server/cli/config_file.h"
#include "server/cli/output.h"
#include "server/cli/problem.h"

namespace muster::cli {

struct Terminal {
  bool in = false;  // whether each of the three is one
  bool out = false;
  bool error = false;
  std::size_t columns = 80;
};

struct World {
  std::istream& in;
  std::ostream& out;
  std::ostream& error;
  Environment environment;
  const Clock& clock;
  Terminal terminal;
  std::function<std::unique_ptr<ApiClient>(const Connection&)> connect;
  // Asks on the terminal without showing what is typed. Throws Problem (kInterrupted).
  std::function<std::string(const std::string& prompt)> read_secret;
  // Whether nobody reads standard output any more, as behind "| head".
  std::function<bool()> reader_left = {};
};

class Context {
 public:
  Context(World& world, const Invocation& invocation);

  World& world;
  const Invocation& invocation;
  Output out;

  // Signed in by the saved token or the environment. Throws Problem (kNotSignedIn) otherwise.
  Api& api();
  const Access& access();

  Instant now() const { return now_; }
  Zone zone() const { return zone_; }
  bool is_dry_run() const { return invocation.has("--dry-run"); }

  // nullopt: all. When nothing was said: 50 on a terminal, all elsewhere.
  std::optional<std::size_t> limit() const;
  // A flag with a time; Problem (kUsage) when it is none. A local time that was there twice is
  // remarked on.
  std::optional<Instant> time(std::string_view flag) const;
  // The same; Problem (kUsage) for the future too.
  std::optional<Instant> past_time(std::string_view flag) const;
  // Adds name=value when the flag was given; times go out in UTC with an offset. Those whose flag
  // ends with "at" are past times.
  void add_time(Parameters& parameters, const std::string& name, std::string_view flag) const;
  void add_text(Parameters& parameters, const std::string& name, std::string_view flag) const;

  Parameters points() const;  // --at and --known-at

  // The argument TICKET as the server takes it: 1042, inc1042 and INC-1042 are one ticket.
  std::string ticket() const;

  // A remark on standard error, unless --quiet.
  void remark(std::string_view text) const;
  // "50 of 1,204 shown; --all for the rest".
  void say_cut(const List& list) const;

  // Asks "... [y/N]"; --yes answers. Without a terminal it throws Problem (kUsage).
  void confirm(const std::string& question) const;
  // The name typed, or given as --confirm. Throws Problem (kUsage) when it is another.
  void confirm_by_name(const std::string& question, const std::string& name) const;
  std::string ask(const std::string& prompt) const;  // a line from the terminal
  std::string ask_secret(const std::string& prompt) const;
  std::string first_line_of_input(const std::string& what) const;  // of standard input
  // "-" is standard input, anything else is itself.
  std::string text_or_input(const std::string& text) const;

 private:
  bool may_ask() const;
  Zone zone_;
  Instant now_;
  std::optional<Access> access_;
  std::unique_ptr<ApiClient> client_;
  std::optional<Api> api_;
};

std::string with_thousands(std::int64_t number);  // "1,204"

}  // namespace muster::cli
