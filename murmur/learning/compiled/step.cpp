// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/compiled/step.h"

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/models/compiled/processor.h"

namespace murmur::learning {
namespace {

Layout layout_of(const std::vector<models::Tensor>& tensors, bool is_double) {
  Layout layout(is_double ? sizeof(double) : sizeof(float));
  for (const models::Tensor& tensor : tensors) {
    layout.add(tensor.name, tensor.shape);
  }
  return layout;
}

// Without buffers the row has one number all the same, as torch takes no pointer to nothing.
std::int64_t row_size(const Layout& layout) {
  return std::max<std::int64_t>(static_cast<std::int64_t>(layout.row_size()), 1);
}

template <class S>
void clear_padding(const Layout& layout, S* row) {
  const auto tensors = layout.tensors();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::size_t end = i + 1 < tensors.size() ? tensors[i + 1].offset : layout.row_size();
    std::fill(row + tensors[i].offset + tensors[i].size, row + end, S(0));
  }
}

}  // namespace

CompiledStep::CompiledStep(const models::CompiledModel& model)
    : model_(model),
      layout_(layout_of(model.parameters, model.is_double)),
      buffers_(layout_of(model.buffers, model.is_double)) {}

Result<std::shared_ptr<const CompiledStep>> CompiledStep::open(const models::CompiledModel& model) {
  if (const std::string here = models::processor(); model.processor != here) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("{} was compiled for another processor; compile it on this machine "
                               "(there: {}; here: {})",
                               model.folder.string(),
                               model.processor,
                               here)};
  }
  const Result<const Libtorch*> torch = open_libtorch(model);
  if (!torch) {
    return torch.failure();
  }
  const auto made = std::make_shared<CompiledStep>(model);
  const std::string number = model.is_double ? "float64" : "float32";
  const models::CompiledTensor row{number, {row_size(made->layout_)}};
  const models::CompiledTensor buffers{number, {row_size(made->buffers_)}};
  std::vector<models::CompiledTensor> inputs{row, buffers, row, {"int64", {2}}};
  inputs.insert(inputs.end(), model.batch.begin(), model.batch.end());
  const int threads = std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
  auto step = CompiledFunction::open(*torch.value(), model.folder / "step.so", inputs, threads);
  if (!step) {
    return step.failure();
  }
  made->step_ = std::move(step).value();
  if (model.outputs > 0) {
    auto outputs = CompiledFunction::open(
        *torch.value(), model.folder / "outputs.so", {row, buffers, model.batch.front()}, threads);
    if (!outputs) {
      return outputs.failure();
    }
    made->outputs_ = std::move(outputs).value();
  }
  return std::shared_ptr<const CompiledStep>(made);
}

template <class S>
double CompiledStep::gradient(const CompiledRows<S>& rows,
                              std::uint64_t draws,
                              std::span<const void* const> batch) const {
  MURMUR_CHECK(batch.size() == model_.batch.size(), "{} tensors of a batch", batch.size());
  compute_alone_in_libtorch();
  std::array<std::int64_t, 2> numbers{static_cast<std::int64_t>(draws & 0xffffffffU),
                                      static_cast<std::int64_t>(draws >> 32U)};
  std::vector<S> unwanted;
  S* buffers = rows.buffers;
  if (buffers == nullptr) {
    unwanted.resize(static_cast<std::size_t>(row_size(buffers_)));
    buffers = unwanted.data();
  }
  std::vector<void*> inputs{const_cast<S*>(rows.x), buffers, rows.gradient, numbers.data()};
  for (const void* each : batch) {
    inputs.push_back(const_cast<void*>(each));
  }
  S loss = 0;
  (*step_)(inputs, std::as_writable_bytes(std::span(&loss, 1)));
  clear_padding(layout_, rows.gradient);
  return static_cast<double>(loss);
}

template <class S>
void CompiledStep::outputs(const S* x,
                           const S* buffers,
                           const void* inputs,
                           std::span<S> out) const {
  compute_alone_in_libtorch();
  MURMUR_CHECK(static_cast<std::int64_t>(out.size()) == model_.examples() * model_.outputs,
               "{} outputs",
               out.size());
  S none = 0;
  const std::array<void*, 3> all{const_cast<S*>(x),
                                 buffers == nullptr ? &none : const_cast<S*>(buffers),
                                 const_cast<void*>(inputs)};
  (*outputs_)(all, std::as_writable_bytes(out));
}

template double CompiledStep::gradient(const CompiledRows<float>&,
                                       std::uint64_t,
                                       std::span<const void* const>) const;
template double CompiledStep::gradient(const CompiledRows<double>&,
                                       std::uint64_t,
                                       std::span<const void* const>) const;
template void CompiledStep::outputs(const float*,
                                    const float*,
                                    const void*,
                                    std::span<float>) const;
template void CompiledStep::outputs(const double*,
                                    const double*,
                                    const void*,
                                    std::span<double>) const;

}  // namespace murmur::learning
