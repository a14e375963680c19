// SPDX-License-Identifier: Apache-2.0
// A folder has one owner at a time: the process that holds the lock on FOLDER/.lock, a file that
// names this process. The kernel releases the lock when the process ends for any reason, so a file
// that is left over does not lock the folder.
#pragma once

#include <filesystem>

#include "murmur/files/descriptor.h"

namespace murmur::run {

class FolderLock {
 public:
  FolderLock() = default;  // holds nothing
  FolderLock(FolderLock&&) = default;
  FolderLock& operator=(FolderLock&&) = default;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

  // Locks an existing folder. Throws UserError (exit code 2) that names the owner if there is one.
  // Holds nothing if the folder cannot be written or its file system has no locks.
  static FolderLock take(const std::filesystem::path& folder);

  bool is_held() const { return file_.is_open(); }

 private:
  std::filesystem::path path_;
  files::Descriptor file_;
};

}  // namespace murmur::run
