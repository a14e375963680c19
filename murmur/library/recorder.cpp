// SPDX-License-Identifier: Apache-2.0
#include "murmur/library/recorder.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/core/error.h"
#include "murmur/files/atomic_file.h"
#include "murmur/library/errors.h"
#include "murmur/run/report/report.h"

namespace murmur::library {
namespace {

run::FolderLock enter(const run::RunFolder& folder, const run::Config& config, std::int64_t step) {
  run::make_folder(folder);
  run::FolderLock lock = run::FolderLock::take(folder.path);
  const bool goes_on = step > 0 && std::filesystem::exists(folder.config());
  const run::Entrance entrance = run::enter(folder, config, goes_on);
  if (entrance == run::Entrance::kShow) {
    throw UserError(fmt::format("{} holds this run already, finished; choose another folder",
                                folder.path.string()));
  }
  run::begin(folder, config);
  return lock;
}

}  // namespace

Recorder::Recorder(const std::string& folder, const run::Config& config, std::int64_t step)
    : folder_{folder},
      lock_(enter(folder_, config, step)),
      log_(value_of(run::MetricsLog::open(folder_.metrics(), step > 0 ? step : -1))) {}

void Recorder::append(run::MetricsLine line) {
  require(log_.append(std::move(line)));
}

void Recorder::report(run::Summary summary) {
  if (!log_.lines().empty()) {
    summary.final = log_.lines().back().values;
  }
  summary.best = log_.best();
  require(files::write_file(folder_.summary(), run::to_json(summary).dump(2) + "\n"));
  require(run::write_report(folder_.path));
}

}  // namespace murmur::library
