// SPDX-License-Identifier: Apache-2.0
// Replaces this folder in a build without torch.
#include "murmur/core/check.h"
#include "murmur/learning/libraries.h"
#include "murmur/learning/matmul.h"
#include "murmur/learning/predict.h"
#include "murmur/learning/statistics.h"
#include "murmur/learning/supervised.h"
#include "murmur/learning/torch.h"

namespace murmur::learning {
namespace {

Failure no_torch() {
  return {FailureKind::kInvalid,
          "this murmur was built without torch, which trains networks; build it again with "
          "-DMURMUR_TORCH=wheel or -DMURMUR_TORCH=system"};
}

}  // namespace

void compute_alone() {}
void compute_as_before() {}

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
Result<std::unique_ptr<problems::Problem<S>>> make_supervised(
    const SupervisedSettings& /*settings*/) {
  return no_torch();
}

template Result<std::unique_ptr<problems::Problem<float>>> make_supervised<float>(
    const SupervisedSettings&);
template Result<std::unique_ptr<problems::Problem<double>>> make_supervised<double>(
    const SupervisedSettings&);

template <class S>
Result<std::vector<std::vector<double>>> outputs_of(
    const models::Network& /*network*/,
    std::shared_ptr<const data::Dataset> /*dataset*/,
    const problems::Model<S>& /*model*/,
    const std::string& /*matmul*/) {
  return no_torch();
}

template Result<std::vector<std::vector<double>>> outputs_of(const models::Network&,
                                                             std::shared_ptr<const data::Dataset>,
                                                             const problems::Model<float>&,
                                                             const std::string&);
template Result<std::vector<std::vector<double>>> outputs_of(const models::Network&,
                                                             std::shared_ptr<const data::Dataset>,
                                                             const problems::Model<double>&,
                                                             const std::string&);

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
