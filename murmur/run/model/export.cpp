// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/model/export.h"

#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/files/safetensors.h"
#include "murmur/models/model.h"
#include "murmur/run/text/version.h"

namespace murmur::run {
namespace {

using files::TensorPlan;

constexpr std::string_view kMean = ".running_mean";

// The numbers of one tensor: a part of a row.
template <class S>
struct Piece {
  TensorPlan plan;
  std::span<const S> numbers;
};

template <class S>
void add_pieces(const Layout& layout, const S* row, std::vector<Piece<S>>& pieces) {
  for (const TensorSlot& slot : layout.tensors()) {
    pieces.push_back(
        {{slot.name, files::dtype_of<S>(), slot.shape}, {row + slot.offset, slot.size}});
  }
}

template <class S>
void add_tied(const Config& config, std::vector<Piece<S>>& pieces) {
  const models::Model* model = models::find_model(config.model.name);
  if (model == nullptr || model->tied == nullptr) {
    return;
  }
  for (const models::TiedName& tied : model->tied(config.model.options)) {
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (pieces[i].plan.name == tied.first) {
        Piece<S> second = pieces[i];
        second.plan.name = tied.name;
        pieces.push_back(std::move(second));
        break;
      }
    }
  }
}

// Names of the counters of batch normalization.
std::vector<std::string> counters_of(const Layout& buffers) {
  std::vector<std::string> names;
  for (const TensorSlot& slot : buffers.tensors()) {
    if (slot.name.ends_with(kMean)) {
      names.push_back(slot.name.substr(0, slot.name.size() - kMean.size()) +
                      ".num_batches_tracked");
    }
  }
  return names;
}

void require_free(const std::filesystem::path& output, bool force) {
  std::error_code error;
  if (std::filesystem::is_directory(output, error)) {
    throw UserError(fmt::format("--output '{}' is a folder; name a file, as in model.safetensors",
                                output.string()));
  }
  if (!force && std::filesystem::exists(output, error)) {
    throw UserError(fmt::format("'{}' exists already; --force replaces it", output.string()));
  }
}

template <class S>
Status write(const std::filesystem::path& output,
             const std::vector<std::string>& counters,
             const std::vector<Piece<S>>& pieces,
             const files::Metadata& metadata,
             Exported& exported) {
  std::vector<TensorPlan> plan;
  for (const std::string& name : counters) {
    plan.push_back({name, files::Dtype::kI64, {}});
  }
  for (const Piece<S>& piece : pieces) {
    plan.push_back(piece.plan);
  }
  auto writer = files::SafetensorsWriter::create(output, plan, metadata);
  if (!writer) {
    return writer.failure();
  }
  for (std::size_t i = 0; i < counters.size(); ++i) {
    if (Status done = writer.value().append(std::span(&std::as_const(exported.step), 1)); !done) {
      return done;
    }
  }
  for (const Piece<S>& piece : pieces) {
    if (Status done = writer.value().append(piece.numbers); !done) {
      return done;
    }
  }
  exported.tensors = static_cast<std::int64_t>(plan.size());
  exported.bytes = static_cast<std::int64_t>(writer.value().bytes());
  return writer.value().commit();
}

template <class S>
Exported export_of(const SavedRun& run, const ExportRequest& request) {
  const auto saved = read_models_of<S>(run, request.which);
  if (request.worker && (*request.worker < 0 || *request.worker >= saved.workers)) {
    throw UserError(fmt::format("--worker must be from 0 to {}, not {}: {} has {} workers",
                                saved.workers - 1,
                                *request.worker,
                                run.folder.string(),
                                saved.workers));
  }
  const std::vector<S> average = request.worker ? std::vector<S>() : saved.models.average();
  const std::vector<S> buffers = request.worker ? std::vector<S>() : saved.buffers.average();
  std::vector<Piece<S>> pieces;
  add_pieces(saved.models.layout,
             request.worker ? saved.models.of(*request.worker) : average.data(),
             pieces);
  add_pieces(saved.buffers.layout,
             request.worker ? saved.buffers.of(*request.worker) : buffers.data(),
             pieces);
  add_tied(run.config, pieces);
  Exported exported{.step = saved.step};
  const files::Metadata metadata{
      {"format", "pt"},
      {"model", run.config.model.name},
      {"step", std::to_string(saved.step)},
      {"config_digest", config_digest(run.config)},
      {"of", request.worker ? fmt::format("worker {}", *request.worker) : "average"},
      {"murmur", std::string(version())}};
  const Status written =
      write(request.output, counters_of(saved.buffers.layout), pieces, metadata, exported);
  if (!written) {
    throw UserError(written.failure().message, ExitCode::kRunFailed);
  }
  return exported;
}

}  // namespace

Exported export_model(const ExportRequest& request) {
  require_free(request.output, request.force);
  const SavedRun run = open_run(request.folder);
  return run.config.precision == Precision::kSingle ? export_of<float>(run, request)
                                                    : export_of<double>(run, request);
}

}  // namespace murmur::run
