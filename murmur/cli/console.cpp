// SPDX-License-Identifier: Apache-2.0
#include "murmur/cli/console.h"

#include <cstdio>

#include "murmur/run/text/say.h"

namespace murmur::cli {

std::function<void(const std::string&)> warner(const CommonOptions& options) {
  const bool quiet = options.quiet;
  return [quiet](const std::string& message) {
    if (!quiet) {
      run::say(stderr, "murmur: warning: {}\n", message);
    }
  };
}

ExitCode report_error(const UserError& error) {
  if (*error.what() != '\0') {
    run::say(stderr, "murmur: {}\n", error.what());
  }
  return error.code();
}

ExitCode report_failure(const Failure& failure) {
  run::say(stderr, "murmur: {}\n", failure.message);
  return exit_code(failure.kind);
}

}  // namespace murmur::cli
