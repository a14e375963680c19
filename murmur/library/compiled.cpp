// SPDX-License-Identifier: Apache-2.0
#include <type_traits>
#include <utility>

#include <murmur/compiled.h>

#include "murmur/core/host_program.h"
#include "murmur/core/random.h"
#include "murmur/learning/compiled/step.h"
#include "murmur/learning/matmul.h"
#include "murmur/library/errors.h"
#include "murmur/library/layouts.h"
#include "murmur/models/compiled/processor.h"
#include "murmur/models/network.h"

namespace murmur {

namespace library {

class CompiledState {
 public:
  explicit CompiledState(const std::string& folder)
      : step_(value_of(learning::CompiledStep::open(value_of(models::read_compiled(folder))))),
        parameters_(parameters_of(step_->layout())),
        buffers_(parameters_of(step_->buffers())) {}

  const learning::CompiledStep& step() const { return *step_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<Parameter>& buffers() const { return buffers_; }

  template <class S>
  double gradient(const BasicGradient<S>& asked, const std::vector<const void*>& batch) const {
    if (step_->model().is_double != std::is_same_v<S, double>) {
      throw Error("the compiled model is of another precision than the rows");
    }
    if (batch.size() != step_->model().batch.size()) {
      throw Error("a batch of the compiled model has another number of tensors");
    }
    const Random draws(asked.seed, Stream::kDropout, asked.worker, asked.batch);
    return guarded([&] {
      const learning::ComputeAlone alone;
      const FlushDenormals guard;
      return step_->gradient<S>(
          {.x = asked.x, .gradient = asked.gradient, .buffers = asked.buffers},
          draws.bits(0),
          batch);
    });
  }

 private:
  std::shared_ptr<const learning::CompiledStep> step_;
  std::vector<Parameter> parameters_;
  std::vector<Parameter> buffers_;
};

}  // namespace library

inline namespace v0_1 {

using library::guarded;

CompiledModel::CompiledModel(const std::string& folder)
    : state_(guarded([&] { return std::make_unique<library::CompiledState>(folder); })) {}
CompiledModel::CompiledModel(CompiledModel&&) noexcept = default;
CompiledModel& CompiledModel::operator=(CompiledModel&&) noexcept = default;
CompiledModel::~CompiledModel() = default;

std::string CompiledModel::processor() {
  return models::processor();
}

bool CompiledModel::is_double() const {
  return state_->step().model().is_double;
}

const std::vector<Parameter>& CompiledModel::parameters() const {
  return state_->parameters();
}

const std::vector<Parameter>& CompiledModel::buffers() const {
  return state_->buffers();
}

double CompiledModel::gradient(const BasicGradient<float>& asked,
                               const std::vector<const void*>& batch) const {
  return state_->gradient(asked, batch);
}

double CompiledModel::gradient(const BasicGradient<double>& asked,
                               const std::vector<const void*>& batch) const {
  return state_->gradient(asked, batch);
}

}  // namespace v0_1
}  // namespace murmur
