// SPDX-License-Identifier: Apache-2.0
// Whether the rows of an engine belong to one step. A round that fails or throws leaves some of
// them at its step and some at the next one: nothing more is done with them until they are
// replaced.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/core/host_program.h"

namespace murmur::engine {

class Consistency {
 public:
  // The failure of an earlier part of a round, until reset().
  Status status() const {
    return broken_ ? Status(broken_->in("restore a checkpoint, or begin again")) : Ok{};
  }
  bool is_broken() const { return broken_.has_value(); }
  void reset() { broken_.reset(); }

  // Performs a part of the round of a step, in the engine's floating-point mode, and returns what
  // it returns: a Status or a Result.
  template <class Work>
  auto perform(std::int64_t step, const Work& work) -> decltype(work()) {
    const FlushDenormals guard;
    if (const Status before = status(); !before) {
      return before.failure();
    }
    const auto leave_broken = [&](const Failure& why) {
      broken_ = why.in(fmt::format("step {} was not completed", step));
    };
    try {
      auto result = work();
      if (!result) {
        leave_broken(result.failure());
      }
      return result;
    } catch (const std::exception& error) {
      leave_broken({FailureKind::kInvalid, error.what()});
      throw;
    } catch (...) {
      leave_broken({FailureKind::kInvalid, "an exception of an unknown type"});
      throw;
    }
  }

 private:
  std::optional<Failure> broken_;
};

}  // namespace murmur::engine
