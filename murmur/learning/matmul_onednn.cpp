// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "murmur/core/check.h"
#include "murmur/learning/matmul.h"
#include "murmur/learning/onednn.h"

namespace murmur::learning {
namespace {

void multiply(const Product& p, const float* a, const float* b, float* c) {
  static const OnednnSgemm kSgemm = onednn_sgemm().value();
  const dnnl_status_t status = kSgemm(p.transpose_a ? 'T' : 'N',
                                      p.transpose_b ? 'T' : 'N',
                                      p.rows,
                                      p.columns,
                                      p.inner,
                                      1.0F,
                                      a,
                                      p.transpose_a ? p.rows : p.inner,
                                      b,
                                      p.transpose_b ? p.inner : p.columns,
                                      0.0F,
                                      c,
                                      p.columns);
  MURMUR_CHECK(status == dnnl_success, "oneDNN answers {}", static_cast<int>(status));
}

thread_local int t_before = 0;  // the calling thread's number of threads; 0: it is not alone

}  // namespace

void compute_alone_in_onednn() {
  if (t_before == 0) {
    t_before = onednn_threads();
    set_onednn_threads(1);
  }
}

void compute_as_before_in_onednn() {
  if (t_before > 0) {
    set_onednn_threads(std::exchange(t_before, 0));
  }
}

Result<Matmul<float>> onednn_matmul() {
  const Result<OnednnSgemm> loaded = onednn_sgemm();
  if (!loaded) {
    return loaded.failure();
  }
  return Matmul<float>(multiply);
}

}  // namespace murmur::learning
