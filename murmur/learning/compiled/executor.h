// SPDX-License-Identifier: Apache-2.0
// Compiled models of supervised problems: classifiers on datasets of arrays.
#pragma once

#include <memory>

#include "murmur/learning/compiled/step.h"
#include "murmur/learning/executor.h"
#include "murmur/learning/supervised.h"

namespace murmur::learning {

// Of settings whose network is compiled. kInvalid: it does not fit the data or their batches;
// failures of CompiledStep::open().
Result<std::shared_ptr<const CompiledStep>> open_compiled(const SupervisedSettings& settings);

// Of a compiled classifier. One score() call has as many examples as its batch, or fewer.
template <class S>
std::unique_ptr<Executor<S>> make_compiled_executor(std::shared_ptr<const CompiledStep> step,
                                                    const Objective& objective);

}  // namespace murmur::learning
