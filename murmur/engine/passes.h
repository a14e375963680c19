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
struct PassKernel {
  const BoundKernel<S>* kernel = nullptr;
  bool once = false;  // writes only fields that are kept once: runs once, not per worker
};

template <class S>
struct Pass {
  const Stage<S>* head = nullptr;  // null: local stages alone
  std::vector<PassKernel<S>> locals;

  // The head if it is of that type, else null.
  template <class T>
  const T* head_as() const {
    return head == nullptr ? nullptr : head->template as<T>();
  }
  // Fields that the kernels behind the head look at or change.
  FieldSet touched_by_locals() const {
    FieldSet touched = 0;
    for (const PassKernel<S>& local : locals) {
      touched |= local.kernel->touched();
    }
    return touched;
  }
};

template <class S>
class Passes {
 public:
  // REQUIRES: the program's stages are consistent: a kernel that writes a field kept once writes
  // and reads no other kind, and none follows a gradient without an average between. It has at most
  // kMostFields.
  explicit Passes(const Program<S>& program);

  struct OfStep {
    std::vector<Pass<S>> per_batch;  // of an asynchronous program: once per event batch
    std::vector<Pass<S>> together;
  };
  // The reference stays valid.
  const OfStep& at(std::int64_t step);

 private:
  void check(const Stage<S>& stage, const BoundKernel<S>& kernel) const;
  static bool ends(const Pass<S>& pass, bool once);
  std::vector<Pass<S>> cut(std::size_t begin, std::size_t end) const;  // of those due

  const Program<S>& program_;
  FieldSet shared_ = 0;                         // fields kept once
  std::vector<bool> due_;                       // at the step asked for, stage by stage
  std::map<std::vector<bool>, OfStep> by_due_;  // which stages are due: as many as there are
};

extern template class Passes<float>;
extern template class Passes<double>;

}  // namespace murmur::engine
