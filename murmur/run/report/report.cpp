// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/report/report.h"

#include <system_error>

#include <fmt/format.h>

#include "murmur/files/atomic_file.h"

namespace murmur::run {

FolderKind kind_of_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder / "comparison.json", error)) {
    return FolderKind::kComparison;
  }
  return std::filesystem::exists(folder / "summary.json", error) ? FolderKind::kRun
                                                                 : FolderKind::kNeither;
}

Status write_report(const std::filesystem::path& folder) {
  const FolderKind kind = kind_of_folder(folder);
  if (kind == FolderKind::kNeither) {
    return Failure{FailureKind::kMissing,
                   fmt::format("'{}' holds neither a finished run (summary.json) nor a comparison "
                               "(comparison.json)",
                               folder.string())};
  }
  const auto page = kind == FolderKind::kRun ? run_report(folder) : comparison_report(folder);
  if (!page) {
    return page.failure();
  }
  return files::write_file(folder / "report.html", page.value());
}

}  // namespace murmur::run
