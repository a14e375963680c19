// SPDX-License-Identifier: Apache-2.0
// The two kinds of trouble that are not our bugs. A UserError is thrown in run/ and cli/ and caught
// once in main; the world's misfortunes (a torn file, a peer gone) are values: Result<T>.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "murmur/core/check.h"

namespace murmur {

// The process's exit codes: a contract with scripts.
enum class ExitCode : int {
  kDone = 0,
  kRunFailed = 1,
  kUsage = 2,
  kData = 3,
  kDiverged = 4,
  kNetwork = 5,
  kCheckpoint = 6,
  kInterrupted = 130,
  kTerminated = 143,
};

// What the user did wrong: what was given, what is allowed, what to do.
class UserError : public std::runtime_error {
 public:
  explicit UserError(const std::string& message, ExitCode code = ExitCode::kUsage)
      : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// What a caller can do about a failure.
enum class FailureKind {
  kInvalid,   // the request itself cannot be met: ask for something else
  kMissing,   // the thing is not there: get it
  kDamaged,   // it is there and wrong: replace it
  kMismatch,  // it belongs to something else
  kIo,        // the system refused: disk full, permission
  kPeer,      // another process is gone or silent
  kDiverged,  // a value became non-finite
  kStopped,   // asked to stop
};

struct Failure {
  FailureKind kind = FailureKind::kInvalid;
  std::string message;

  // The same failure with one more sentence in front.
  Failure in(const std::string& sentence) const { return {kind, sentence + ": " + message}; }
};

// Either a T or the reason why there is none.
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
    MURMUR_CHECK(!*this, "asked for the failure of a success");
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
