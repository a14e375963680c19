// SPDX-License-Identifier: Apache-2.0
// The program `murmur` as a function, for those who bring it along in a package of their own.
#pragma once

namespace murmur {
inline namespace v0_1 {
#pragma GCC visibility push(default)

// Performs `murmur ARGUMENTS`; returns its exit code. `argv`: as of main(), so argv[0] is not read.
// It handles the signals that stop a run, and prints: it is not for use beside other threads.
int program(int argc, char** argv);

#pragma GCC visibility pop
}  // namespace v0_1
}  // namespace murmur
