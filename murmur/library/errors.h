// SPDX-License-Identifier: Apache-2.0
// Errors where the library ends: what is a UserError or a Failure inside is an Error outside.
#pragma once

#include <utility>

#include <murmur/task.h>

#include "murmur/core/error.h"
#include "murmur/core/host_program.h"

namespace murmur::library {

// work(), whose UserError becomes an Error, as does a failed check, which then does not end the
// program.
template <class Work>
decltype(auto) guarded(const Work& work) {
  set_check_action(CheckAction::kThrow);
  try {
    return work();
  } catch (const UserError& error) {
    throw Error(error.what());
  } catch (const FailedCheck& error) {
    throw Error(error.what());
  }
}

// The value; throws Error if there is none.
template <class T>
T value_of(Result<T> result) {
  if (!result) {
    throw Error(result.failure().message);
  }
  return std::move(result).value();
}

inline void require(const Status& status) {
  if (!status) {
    throw Error(status.failure().message);
  }
}

}  // namespace murmur::library
