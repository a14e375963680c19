// SPDX-License-Identifier: Apache-2.0
// The name of this host, for messages and file names.
#pragma once

#include <string>

namespace murmur::run {

// Returns "localhost" if the system reports no name.
std::string host_name();

}  // namespace murmur::run
