// SPDX-License-Identifier: Apache-2.0
// The only list of algorithms.
#include "murmur/algorithms/registry.h"

#include <algorithm>

namespace murmur::algorithms {

const std::vector<Algorithm>& algorithms() {
  static const std::vector<Algorithm> kAll{sgd(),
                                           adam(),
                                           adamw(),
                                           qhm(),
                                           qhadam(),
                                           dsgd(),
                                           dsgdm(),
                                           dsgdm_n(),
                                           qg_dsgdm(),
                                           qg_dsgdm_n(),
                                           decentlam(),
                                           gut(),
                                           qg_gutm(),
                                           dsgd_gt(),
                                           dsgdm_gt(),
                                           dsgdm_n_gt(),
                                           momentum_tracking(),
                                           d2(),
                                           d2_plus(),
                                           edm(),
                                           k_gt(),
                                           led(),
                                           dadam(),
                                           qg_dadam(),
                                           ngc(),
                                           relay_sgd(),
                                           relay_adam(),
                                           allreduce_sgd(),
                                           allreduce_adam(),
                                           double_averaging(),
                                           signum(),
                                           sgp(),
                                           osgp(),
                                           ad_psgd(),
                                           dsgd_ceca(),
                                           choco_sgd(),
                                           beer(),
                                           motef(),
                                           docom(),
                                           lead(),
                                           ef_sgd()};
  return kAll;
}

const Algorithm* find_algorithm(std::string_view name) {
  const auto& all = algorithms();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Algorithm& a) { return a.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace murmur::algorithms
