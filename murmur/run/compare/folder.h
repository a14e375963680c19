// SPDX-License-Identifier: Apache-2.0
// The folder of a comparison: who may write there, and the file that makes it again.
#pragma once

#include <filesystem>
#include <string>

#include "murmur/run/compare/compare.h"
#include "murmur/run/records/folder_lock.h"

namespace murmur::run {

// Makes the folder that of the comparison of this name, until the lock is released. Throws
// UserError where it holds something else, is in use, or where there is nothing to resume.
FolderLock occupy_for_comparison(const std::filesystem::path& folder,
                                 const CompareRequest& request,
                                 const std::string& name);

// A configuration's text with its relative paths in full, so that it runs again from anywhere; all
// else stays as it is. `name`: of the file, for messages.
std::string with_full_paths(const std::string& text, const std::string& name);

}  // namespace murmur::run
