// SPDX-License-Identifier: Apache-2.0
// What goes to standard error, and the exit codes of failures.
#pragma once

#include <functional>
#include <string>

#include "murmur/cli/commands.h"
#include "murmur/core/error.h"

namespace murmur::cli {

// Says "murmur: warning: ..." on standard error, unless the user asked for silence.
std::function<void(const std::string&)> warner(const CommonOptions& options);

// The exit code of a failure that ends a command.
ExitCode exit_code(FailureKind kind);

// Says "murmur: ..." on standard error and gives the exit code.
ExitCode report_failure(const Failure& failure);

// The same of a mistake; without words another process says it.
ExitCode report_error(const UserError& error);

}  // namespace murmur::cli
