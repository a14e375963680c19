// SPDX-License-Identifier: Apache-2.0
// Replaces what needs torch's headers in a build without torch, which computes compiled models
// alone.
#include "murmur/core/check.h"
#include "murmur/learning/compiled/libtorch.h"
#include "murmur/learning/executor.h"
#include "murmur/learning/libraries.h"
#include "murmur/learning/matmul.h"
#include "murmur/learning/statistics.h"
#include "murmur/learning/torch.h"

namespace murmur::learning {
namespace {

Failure no_torch() {
  return {FailureKind::kInvalid,
          "this murmur was built without torch, which trains networks; build it again with "
          "-DMURMUR_TORCH=wheel or -DMURMUR_TORCH=system"};
}

}  // namespace

void compute_alone() {
  compute_alone_in_libtorch();
}
void compute_as_before() {
  compute_as_before_in_libtorch();
}

std::string torch_version() {
  return "none";
}

Status load_torch() {
  return no_torch();
}

Result<std::string> matmul_library(const std::string& /*wish*/) {
  return no_torch();
}

template <class S>
std::unique_ptr<Generator<S>> make_torch_generator(const models::Network& /*network*/,
                                                   data::Task /*task*/) {
  MURMUR_CHECK(false, "next tokens without torch");
  return nullptr;
}

template std::unique_ptr<Generator<float>> make_torch_generator<float>(const models::Network&,
                                                                       data::Task);
template std::unique_ptr<Generator<double>> make_torch_generator<double>(const models::Network&,
                                                                         data::Task);

template <class S>
Result<Matmul<S>> find_matmul(const std::string& /*wish*/) {
  return no_torch();
}

template Result<Matmul<float>> find_matmul(const std::string&);
template Result<Matmul<double>> find_matmul(const std::string&);

template <class S>
std::unique_ptr<Executor<S>> make_executor(const models::Network& /*network*/,
                                           const Layout& /*layout*/,
                                           const Objective& /*objective*/,
                                           std::int64_t /*most*/,
                                           Matmul<S> /*matmul*/) {
  MURMUR_CHECK(false, "a network without torch");
  return nullptr;
}

template std::unique_ptr<Executor<float>> make_executor(
    const models::Network&, const Layout&, const Objective&, std::int64_t, Matmul<float>);
template std::unique_ptr<Executor<double>> make_executor(
    const models::Network&, const Layout&, const Objective&, std::int64_t, Matmul<double>);

template <class S>
std::unique_ptr<Statistics<S>> make_statistics(const SupervisedSettings& /*settings*/,
                                               std::int64_t /*examples*/) {
  MURMUR_CHECK(false, "statistics without torch");
  return nullptr;
}

template std::unique_ptr<Statistics<float>> make_statistics(const SupervisedSettings&,
                                                            std::int64_t);
template std::unique_ptr<Statistics<double>> make_statistics(const SupervisedSettings&,
                                                             std::int64_t);

}  // namespace murmur::learning
