// SPDX-License-Identifier: Apache-2.0
// model.statistics: what becomes of the running statistics of batch normalization. "local": they
// belong to the worker and are never sent; "average": they are mixed and averaged with the models.
#pragma once

#include "murmur/core/program.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

// The program for these statistics: the only place where it is extended by them. Throws UserError:
// the program cannot average them.
template <class S>
Program<S> with_statistics(Program<S> program, const Config& config);

}  // namespace murmur::run
