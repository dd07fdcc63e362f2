// SPDX-License-Identifier: Apache-2.0
// Case 5: compressed bodies that are bombs or lies: far more out than in, a window of 2 GiB, many
// frames, skippable frames, no or a wrong content size, a wrong, missing or doubled
// Content-Encoding. Expected: 413 or 415 or 400 invalid_compression while it streams; the server's
// memory stays within its budget, whoever sends how many at once. Not covered: zip and gzip on
// imports and foreign agents' ports, which do not exist yet.
#include <zstd.h>

#include <future>

#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

namespace {

// Without a content size in its head, so that only unpacking tells.
std::string streamed(std::size_t size, char filler) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                        ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  std::string out;
  const std::string part(1 << 20, filler);
  std::vector<char> buffer(ZSTD_CStreamOutSize());
  for (std::size_t done = 0; done <= size; done += part.size()) {
    const bool last = done + part.size() > size;
    ZSTD_inBuffer input{part.data(), last ? size - done : part.size(), 0};
    std::size_t left = 1;
    while (input.pos < input.size || (last && left != 0)) {
      ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
      left =
          ZSTD_compressStream2(context.get(), &output, &input, last ? ZSTD_e_end : ZSTD_e_continue);
      out.append(buffer.data(), output.pos);
      if (!last && input.pos == input.size) break;
    }
  }
  return out;
}

std::string code_of(const HttpAnswer& answer) {
  return std::to_string(answer.status) + ' ' + answer.text("code");
}

}  // namespace

TEST_CASE("05 what does not unpack to one bounded frame is refused", "[abuse][sqlite]") {
  Attacked here;
  const WireAgent agent = here.enrolled("bomber");
  const std::string right = wire::compress(agent.report_json(1));
  const std::string magic = right.substr(0, 4);
  CHECK(code_of(agent.send_bytes(wire::compress(std::string(wire::kReportBytes + 1, ' ')))) ==
        "413 body_too_large");
  CHECK(code_of(agent.send_bytes(streamed(wire::kReportBytes + 1, ' '))) == "413 body_too_large");
  CHECK(code_of(agent.send_bytes(streamed(1000, ' '))) == "400 invalid_json");
  // A window of 2 GiB (descriptor 0xA8), and one just above 8 MiB.
  CHECK(code_of(agent.send_bytes(magic + std::string("\x00\xa8\x01\x00\x00", 5))) ==
        "400 invalid_compression");
  CHECK(code_of(agent.send_bytes(magic + std::string("\x00\x69\x01\x00\x00", 5))) ==
        "400 invalid_compression");
  // A content of 2^62 bytes, one that is larger and one that is smaller than what comes.
  CHECK(code_of(agent.send_bytes(magic + std::string("\xe0\0\0\0\0\0\0\0\x40\x01\0\0", 12))) ==
        "413 body_too_large");
  CHECK(code_of(agent.send_bytes(magic + std::string("\x20\x05\x09\x00\x00x", 6))) ==
        "400 invalid_compression");
  CHECK(code_of(agent.send_bytes(right + right)) == "400 invalid_compression");
  CHECK(code_of(agent.send_bytes(std::string("\x50\x2a\x4d\x18\x04\0\0\0skip", 12) + right)) ==
        "400 invalid_compression");
  CHECK(code_of(agent.send_bytes(right + std::string("\x50\x2a\x4d\x18\0\0\0\0", 8))) ==
        "400 invalid_compression");
  for (std::size_t i = 0; i < right.size(); i += right.size() / 7)
    CHECK(code_of(agent.send_bytes(right.substr(0, i))) == "400 invalid_compression");
  for (const std::vector<std::pair<std::string, std::string>>& headers :
       std::vector<std::vector<std::pair<std::string, std::string>>>{
           {},
           {{"Content-Encoding", "gzip"}},
           {{"Content-Encoding", "zstd, zstd"}},
           {{"Content-Encoding", "identity"}},
           {{"Content-Encoding", "gzip"}, {"Content-Encoding", "zstd"}}}) {
    HttpAsk ask = WireAgent::ask_bytes(right);
    ask.headers = headers;
    const HttpAnswer answer = here.ask_agents(ask, agent.identity());
    INFO(answer.body);
    CHECK((answer.status == 415 || answer.status == 400));
  }
  CHECK(here.items() == 0);
  CHECK(agent.send_bytes(right).status == 200);
  here.check_unharmed();
}

TEST_CASE("05 many bombs at once stay within the server's memory", "[abuse]") {
  Attacked here;
  std::vector<WireAgent> agents;
  for (int i = 0; i < 4; ++i)
    agents.push_back(here.enrolled("bomber-" + std::to_string(i)));
  // Just within every limit, and so much that a dozen at once would take gigabytes.
  std::string text = agents[0].report_json(1);
  text.insert(text.size() - 1, ",\"padding\":[");
  const std::string filler(60 * 1024, 'x');
  while (text.size() < 120u * 1024 * 1024)
    text += "\"" + filler + "\",";
  text += "0]}";
  const std::string bomb = wire::compress(text);
  const std::string plain = wire::compress(std::string(120 * 1024 * 1024, ' '));
  text = {};
  std::vector<std::future<int>> answers;
  const int at_once = whole_loops() ? 64 : 6;
  for (int i = 0; i < at_once; ++i) {
    const WireAgent& agent = agents[static_cast<std::size_t>(i) % agents.size()];
    const std::string& body = i % 2 == 0 ? bomb : plain;
    answers.push_back(std::async(std::launch::async, [&] {
      RawClient client(here.server.agents_port());
      if (!client.start_tls(agent.identity()) || !client.send(to_bytes(WireAgent::ask_bytes(body))))
        return 0;
      for (int patience = 0; patience < 9; ++patience) {
        try {
          return read_answer(client).status;
        } catch (const std::runtime_error&) {
          // It waits for room longer than the client does for one answer.
        }
      }
      return -1;
    }));
  }
  std::map<int, int> statuses;
  for (auto& answer : answers)
    ++statuses[answer.get()];
  std::string seen;
  for (const auto& [status, count] : statuses) {
    seen += std::to_string(status) + ": " + std::to_string(count) + "  ";
    CHECK((status == 200 || status == 400 || status == 422 || status == 429 || status == 503));
  }
  const std::int64_t peak_mb = status_kb(here.server.id(), "VmHWM") / 1024;
  std::printf("case 05: %d bombs of 120 MiB at once: %sserver peak %lld MiB\n", at_once,
              seen.c_str(), static_cast<long long>(peak_mb));
  if (!kSanitized) CHECK(peak_mb < 500);
  here.check_unharmed();
}
