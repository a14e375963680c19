// SPDX-License-Identifier: Apache-2.0
// The only list of algorithms.
#include "murmur/algorithms/registry.h"

#include <algorithm>

namespace murmur::algorithms {

const std::vector<Algorithm>& algorithms() {
  static const std::vector<Algorithm> kAll{sgd(),           adam(),           adamw(),
                                           dsgd(),          dsgdm(),          dsgdm_n(),
                                           qg_dsgdm(),      qg_dsgdm_n(),     dsgd_gt(),
                                           dsgdm_gt(),      dsgdm_n_gt(),     d2(),
                                           d2_plus(),       dadam(),          qg_dadam(),
                                           allreduce_sgd(), allreduce_adam(), sgp(),
                                           osgp(),          ad_psgd(),        double_averaging(),
                                           choco_sgd(),     ef_sgd(),         ngc()};
  return kAll;
}

const Algorithm* find_algorithm(std::string_view name) {
  const auto& all = algorithms();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Algorithm& a) { return a.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace murmur::algorithms
