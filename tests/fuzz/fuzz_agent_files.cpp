// SPDX-License-Identifier: Apache-2.0
// The agent's folder as a thief, a backup or a broken disk left it: agent.json, certificates, key,
// sequence, the spool. Each file is of the fuzzer's making; whatever it holds, the agent says what
// is wrong and goes on. Parts of the input are cut at 1E 0A; MAGIC files are sealed, so that what
// is behind the checksum is reached.
#include <filesystem>

#include "agent/sync/agent_identity.h"
#include "agent/sync/codec.h"
#include "agent/sync/reporter.h"
#include "agent/sync/spool.h"
#include "agent/sync/status.h"
#include "common/json/value.h"
#include "common/support/text.h"
#include "tests/fuzz/fixed_clock.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/store/store_fixture.h"

using namespace muster;
using namespace muster::agent;
using muster::fuzz::require;

namespace {

struct Folder {
  server::TemporaryFolder folder;
  sync::StateDirectory directory = sync::StateDirectory::open(folder.path() / "state").value();
  Log log{LogLevel::kError, [](LogLevel, const std::string&) {}};
};

// An empty part is a file that is not there. Behind 1D 0A in the key's and the certificate's part
// is another one for the key and the certificate that were renewed and not proven yet; without it
// they are the same.
void write_files(const sync::StateDirectory& directory, std::string_view rest) {
  constexpr struct {
    std::string_view name;
    std::string_view next;
  } kFiles[] = {{sync::kAgentFile, ""},
                {sync::kCertificateFile, sync::kNextCertificateFile},
                {sync::kKeyFile, sync::kNextKeyFile},
                {sync::kSequenceFile, ""},
                {sync::kExchangeFile, ""},
                {sync::kAuthoritiesFile, ""}};
  const auto put = [&](std::string_view name, std::string_view text) {
    require((text.empty() ? directory.remove(name) : directory.write(name, text)).ok());
  };
  for (const auto& file : kFiles) {
    std::string_view part = fuzz::take_part(rest, "\x1e\n");
    const std::string_view text = file.next.empty() ? part : fuzz::take_part(part, "\x1d\n");
    put(file.name, text);
    if (!file.next.empty()) put(file.next, part.empty() ? text : part);
  }
  constexpr std::string_view kSpoolFiles[] = {"spool/00000000000000000007.report",
                                              "spool/00000000000000000008.report"};
  for (const std::string_view name : kSpoolFiles) {
    const std::string_view text = fuzz::take_part(rest, "\x1e\n");
    static_cast<void>(directory.remove(name));
    if (text.empty()) continue;
    const bool sealed = text.starts_with('S');
    require(
        directory.write(name, sealed ? sync::seal("MUSTER-SPOOL-1\n", text.substr(1)) : text).ok());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Folder* const made = new Folder;  // lives as long as the process
  const fuzz::FixedClock clock;
  write_files(made->directory, fuzz::as_text(data, size));
  if (const auto identity = sync::look_at_identity(made->directory)) {
    require(is_uuid(identity->agent_id) && identity->server.port > 0);
    require(sync::ServerAddress::parse(identity->server.url()).ok());
    require(JsonValue::parse(sync::agent_json(*identity))->text_at("agent_id") ==
            identity->agent_id);
    require(sync::promote_next(made->directory).ok() || !identity->next);
    require(sync::discard_next(made->directory).ok());
    static_cast<void>(sync::renewal_is_due(identity->current.certificate, clock.now()));
  }
  if (const auto status = sync::look_at_status(made->directory, clock)) {
    require(!sync::status_text(*status).empty() && !sync::status_json(*status).empty());
  }
  auto spool = sync::Spool::open(made->directory, made->log);
  require(spool.ok());
  const auto oldest = spool->oldest();
  const auto newest = spool->newest();
  if (oldest && newest && *oldest && *newest) require((*oldest)->sequence <= (*newest)->sequence);
  for (const sync::SpoolFile& file : spool->files())
    require(file.sequence > 0);
  // What was set aside or merged must not wait for the next input.
  std::error_code none;
  std::filesystem::remove_all(made->directory.path() / "spool", none);
  return 0;
}
