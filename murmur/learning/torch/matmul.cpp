// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "murmur/learning/torch.h"

namespace murmur::learning {
namespace {

// A view of memory that torch does not own. It is only read if `data` was constant.
template <class S>
at::Tensor view(const S* data, std::int64_t rows, std::int64_t columns) {
  const auto options = at::TensorOptions().dtype(c10::CppTypeToScalarType<S>::value);
  return at::from_blob(const_cast<S*>(data), {rows, columns}, options);
}

template <class S>
void multiply(const Product& p, const S* a, const S* b, S* c) {
  const c10::InferenceMode guard;  // no gradients are recorded through raw memory
  const at::Tensor left = p.transpose_a ? view(a, p.inner, p.rows).t() : view(a, p.rows, p.inner);
  const at::Tensor right =
      p.transpose_b ? view(b, p.columns, p.inner).t() : view(b, p.inner, p.columns);
  at::Tensor out = view(c, p.rows, p.columns);
  at::mm_out(out, left, right);
}

}  // namespace

template <class S>
Matmul<S> torch_matmul() {
  return multiply<S>;
}

template Matmul<float> torch_matmul<float>();
template Matmul<double> torch_matmul<double>();

Status load_torch() {
  return Ok{};  // linked
}

namespace {

thread_local int t_before = 0;  // the calling thread's number of threads; 0: it is not alone

}  // namespace

void compute_alone_in_torch() {
  if (t_before == 0) {
    t_before = at::get_num_threads();
    at::set_num_threads(1);  // the calling thread's own setting, for OpenMP and for MKL
  }
}

// The last number that any thread has set is that of threads which use torch for the first time.
void compute_as_before_in_torch() {
  at::set_num_threads(t_before > 0 ? std::exchange(t_before, 0) : at::get_num_threads());
}

}  // namespace murmur::learning
