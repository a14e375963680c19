// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/run_record.h"

#include <fmt/format.h>

#include "murmur/files/atomic_file.h"
#include "murmur/run/config/document.h"

namespace murmur::run {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

}  // namespace

Result<RunRecord> read_run(const std::filesystem::path& folder) {
  RunRecord record;
  record.folder = folder;
  auto summary = read_summary(folder);
  if (!summary) {
    return Failure{
        FailureKind::kMissing,
        fmt::format("'{}' holds no finished run: there is no summary.json of murmur in it",
                    folder.string())};
  }
  record.summary = std::move(*summary);
  const auto config_file = folder / "config.toml";
  auto text = files::read_file(config_file, kMostBytes);
  if (!text) {
    return text.failure();
  }
  record.config_text = std::move(text).value();
  try {
    const Document document = parse_document(record.config_text, config_file.string());
    record.config = read_config(document, purpose_of_run(document));
  } catch (const UserError& error) {
    return Failure{FailureKind::kDamaged, error.what()};
  }
  auto lines = read_metrics(folder / "metrics.jsonl");
  if (!lines) {
    return lines.failure();
  }
  record.lines = std::move(lines).value();
  record.classes = read_classes(folder);
  return record;
}

}  // namespace murmur::run
