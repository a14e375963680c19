// SPDX-License-Identifier: Apache-2.0
#include "murmur/checkpoint/saved_models.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/checkpoint/checked_file.h"
#include "murmur/checkpoint/folders.h"
#include "murmur/checkpoint/parts.h"
#include "murmur/core/field.h"
#include "murmur/core/host_program.h"
#include "murmur/engine/exchange/tree_mean.h"
#include "murmur/files/safetensors.h"

namespace murmur::checkpoint {
namespace {

using files::SafetensorsReader;
using files::TensorInfo;

constexpr std::string_view kModel = "x/";
constexpr std::string_view kBuffers = "buffers/";
constexpr std::size_t kBlock = 2048;  // coordinates of a mean at a time

// Tensors of a field of a file that holds rows of some workers.
class FieldReader {
 public:
  FieldReader(const SafetensorsReader& reader, std::string_view prefix, const CheckpointFile& file)
      : reader_(reader), prefix_(prefix), file_(file) {}

  // Without the leading axis of workers, if there is one.
  template <class S>
  Result<Layout> layout(bool shared) const {
    Layout layout(sizeof(S));
    for (const TensorInfo& tensor : reader_.tensors()) {
      if (!tensor.name.starts_with(prefix_)) {
        continue;
      }
      const bool has_axis = !tensor.shape.empty() && tensor.shape.front() == file_.workers.size();
      if (tensor.dtype != files::dtype_of<S>() || (!shared && !has_axis)) {
        return Failure{FailureKind::kMismatch,
                       fmt::format("{}: '{}' is {} of shape [{}]",
                                   file_.name,
                                   tensor.name,
                                   files::name_of(tensor.dtype),
                                   fmt::join(tensor.shape, ", "))};
      }
      layout.add(tensor.name.substr(prefix_.size()),
                 {tensor.shape.begin() + (shared ? 0 : 1), tensor.shape.end()});
    }
    return layout;
  }

  template <class S>
  Status read(bool shared, SavedRows<S>& rows) const {
    const int count = shared ? 1 : file_.workers.size();
    for (const TensorSlot& slot : rows.layout.tensors()) {
      const TensorInfo* tensor = reader_.find(std::string(prefix_) + slot.name);
      for (int i = 0; i < count; ++i) {
        const auto row = static_cast<std::size_t>(shared ? 0 : file_.workers.begin + i);
        const auto first = static_cast<std::uint64_t>(i) * slot.size;
        const std::span<S> place(rows.rows.row(0, row) + slot.offset, slot.size);
        if (Status done = reader_.read(*tensor, first, place); !done) {
          return done;
        }
      }
    }
    return Ok{};
  }

 private:
  const SafetensorsReader& reader_;
  std::string_view prefix_;
  const CheckpointFile& file_;
};

bool same_tensors(const Layout& a, const Layout& b) {
  return std::ranges::equal(a.tensors(), b.tensors(), [](const auto& left, const auto& right) {
    return left.name == right.name && left.shape == right.shape;
  });
}

// A field, from one file after the other, that of worker 0 first.
template <class S>
Status take_field(const FieldReader& reader,
                  bool shared,
                  const Manifest& manifest,
                  bool first,
                  SavedRows<S>& rows) {
  Result<Layout> layout = reader.layout<S>(shared);
  if (!layout) {
    return layout.failure();
  }
  if (first) {
    rows.layout = std::move(layout).value();
    const auto count = static_cast<std::size_t>(shared ? 1 : manifest.workers);
    if (!rows.empty()) {
      rows.rows = Arena<S>({count}, rows.layout.row_size());
    }
  } else if (shared) {
    return Ok{};
  } else if (!same_tensors(rows.layout, layout.value())) {
    return Failure{FailureKind::kDamaged, "its files have different tensors"};
  }
  return reader.read(shared, rows);
}

}  // namespace

template <class S>
const S* SavedRows<S>::of(int worker) const {
  if (empty()) {
    return nullptr;
  }
  return rows.row(0, std::min(static_cast<std::size_t>(worker), rows.rows(0) - 1));
}

template <class S>
std::vector<S> SavedRows<S>::average() const {
  const FlushDenormals guard;
  std::vector<S> mean(layout.row_size());
  const int count = empty() ? 0 : static_cast<int>(rows.rows(0));
  std::vector<S> scratch(2 * engine::tree_levels(std::max(count, 1)) * kBlock);
  for (std::size_t begin = 0; count > 0 && begin < mean.size(); begin += kBlock) {
    const std::size_t size = std::min(kBlock, mean.size() - begin);
    const auto leaf = [&](int first, int of) -> const S* {
      return of == 1 ? rows.row(0, static_cast<std::size_t>(first)) + begin : nullptr;
    };
    const engine::RowWeights equal;
    const engine::TreeMean<S, decltype(leaf)> tree(leaf, equal, size, scratch.data());
    const S* const block = tree(0, count, 0, mean.data() + begin);
    std::copy(block, block + size, mean.data() + begin);
  }
  return mean;
}

Result<std::int64_t> newest_step(const std::filesystem::path& folder) {
  const auto steps = checkpoint_steps(folder);
  if (!steps) {
    return steps.failure();
  }
  std::string trouble;
  for (const std::int64_t step : steps.value()) {
    const auto manifest = read_manifest(folder, step);
    if (manifest) {
      return step;
    }
    trouble = trouble.empty() ? manifest.failure().message : trouble;
  }
  if (steps.value().empty()) {
    return Failure{FailureKind::kMissing,
                   fmt::format("there is no checkpoint in {}", folder.string())};
  }
  return Failure{FailureKind::kDamaged,
                 fmt::format("no checkpoint in {} is whole: {}", folder.string(), trouble)};
}

template <class S>
Result<SavedModels<S>> read_models(const std::filesystem::path& folder,
                                   std::int64_t step,
                                   bool one_model) {
  const auto path = checkpoint_path(folder, step);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    const auto steps = checkpoint_steps(folder);
    return Failure{FailureKind::kMissing,
                   fmt::format("there is no checkpoint of step {} in {}; there are those of {}",
                               step,
                               folder.string(),
                               steps && !steps.value().empty()
                                   ? fmt::format("{}", fmt::join(steps.value(), ", "))
                                   : "none")};
  }
  const Result<Manifest> manifest = read_manifest(folder, step);
  if (!manifest) {
    return manifest.failure();
  }
  if (manifest.value().precision != precision_name<S>()) {
    return Failure{FailureKind::kMismatch,
                   fmt::format("{} is in {} precision", path.string(), manifest.value().precision)};
  }
  SavedModels<S> saved;
  saved.step = step;
  saved.workers = manifest.value().workers;
  for (const CheckpointFile& file : manifest.value().files) {
    const auto reader = open_checked(path, file);
    if (!reader) {
      return reader.failure();
    }
    const bool first = file.workers.begin == 0;
    for (const auto& [prefix, shared, rows] : {std::tuple{kModel, one_model, &saved.models},
                                               std::tuple{kBuffers, false, &saved.buffers}}) {
      const FieldReader fields(reader.value(), prefix, file);
      const Status taken = take_field(fields, shared, manifest.value(), first, *rows);
      if (!taken) {
        return taken.failure().in(path.string());
      }
    }
  }
  if (saved.models.empty()) {
    return Failure{FailureKind::kMismatch, path.string() + " has no models"};
  }
  return saved;
}

template struct SavedRows<float>;
template struct SavedRows<double>;
template Result<SavedModels<float>> read_models(const std::filesystem::path&, std::int64_t, bool);
template Result<SavedModels<double>> read_models(const std::filesystem::path&, std::int64_t, bool);

}  // namespace murmur::checkpoint
