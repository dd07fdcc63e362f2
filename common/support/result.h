// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value, or a Failure that says what went wrong and to what. Used in common/ and
// agent/, where failing to read something is an ordinary finding; the server throws Error
// (server/error.h) instead. No threads involved.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace muster {

enum class FailureKind {
  kNotFound,     // the thing is not there
  kDenied,       // it is there, and we may not read it
  kTimeout,      // it did not answer in time
  kTooLarge,     // a limit was exceeded; nothing of it was used
  kMalformed,    // it was read and is not what it should be
  kUnreachable,  // the peer could not be reached
  kRefused,      // the peer answered with a refusal
  kUntrusted,    // the peer is not the one that it should be
  kWrongClock,   // a certificate would be good at another time than this clock or the peer's tells
  kCancelled,    // this program was asked to stop before it was done
  kIo,           // any other error of the system
};

constexpr std::string_view to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::kNotFound:
      return "not_found";
    case FailureKind::kDenied:
      return "denied";
    case FailureKind::kTimeout:
      return "timeout";
    case FailureKind::kTooLarge:
      return "too_large";
    case FailureKind::kMalformed:
      return "malformed";
    case FailureKind::kUnreachable:
      return "unreachable";
    case FailureKind::kRefused:
      return "refused";
    case FailureKind::kUntrusted:
      return "untrusted";
    case FailureKind::kWrongClock:
      return "wrong_clock";
    case FailureKind::kCancelled:
      return "cancelled";
    case FailureKind::kIo:
      return "io";
  }
  return "io";
}

// `message` is a sentence for an administrator: what failed, on what, and what to do where that is
// known.
struct Failure {
  FailureKind kind = FailureKind::kIo;
  std::string message;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}  // NOLINT: implicit on purpose, `return value;`
  Result(Failure failure)
      : state_(std::move(failure)) {}  // NOLINT: implicit on purpose, `return failure;`

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Calling value() on a failure, or failure() on a value, is a programming error
  // (std::bad_variant_access).
  const T& value() const& { return std::get<0>(state_); }
  T& value() & { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }
  const Failure& failure() const { return std::get<1>(state_); }

 private:
  std::variant<T, Failure> state_;
};

// Where errors travel as exceptions: the value, or std::runtime_error with the failure's message.
template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.failure().message);
  return *std::move(result);
}

struct Done {};  // Result<Done>: nothing to return but success

}  // namespace muster
