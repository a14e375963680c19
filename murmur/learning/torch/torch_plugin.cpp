// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/torch_plugin.h"

#include "murmur/learning/torch.h"

extern "C" [[gnu::visibility("default")]] const murmur::learning::TorchPlugin*
murmur_torch_plugin() {
  static const murmur::learning::TorchPlugin kTable{
      .matmul = {murmur::learning::torch_matmul<float>(), murmur::learning::torch_matmul<double>()},
      .make_body = {murmur::learning::make_torch_body<float>,
                    murmur::learning::make_torch_body<double>},
      .make_sequence = {murmur::learning::make_torch_sequence<float>,
                        murmur::learning::make_torch_sequence<double>},
      .make_generator = {murmur::learning::make_torch_generator<float>,
                         murmur::learning::make_torch_generator<double>},
      .compute_alone = murmur::learning::compute_alone_in_torch,
      .compute_as_before = murmur::learning::compute_as_before_in_torch};
  return &kTable;
}
