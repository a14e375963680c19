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
    shared_ |= std::uint64_t{program.fields[f].shared ? 1U : 0U} << f;
  }
  for (const Stage<S>& stage : program.round) {
    const std::set<std::size_t> bound(stage.binds.begin(), stage.binds.end());
    MURMUR_CHECK(bound.size() == stage.binds.size(),
                 "{}: a kernel's fields are bound to the same row twice, and rows must not overlap",
                 program.name);
    const bool once = (stage.writes & shared_) != 0;
    if (stage.kind == StageKind::kSequential) {
      continue;
    }
    MURMUR_CHECK(!once || ((stage.writes | stage.reads) & ~shared_) == 0,
                 "{}: a kernel mixes fields kept once with fields of each worker",
                 program.name);
    MURMUR_CHECK(!once || stage.kind == StageKind::kLocal,
                 "{}: only a local stage may write a field kept once",
                 program.name);
  }
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
  const std::size_t in_turns = program_.event_stages;
  OfStep passes{cut(0, in_turns), cut(in_turns, program_.round.size())};
  return by_due_.emplace(due_, std::move(passes)).first->second;
}

template <class S>
std::vector<Pass<S>> Passes<S>::cut(std::size_t begin, std::size_t end) const {
  std::vector<Pass<S>> passes;
  for (std::size_t k = begin; k < end; ++k) {
    if (!due_[k]) {
      continue;
    }
    const Stage<S>& stage = program_.round[k];
    if (stage.kind != StageKind::kLocal) {
      passes.push_back({&stage, {}});
      continue;
    }
    const bool once = (stage.writes & shared_) != 0;
    // Behind a gradient the workers' rows are visited one by one, behind a reduction or a turn of
    // all workers the result is complete only after the last: these end the pass for what cannot
    // join it.
    const bool starts_pass =
        passes.empty() || (passes.back().head != nullptr &&
                           (passes.back().head->kind == StageKind::kReduce ||
                            passes.back().head->kind == StageKind::kSequential ||
                            (once && passes.back().head->kind == StageKind::kGradient)));
    if (starts_pass) {
      passes.push_back({nullptr, {}});
    }
    passes.back().locals.push_back({&stage, once});
  }
  return passes;
}

template class Passes<float>;
template class Passes<double>;

}  // namespace murmur::engine
