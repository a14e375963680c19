// SPDX-License-Identifier: Apache-2.0
// The folder of a comparison: exclusive access to it, and the file that repeats the comparison.
#pragma once

#include <filesystem>
#include <string>

#include "murmur/run/compare/compare.h"
#include "murmur/run/records/folder_lock.h"

namespace murmur::run {

// Creates the folder or takes it over for the comparison of this name, until the lock is released.
// Throws UserError if it holds something else, if it is in use, or if there is nothing to resume.
FolderLock occupy_for_comparison(const std::filesystem::path& folder,
                                 const CompareRequest& request,
                                 const std::string& name);

// A configuration's text with its relative paths made absolute, so that it can be run from any
// folder; everything else is unchanged. `name`: of the file, for messages.
std::string with_full_paths(const std::string& text, const std::string& name);

}  // namespace murmur::run
