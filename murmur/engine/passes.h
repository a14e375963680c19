// SPDX-License-Identifier: Apache-2.0
// A round cut into passes over the rows. A pass is one communication, gradient or reduction and the
// local stages behind it, which are applied block by block while the block is in cache.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "murmur/core/program.h"

namespace murmur::engine {

template <class S>
struct LocalStage {
  const Stage<S>* stage = nullptr;
  bool once = false;  // writes only fields that are kept once: runs once, not per worker
};

template <class S>
struct Pass {
  const Stage<S>* head = nullptr;  // null: local stages alone
  std::vector<LocalStage<S>> locals;
};

template <class S>
class Passes {
 public:
  // REQUIRES: the program's stages are consistent: a kernel that writes a field kept once writes
  // and reads no other kind, and none follows a gradient without an average between. It has at most
  // kMostFields.
  explicit Passes(const Program<S>& program);

  struct OfStep {
    std::vector<Pass<S>> in_turns;  // of an asynchronous program: once per turn
    std::vector<Pass<S>> together;
  };
  // The reference stays valid.
  const OfStep& at(std::int64_t step);

 private:
  std::vector<Pass<S>> cut(std::size_t begin, std::size_t end) const;  // of those due

  const Program<S>& program_;
  std::uint64_t shared_ = 0;                    // fields kept once
  std::vector<bool> due_;                       // at the step asked for, stage by stage
  std::map<std::vector<bool>, OfStep> by_due_;  // which stages are due: as many as there are
};

extern template class Passes<float>;
extern template class Passes<double>;

}  // namespace murmur::engine
