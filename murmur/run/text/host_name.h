// SPDX-License-Identifier: Apache-2.0
// The name of this host, for messages and file names.
#pragma once

#include <string>

namespace murmur::run {

// "localhost" where the system does not say.
std::string host_name();

}  // namespace murmur::run
