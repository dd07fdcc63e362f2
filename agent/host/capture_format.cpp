// SPDX-License-Identifier: Apache-2.0
#include "agent/host/capture_format.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "common/support/text.h"

namespace muster::agent::host {
namespace {

constexpr std::string_view kFirstLine = "muster-capture 1";
constexpr std::size_t kHexBytesPerLine = 32;
constexpr std::array<std::string_view, 7> kQuestions = {
    "read", "list", "read_link", "status", "space", "machine_name", "netlink"};
constexpr FailureKind kFailures[] = {
    FailureKind::kNotFound, FailureKind::kDenied,      FailureKind::kTimeout,
    FailureKind::kTooLarge, FailureKind::kMalformed,   FailureKind::kRefused,
    FailureKind::kIo,       FailureKind::kUnreachable,
};

std::optional<Question> parse_question(std::string_view text) {
  for (std::size_t i = 0; i < kQuestions.size(); ++i) {
    if (kQuestions[i] == text) return static_cast<Question>(i);
  }
  return std::nullopt;
}

bool stands_for_itself(char c) {
  return c > ' ' && c <= '~' && c != '%';
}

std::string escape_subject(std::string_view subject) {
  std::string out;
  for (const char c : subject) {
    if (stands_for_itself(c)) {
      out += c;
    } else {
      out += '%' + to_hex({&c, 1});
    }
  }
  return out;
}

std::optional<std::string> unescape_subject(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!stands_for_itself(text[i])) return std::nullopt;
      out += text[i];
      continue;
    }
    const auto byte = text.size() - i < 3 ? std::nullopt : from_hex(text.substr(i + 1, 2));
    if (!byte) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

bool is_plain_line(std::string_view line) {
  if (!is_valid_utf8(line)) return false;
  std::string without_tabs(line);
  std::replace(without_tabs.begin(), without_tabs.end(), '\t', ' ');
  return printable(without_tabs) == without_tabs;
}

// Lines without "\n" alone: "\r" is content here.
std::vector<std::string_view> plain_lines(std::string_view text) {
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return split(text, '\n');
}

void append_content(std::string& out, std::string_view answer) {
  std::vector<std::string> lines_out;
  std::string_view encoding = answer.empty() || answer.back() == '\n' ? "lines" : "text";
  if (!answer.empty()) {
    const auto found = plain_lines(answer);
    if (std::all_of(found.begin(), found.end(), is_plain_line)) {
      lines_out.assign(found.begin(), found.end());
    } else {
      encoding = "hex";
      for (std::size_t i = 0; i < answer.size(); i += kHexBytesPerLine)
        lines_out.push_back(to_hex(answer.substr(i, kHexBytesPerLine)));
    }
  }
  out += std::string(encoding) + " " + std::to_string(lines_out.size()) + "\n";
  for (const std::string& line : lines_out)
    out += " " + line + "\n";
}

// Walks over the lines of a capture; each must end with a newline.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++number_;
    return line;
  }
  bool at_end() const { return rest_.empty(); }
  std::size_t rest_bytes() const { return rest_.size(); }
  Failure malformed(std::string_view reason) const {
    return {FailureKind::kMalformed,
            "capture, line " + std::to_string(number_) + ": " + std::string(reason)};
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

Result<std::string> parse_content(LineReader& reader, std::string_view encoding,
                                  std::string_view count_text) {
  const bool hex = encoding == "hex";
  if (!hex && encoding != "lines" && encoding != "text") {
    return reader.malformed("the encoding is none of lines, text, hex");
  }
  const auto count = parse_integer(count_text);
  // Every line takes two bytes at least, so a lying count cannot make us work longer than the file.
  if (!count || *count < 0 || static_cast<std::size_t>(*count) > reader.rest_bytes()) {
    return reader.malformed("the number of lines is wrong or the file was cut");
  }
  std::string out;
  for (std::int64_t i = 0; i < *count; ++i) {
    const auto line = reader.next();
    if (!line) return reader.malformed("the file ends inside an entry; it was cut");
    if (line->empty() || line->front() != ' ') {
      return reader.malformed("a line of content does not begin with a blank");
    }
    if (!hex) {
      out += line->substr(1);
      out += '\n';
      continue;
    }
    const auto bytes = from_hex(line->substr(1));
    if (!bytes || bytes->empty()) return reader.malformed("not hexadecimal");
    out += *bytes;
  }
  if (encoding == "text") {
    if (out.empty()) return reader.malformed("text without a line");
    out.pop_back();
  }
  return out;
}

Result<CaptureEntry> parse_entry(LineReader& reader, std::string_view line) {
  const auto words = split(line, ' ');
  if (words.size() != 5) return reader.malformed("an entry has five words");
  CaptureEntry entry;
  const auto question = parse_question(words[0]);
  if (!question) return reader.malformed("unknown question");
  entry.question = *question;
  auto subject = unescape_subject(words[1]);
  if (!subject || subject->empty()) return reader.malformed("the subject is not well written");
  entry.subject = std::move(*subject);
  if (words[2] != "ok") {
    for (const FailureKind kind : kFailures) {
      if (to_string(kind) == words[2]) entry.failure = kind;
    }
    if (!entry.failure) return reader.malformed("unknown outcome");
  }
  auto content = parse_content(reader, words[3], words[4]);
  if (!content) return content.failure();
  entry.answer = std::move(*content);
  return entry;
}

}  // namespace

std::string_view to_string(Question question) {
  return kQuestions[static_cast<std::size_t>(question)];
}

std::string write_capture(std::vector<CaptureEntry> entries, std::string_view comment) {
  std::sort(entries.begin(), entries.end(), [](const CaptureEntry& a, const CaptureEntry& b) {
    return std::tie(a.subject, a.question) < std::tie(b.subject, b.question);
  });
  std::string out = std::string(kFirstLine) + "\n";
  for (const std::string_view line : lines(comment))
    out += "# " + printable(line) + "\n";
  for (const CaptureEntry& entry : entries) {
    out += std::string(to_string(entry.question)) + " " + escape_subject(entry.subject) + " " +
           std::string(entry.failure ? muster::to_string(*entry.failure) : "ok") + " ";
    append_content(out, entry.answer);
  }
  return out + "end " + std::to_string(entries.size()) + "\n";
}

Result<std::vector<CaptureEntry>> parse_capture(std::string_view text) {
  if (text.size() > kCaptureBytes) {
    return Failure{FailureKind::kTooLarge, "the capture is larger than 256 MiB"};
  }
  LineReader reader(text);
  const auto header = reader.next();
  if (!header || *header != kFirstLine) {
    return reader.malformed("this is no capture that this version can read: it must begin with \"" +
                            std::string(kFirstLine) + "\"");
  }
  std::vector<CaptureEntry> entries;
  std::set<std::pair<Question, std::string>> known;
  while (const auto line = reader.next()) {
    if (line->starts_with('#')) continue;
    if (line->starts_with("end ")) {
      if (line->substr(4) != std::to_string(entries.size())) {
        return reader.malformed("the number of entries is wrong");
      }
      if (!reader.at_end()) return reader.malformed("something follows the end");
      return entries;
    }
    if (entries.size() == kCaptureEntries) {
      return Failure{FailureKind::kTooLarge, "the capture has more than 1,000,000 entries"};
    }
    auto entry = parse_entry(reader, *line);
    if (!entry) return entry.failure();
    if (!known.emplace(entry->question, entry->subject).second) {
      return reader.malformed("the same question was answered before");
    }
    entries.push_back(std::move(*entry));
  }
  return reader.malformed("the last line \"end ...\" is missing; the file was cut");
}

}  // namespace muster::agent::host
