// SPDX-License-Identifier: Apache-2.0
// Messages on standard error, and the exit codes of failures.
#pragma once

#include <functional>
#include <string>

#include "murmur/cli/commands.h"
#include "murmur/core/error.h"

namespace murmur::cli {

// Writes "murmur: warning: ..." to standard error, unless --quiet is set.
std::function<void(const std::string&)> warner(const CommonOptions& options);

// Writes "murmur: ..." to standard error and returns the exit code.
ExitCode report_failure(const Failure& failure);

// The same for a user's error; an error without a message is reported by another process.
ExitCode report_error(const UserError& error);

}  // namespace murmur::cli
