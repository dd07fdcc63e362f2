// SPDX-License-Identifier: Apache-2.0
// muster-agent enroll: a join code becomes a certificate.
#include "agent/sync/enroll.h"

#include <CLI/CLI.hpp>
#include <istream>
#include <ostream>

#include "agent/commands/commands.h"
#include "agent/commands/stop_signal.h"

namespace muster::agent::commands {
namespace {

class EnrollCommand final : public Command {
 public:
  std::string_view name() const override { return "enroll"; }
  std::string_view summary() const override { return "Enroll this machine with a join code"; }

  void set_up(CLI::App& subcommand) override {
    subcommand
        .add_option("JOIN_CODE", code_,
                    "The join code; - reads it from standard input, which keeps it out of ps and "
                    "the shell's history")
        ->required();
    subcommand.add_flag("--force", force_, "Although the machine is enrolled already");
  }

  int run(CommandContext& context) override {
    if (code_ == "-") {
      code_.clear();
      std::getline(context.in, code_);
    }
    const auto code = crypto::parse_join_code(code_);
    if (!code) return fail(context, code.failure(), kUsage);
    const auto directory = sync::StateDirectory::open(context.options.state_directory);
    if (!directory) return fail(context, directory.failure());
    const auto stop = StopSignal::make();
    if (!stop) return fail(context, stop.failure());
    const sync::TransportFactory factory = [&](sync::TransportOptions options) {
      return sync::make_transport(std::move(options), context.clock);
    };
    for (;;) {
      const auto outcome = sync::enroll(*directory, *code, force_, factory, stop->descriptor());
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

 private:
  std::string code_;
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Command> enroll_command() {
  return std::make_unique<EnrollCommand>();
}

}  // namespace muster::agent::commands
