// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/passes.h"

#include <set>
#include <utility>

#include "murmur/core/check.h"

namespace murmur::engine {

template <class S>
Passes<S>::Passes(const Program<S>& program) : program_(program), due_(program.round.size()) {
  MURMUR_CHECK(program.fields.size() <= kMostFields,
               "{}: {} fields, a program has at most {}",
               program.name,
               program.fields.size(),
               kMostFields);
  for (std::size_t f = 0; f < program.fields.size(); ++f) {
    shared_ |= program.fields[f].shared ? field_bit(f) : 0;
  }
  for (const Stage<S>& stage : program.round) {
    if (stage.kernel() != nullptr) {
      check(stage, *stage.kernel());
    }
  }
}

template <class S>
void Passes<S>::check(const Stage<S>& stage, const BoundKernel<S>& kernel) const {
  const std::set<std::size_t> bound(kernel.binds.begin(), kernel.binds.end());
  MURMUR_CHECK(bound.size() == kernel.binds.size(),
               "{}: a kernel's fields are bound to the same row twice, and rows must not overlap",
               program_.name);
  if (stage.template is<SequentialStage<S>>()) {
    return;
  }
  const bool once = (kernel.writes & shared_) != 0;
  MURMUR_CHECK(!once || (kernel.touched() & ~shared_) == 0,
               "{}: a kernel mixes fields kept once with fields of each worker",
               program_.name);
  MURMUR_CHECK(!once || stage.template is<LocalStage<S>>(),
               "{}: only a local stage may write a field kept once",
               program_.name);
}

template <class S>
const typename Passes<S>::OfStep& Passes<S>::at(std::int64_t step) {
  for (std::size_t k = 0; k < due_.size(); ++k) {
    due_[k] = program_.round[k].due_at(step);
  }
  const auto found = by_due_.find(due_);
  if (found != by_due_.end()) {
    return found->second;
  }
  const std::size_t events = program_.event_stages;
  OfStep passes{cut(0, events), cut(events, program_.round.size())};
  return by_due_.emplace(due_, std::move(passes)).first->second;
}

// Behind a gradient the workers' rows are visited one by one; a reduction or a sequential stage is
// complete only after the last worker. Such a head ends its pass for kernels that cannot join it.
template <class S>
bool Passes<S>::ends(const Pass<S>& pass, bool once) {
  return pass.template head_as<ReduceStage<S>>() != nullptr ||
         pass.template head_as<FilterReduceStage<S>>() != nullptr ||
         pass.template head_as<SequentialStage<S>>() != nullptr ||
         (once && pass.template head_as<GradientStage<S>>() != nullptr);
}

template <class S>
std::vector<Pass<S>> Passes<S>::cut(std::size_t begin, std::size_t end) const {
  std::vector<Pass<S>> passes;
  for (std::size_t k = begin; k < end; ++k) {
    if (!due_[k]) {
      continue;
    }
    const Stage<S>& stage = program_.round[k];
    const auto* const local = stage.template as<LocalStage<S>>();
    if (local == nullptr) {
      passes.push_back({&stage, {}});
      continue;
    }
    const bool once = (local->kernel.writes & shared_) != 0;
    const bool starts_pass = passes.empty() || ends(passes.back(), once);
    if (starts_pass) {
      passes.push_back({nullptr, {}});
    }
    passes.back().locals.push_back({&local->kernel, once});
  }
  return passes;
}

template class Passes<float>;
template class Passes<double>;

}  // namespace murmur::engine
