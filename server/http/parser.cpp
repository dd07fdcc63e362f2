// SPDX-License-Identifier: Apache-2.0
#include "server/http/parser.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/support/text.h"

namespace muster::server::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMaxChunkLineBytes = 18;  // 16 hexadecimal digits and the line's end

// Fields of which a second one would let two readers disagree on who asks or what was sent.
constexpr std::array<std::string_view, 7> kSingleHeaders = {
    "authorization", "content-encoding", "content-length", "content-type", "cookie", "expect",
    "host"};

Refusal malformed(const char* message) {
  return {400, "malformed_request", message};
}
Refusal body_too_large() {
  return {413, "body_too_large", "The body is larger than this address accepts."};
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::optional<std::uint64_t> parse_length(std::string_view text, int base) {
  // from_chars takes no sign and no white space for unsigned numbers; 16 digits can overflow
  // neither base.
  if (text.empty() || text.size() > 16) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Tab, printable ASCII and bytes above 127 (obs-text); so no NUL, no lone CR, no lone LF.
bool is_field_text(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find(kLineEnd);
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + kLineEnd.size());
  return line;
}

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return is_digit(c) || is_letter(c) ||
           std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
}

std::optional<Refusal> parse_request_line(std::string_view line, RequestHead& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return malformed("The request line is not a method, a target and a version.");
  }
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  if (!is_token(head.method)) return malformed("The method is not a token.");
  // Only the origin form: we are no proxy, and a second name for the host would be one to disagree
  // with.
  if (head.target.empty() || head.target.front() != '/') {
    return malformed("The target does not begin with a slash.");
  }
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f; };
  if (!std::all_of(head.target.begin(), head.target.end(), visible)) {
    return malformed("The target has a space or a character that is not ASCII; percent-encode it.");
  }
  const std::string_view version = line.substr(last + 1);
  if (version == "HTTP/1.1") return std::nullopt;
  if (version != "HTTP/1.0") {
    return Refusal{505, "version_not_supported", "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  }
  head.minor_version = 0;
  head.keep_alive = false;
  return std::nullopt;
}

// What a field says about framing or the connection.
std::optional<Refusal> apply_header(const Header& field, RequestHead& head) {
  if (field.name == "content-length") {
    const auto length = parse_length(field.value, 10);
    if (!length) return malformed("Content-Length is not one decimal number.");
    head.content_length = *length;
  } else if (field.name == "transfer-encoding") {
    if (head.minor_version == 0) return malformed("HTTP/1.0 has no Transfer-Encoding.");
    if (head.chunked) return malformed("There are two Transfer-Encoding fields.");
    if (lower_ascii(field.value) != "chunked") {
      return Refusal{501, "coding_not_supported",
                     "The only Transfer-Encoding known here is chunked."};
    }
    head.chunked = true;
  } else if (field.name == "host") {
    if (!is_host(field.value)) return malformed("Host is not a host name with an optional port.");
  } else if (field.name == "expect") {
    if (lower_ascii(field.value) != "100-continue") {
      return Refusal{417, "expectation_failed", "The only expectation known here is 100-continue."};
    }
    head.expect_continue = head.minor_version == 1;
  } else if (field.name == "connection") {
    for (const std::string_view option : split(field.value, ',')) {
      if (lower_ascii(trim(option)) == "close") head.keep_alive = false;
    }
  }
  return std::nullopt;
}

std::optional<Refusal> parse_header(std::string_view line, RequestHead& head) {
  // A name that is a token leaves no room for a folded line (it begins with white space) or for
  // `Name :`.
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return malformed("A header line is not a name, a colon and a value.");
  }
  Header field{lower_ascii(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))};
  const auto single = std::find(kSingleHeaders.begin(), kSingleHeaders.end(), field.name);
  const auto same = [&](const Header& other) { return other.name == field.name; };
  if (single != kSingleHeaders.end() &&
      std::any_of(head.headers.begin(), head.headers.end(), same)) {
    return malformed("A header field that must be single occurs twice.");
  }
  if (auto refusal = apply_header(field, head)) return refusal;
  head.headers.push_back(std::move(field));
  return std::nullopt;
}

bool has(const RequestHead& head, std::string_view name) {
  return std::any_of(head.headers.begin(), head.headers.end(),
                     [&](const Header& field) { return field.name == name; });
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || is_letter(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

std::variant<std::optional<std::size_t>, Refusal> find_head_end(std::string_view text,
                                                                const HeadLimits& limits) {
  const std::string_view within = text.substr(0, limits.bytes);
  const auto end = within.find("\r\n\r\n");
  // Some readers end a line at a bare LF and some do not: refused at once, not only when a CRLF
  // CRLF turns up.
  const std::string_view head = within.substr(0, end == std::string_view::npos ? end : end + 4);
  for (auto at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at + 1)) {
    if (at == 0 || head[at - 1] != '\r')
      return malformed("A line ends with LF alone instead of CR LF.");
  }
  if (end != std::string_view::npos) return std::optional<std::size_t>(end + 4);
  if (text.size() < limits.bytes) return std::optional<std::size_t>();
  if (within.find('\n') == std::string_view::npos) {
    return Refusal{414, "target_too_long", "The request line is longer than accepted."};
  }
  return Refusal{431, "head_too_large", "The request's header fields are larger than accepted."};
}

std::variant<RequestHead, Refusal> parse_head(std::string_view text, const HeadLimits& limits) {
  RequestHead head;
  std::string_view line = take_line(text);
  if (!is_field_text(line)) return malformed("The request line has a control character.");
  if (auto refusal = parse_request_line(line, head)) return *refusal;
  for (line = take_line(text); !line.empty(); line = take_line(text)) {
    if (!is_field_text(line)) return malformed("A header line has a control character.");
    if (head.headers.size() == limits.headers) {
      return Refusal{431, "too_many_headers", "The request has more header fields than accepted."};
    }
    if (auto refusal = parse_header(line, head)) return *refusal;
  }
  const bool length_given = has(head, "content-length");
  if (head.chunked && length_given) {
    return malformed("There are both Content-Length and Transfer-Encoding.");
  }
  if (head.minor_version == 1 && !has(head, "host"))
    return malformed("HTTP/1.1 needs a Host field.");
  const bool sends = head.method == "POST" || head.method == "PUT" || head.method == "PATCH";
  if (sends && !head.chunked && !length_given) {
    return Refusal{411, "length_required", "A body needs Content-Length or chunked coding."};
  }
  return head;
}

std::variant<bool, Refusal> ChunkedDecoder::feed(std::string& in, std::string& body) {
  std::size_t used = 0;
  const auto finish = [&](bool complete) {
    in.erase(0, used);
    return complete;
  };
  for (;;) {
    const std::string_view rest = std::string_view(in).substr(used);
    if (state_ == State::kSize) {
      const auto end = rest.substr(0, kMaxChunkLineBytes).find(kLineEnd);
      if (end == std::string_view::npos) {
        if (rest.size() >= kMaxChunkLineBytes) return malformed("A chunk's size is too long.");
        return finish(false);
      }
      const auto size = parse_length(rest.substr(0, end), 16);
      if (!size) return malformed("A chunk's size is not one hexadecimal number.");
      if (*size > limit_bytes_ - body.size()) return body_too_large();
      used += end + kLineEnd.size();
      left_bytes_ = *size;
      state_ = *size == 0 ? State::kLastEnd : State::kData;
    } else if (state_ == State::kData) {
      const std::string_view part = rest.substr(0, left_bytes_);
      body.append(part);
      used += part.size();
      left_bytes_ -= part.size();
      if (left_bytes_ > 0) return finish(false);
      state_ = State::kDataEnd;
    } else {
      if (rest.size() < kLineEnd.size()) {
        // A first byte that is wrong already must not wait for a second one that never comes.
        if (!rest.empty() && rest.front() != '\r')
          return malformed("A chunk does not end with CR LF.");
        return finish(false);
      }
      if (!rest.starts_with(kLineEnd)) {
        return state_ == State::kDataEnd ? malformed("A chunk is longer than its size says.")
                                         : malformed("Trailer fields are not accepted.");
      }
      used += kLineEnd.size();
      if (state_ == State::kLastEnd) return finish(true);
      state_ = State::kSize;
    }
  }
}

}  // namespace muster::server::http
