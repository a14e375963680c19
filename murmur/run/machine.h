// SPDX-License-Identifier: Apache-2.0
// What this process runs on, as far as bits or threads depend on it.
#pragma once

#include <string>

namespace murmur::run {

std::string processor_name();      // as the system calls it
std::string processor_features();  // what libraries choose their code paths by
// Of the running program and of its part that trains networks; empty where the system hides it.
std::string program_digest();
int usable_cores();  // by this process, at least 1
int cores();         // of the machine

}  // namespace murmur::run
