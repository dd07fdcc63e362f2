// SPDX-License-Identifier: Apache-2.0
// muster-agent enroll: a join code becomes a certificate.
#include "agent/sync/enroll.h"

#include <istream>
#include <ostream>

#include "agent/commands/commands.h"
#include "agent/commands/stop_signal.h"

namespace muster::agent::commands {
namespace {

int enroll_machine(CommandContext& context) {
  std::string text = context.invocation.required("JOIN_CODE");
  if (text == "-") {
    text.clear();
    std::getline(context.in, text);
  }
  const bool force = context.invocation.has("--force");
  const auto code = crypto::parse_join_code(text);
  if (!code) return fail(context, code.failure(), kWrongUsage);
  const auto directory = sync::StateDirectory::open(context.options.state_directory);
  if (!directory) return fail(context, directory.failure());
  const auto stop = StopSignal::make();
  if (!stop) return fail(context, stop.failure());
  const sync::TransportFactory factory = [&](sync::TransportOptions options) {
    return sync::make_transport(std::move(options), context.clock);
  };
  for (;;) {
    const auto outcome = sync::enroll(*directory, *code, force, factory, stop->descriptor());
    if (!outcome) return fail(context, outcome.failure());
    if (!outcome->ask_again_s) {
      context.out << "enrolled as " << outcome->agent_id << " with " << outcome->server
                  << "; the certificate ends " << to_rfc3339(outcome->not_after)
                  << " and renews by itself\n";
      return kSucceeded;
    }
    context.out << "waiting for somebody to approve this machine on " << outcome->server
                << "; asking again in " << *outcome->ask_again_s
                << " s (after Ctrl-C, the same command goes on)\n"
                << std::flush;
    if (stop->wait_ms(*outcome->ask_again_s * 1000) == Wake::kStop)
      return fail(context, {FailureKind::kTimeout, "not enrolled: nobody has approved it yet"});
  }
}
}  // namespace

Command enroll_command() {
  return {{"enroll",
           "enroll this machine with a join code",
           {{"JOIN_CODE", Count::kOne,
             "- reads it from standard input, which keeps it out of ps and the shell's history"}},
           {{"--force", "", "although the machine is enrolled already"}},
           {"muster-agent enroll - < join-code"}},
          enroll_machine};
}

}  // namespace muster::agent::commands
