// SPDX-License-Identifier: Apache-2.0
// Error: how everything in the server below the router says that a request cannot be done. It is
// thrown, travels up untouched, and is caught once, by the router (server/http/router.h), which
// writes it as problem+json (RFC 9457). Nobody below catches it to steer by its code: what a caller
// has to know is returned.
//
// `code` is stable snake_case that programs may rely on ("item_not_found"); `message` is a sentence
// for the person who asked: what failed, on what, what to do. Neither may hold secrets or another
// person's data. Depends on nothing but the standard library, since every part of the server
// includes it.
#pragma once
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace muster::server {

// The classes of failure, each with the HTTP status it is answered with. There are no others.
enum class Status : int {
  kBadRequest = 400,    // it cannot be understood: syntax, a wrong parameter, a forged cursor
  kUnauthorized = 401,  // nobody is signed in, or the credentials are wrong
  kForbidden = 403,     // authenticated but not permitted
  kNotFound = 404,      // does not exist, or its existence must not be disclosed
  kMethodNotAllowed = 405,
  kConflict = 409,            // it contradicts what is stored
  kGone = 410,                // it was there and is not kept any more
  kPreconditionFailed = 412,  // If-Match: somebody else was faster
  kTooLarge = 413,            // over a limit; the message names it
  kUnsupportedMediaType = 415,
  kUnprocessable = 422,         // understood, and a value in it is wrong; `path` says which
  kPreconditionRequired = 428,  // an edit without If-Match
  kTooManyRequests = 429,
  kInternal = 500,
  kUnavailable = 503,          // try again later; `retry_after_s` says when
  kInsufficientStorage = 507,  // the disk is full; nothing was stored
};

// The title of the class, as in the registry of HTTP status codes.
constexpr std::string_view title(Status status) {
  switch (status) {
    case Status::kBadRequest:
      return "Bad Request";
    case Status::kUnauthorized:
      return "Unauthorized";
    case Status::kForbidden:
      return "Forbidden";
    case Status::kNotFound:
      return "Not Found";
    case Status::kMethodNotAllowed:
      return "Method Not Allowed";
    case Status::kConflict:
      return "Conflict";
    case Status::kGone:
      return "Gone";
    case Status::kPreconditionFailed:
      return "Precondition Failed";
    case Status::kTooLarge:
      return "Content Too Large";
    case Status::kUnsupportedMediaType:
      return "Unsupported Media Type";
    case Status::kUnprocessable:
      return "Unprocessable Content";
    case Status::kPreconditionRequired:
      return "Precondition Required";
    case Status::kTooManyRequests:
      return "Too Many Requests";
    case Status::kInternal:
      return "Internal Server Error";
    case Status::kUnavailable:
      return "Service Unavailable";
    case Status::kInsufficientStorage:
      return "Insufficient Storage";
  }
  return "Error";
}

//   throw Error(Status::kNotFound, "item_not_found", "There is no item " + id + ".");
//   throw Error(Status::kBadRequest, "invalid_query", "...").at("q").with("column", 12);
struct Error : std::exception {
  using Extra =
      std::pair<std::string, std::variant<std::int64_t, std::string, std::vector<std::string>>>;

  Error(Status status_, std::string code_, std::string message_)
      : status(status_), code(std::move(code_)), message(std::move(message_)) {}

  // The field at fault: a JSON path ("sections.disks.rows[3].size_bytes") or the name of a
  // parameter. A name that was sent and is empty points at nothing.
  Error&& at(std::string where) && {
    if (!where.empty()) path = std::move(where);
    return std::move(*this);
  }
  Error&& retry_after(int seconds) && {
    retry_after_s = seconds;
    return std::move(*this);
  }
  Error&& with(std::string name, std::int64_t value) && {
    extra.emplace_back(std::move(name), value);
    return std::move(*this);
  }
  Error&& with(std::string name, std::string value) && {
    extra.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
  Error&& with(std::string name, std::vector<std::string> value) && {
    extra.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
  Error&& with_header(std::string name, std::string value) && {
    headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }

  const char* what() const noexcept override { return message.c_str(); }

  Status status;
  std::string code;
  std::string message;
  std::optional<std::string> path;   // nullopt: no single field is at fault
  std::optional<int> retry_after_s;  // sent as Retry-After
  // Further header fields of the answer, such as WWW-Authenticate.
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<Extra> extra;  // further members of the problem body, such as a query's column
};

}  // namespace muster::server
