// SPDX-License-Identifier: Apache-2.0
// The target of a request: no path leads out of a folder, nothing that two readers could read
// differently is taken, and what was decoded is encoded so that it decodes the same.
#include "common/support/text.h"
#include "server/http/target.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using namespace muster::server;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const std::string encoded = http::percent_encode(text);
  const bool is_plain = is_valid_utf8(text) && printable(text) == text;
  if (is_plain) require(http::percent_decode(encoded, false) == text);
  for (const bool plus : {false, true}) {
    if (const auto decoded = http::percent_decode(text, plus))
      require(is_valid_utf8(*decoded) && decoded->find('\0') == std::string::npos);
  }
  const auto parsed = http::parse_target(text);
  const auto* target = std::get_if<http::Target>(&parsed);
  if (target == nullptr) {
    require(std::get<http::Refusal>(parsed).status == 400);
    return 0;
  }
  std::string again;
  for (std::size_t i = 0; i < target->segments.size(); ++i) {
    const std::string& segment = target->segments[i];
    require(segment != "." && segment != ".." && segment.size() <= 1024);
    require(!segment.empty() || i + 1 == target->segments.size());
    require(is_valid_utf8(segment));
    require(segment.find_first_of(std::string_view("\0\r\n", 3)) == std::string::npos);
    again += '/' + http::percent_encode(segment);
  }
  if (again.empty()) again = "/";
  require(target->segments.size() <= 32 && target->query.size() <= 64);
  char mark = '?';
  for (const auto& [name, value] : target->query) {
    require(!name.empty() && is_valid_utf8(name) && is_valid_utf8(value));
    again += mark + http::percent_encode(name) + '=' + http::percent_encode(value);
    mark = '&';
  }
  const auto same = http::parse_target(again);
  require(std::holds_alternative<http::Target>(same));
  require(std::get<http::Target>(same).segments == target->segments);
  require(std::get<http::Target>(same).query == target->query);
  return 0;
}
