// SPDX-License-Identifier: Apache-2.0
// muster-agent capture FILE: looks once and writes down all that the collectors read, redacted.
#include <ostream>

#include "agent/commands/commands.h"
#include "agent/commands/host_choice.h"
#include "agent/host/recording_host.h"
#include "agent/host/redact.h"
#include "agent/report/collect_sections.h"
#include "common/support/digest.h"
#include "common/support/file.h"
#include "common/support/text.h"

namespace muster::agent::commands {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kComment =
    "What the collectors of muster-agent " MUSTER_VERSION
    " read on one machine.\n"
    "Replaced by others of equal length: serial numbers, asset tags, UUIDs, hardware and IP\n"
    "addresses, the host's name and domain, names of people and their home directories.\n"
    "Not replaced: installed software, other words of mount points, names of groups, volumes,\n"
    "shares and their servers.\n"
    "Please look through it before you hand it on; words may be blanked out by hand.\n";

int write_capture_file(CommandContext& context) {
  const std::string file = context.invocation.required("FILE");
  const auto host = open_host(context.invocation);
  if (!host) return fail(context, host.failure());
  auto recording = std::make_shared<host::RecordingHost>(*host);
  report::SectionCollector collector(recording, std::make_shared<SystemClock>(),
                                     collect::collectors(), &collect::collect_vitals);
  const auto results = collector.collect({}, context.options.disabled_sections);
  static_cast<void>(collector.vitals());  // for what it reads
  const auto entries = host::redact(recording->entries(), random_bytes(kSecretBytes));
  const std::string text = host::write_capture(entries, kComment);
  if (file == "-") {
    context.out << text;
    return kSucceeded;
  }
  const auto written = replace_file(file, text, FileMode::kPrivate);
  if (!written) return fail(context, written.failure());
  context.out << "wrote " << entries.size() << " answers of " << results.size() << " sections to "
              << printable(file)
              << "\nLook through it before you hand it on. To see what it gives:\n"
              << "  muster-agent inventory --pretty --capture " << printable(file) << "\n";
  return kSucceeded;
}
}  // namespace

Command capture_command() {
  return {{"capture",
           "record what the collectors read into a file, redacted",
           {{"FILE", Count::kOne, "where to write it; - is standard output"}},
           with_host_options({}),
           {"muster-agent capture machine.capture"}},
          write_capture_file};
}

}  // namespace muster::agent::commands
