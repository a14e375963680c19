// SPDX-License-Identifier: Apache-2.0
// Errors that are not bugs of the program. A mistake of the user is a UserError, thrown in run/ and
// cli/ and caught once in main. A failure of the environment (a damaged file, a lost process) is a
// value: Result<T>.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "murmur/core/check.h"

namespace murmur {

// Exit codes of the process. Scripts rely on them.
enum class ExitCode : int {
  kDone = 0,
  kRunFailed = 1,
  kUsage = 2,
  kData = 3,
  kDiverged = 4,
  kNetwork = 5,
  kCheckpoint = 6,
  // Stopped by a signal, with a checkpoint: 128 + the signal's number, as in a shell.
  kHungUp = 129,       // SIGHUP
  kInterrupted = 130,  // SIGINT
  kToldToStop = 138,   // SIGUSR1
  kTerminated = 143,   // SIGTERM
};

// A mistake of the user; the message says what was given, what is allowed and what to do.
class UserError : public std::runtime_error {
 public:
  explicit UserError(const std::string& message, ExitCode code = ExitCode::kUsage)
      : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// Kinds of failure, by what a caller can do.
enum class FailureKind {
  kInvalid,   // the request cannot be met: change it
  kMissing,   // a file or dataset does not exist: provide it
  kDamaged,   // it exists with wrong content: replace it
  kMismatch,  // it belongs to another run
  kIo,        // the operating system refused: disk full, permission
  kPeer,      // another process has ended or does not respond
  kDiverged,  // a value became non-finite
};

// The exit code of a command that ends with a failure of this kind.
constexpr ExitCode exit_code(FailureKind kind) {
  switch (kind) {
    case FailureKind::kInvalid:
      return ExitCode::kUsage;
    case FailureKind::kMissing:
    case FailureKind::kDamaged:
      return ExitCode::kData;
    case FailureKind::kMismatch:
      return ExitCode::kCheckpoint;
    case FailureKind::kPeer:
      return ExitCode::kNetwork;
    case FailureKind::kDiverged:
      return ExitCode::kDiverged;
    case FailureKind::kIo:
      return ExitCode::kRunFailed;
  }
  return ExitCode::kRunFailed;
}

struct Failure {
  FailureKind kind = FailureKind::kInvalid;
  std::string message;

  // The same failure with `sentence` in front of its message.
  Failure in(const std::string& sentence) const { return {kind, sentence + ": " + message}; }
};

// A T, or the failure that prevented it.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Result(Failure failure) : state_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return std::holds_alternative<T>(state_); }

  // REQUIRES: *this holds a value.
  T& value() & {
    require_value();
    return std::get<T>(state_);
  }
  const T& value() const& {
    require_value();
    return std::get<T>(state_);
  }
  T&& value() && {
    require_value();
    return std::get<T>(std::move(state_));
  }

  // REQUIRES: *this holds no value.
  const Failure& failure() const {
    MURMUR_CHECK(!*this, "failure() of a result that holds a value");
    return std::get<Failure>(state_);
  }

 private:
  void require_value() const {
    MURMUR_CHECK(static_cast<bool>(*this), "{}", std::get<Failure>(state_).message);
  }

  std::variant<T, Failure> state_;
};

struct Ok {};
using Status = Result<Ok>;

}  // namespace murmur
