// SPDX-License-Identifier: Apache-2.0
// The entries of the registry of algorithms; included by the file of each algorithm.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "murmur/algorithms/entry.h"

namespace murmur::algorithms {

Algorithm sgd();
Algorithm adam();
Algorithm adamw();
Algorithm dsgd();
Algorithm dsgdm();
Algorithm dsgdm_n();
Algorithm qg_dsgdm();
Algorithm qg_dsgdm_n();
Algorithm dsgd_gt();
Algorithm dsgdm_gt();
Algorithm dsgdm_n_gt();
Algorithm d2();
Algorithm d2_plus();
Algorithm dadam();
Algorithm qg_dadam();
Algorithm allreduce_sgd();
Algorithm allreduce_adam();
Algorithm sgp();
Algorithm osgp();
Algorithm double_averaging();
Algorithm ad_psgd();
Algorithm choco_sgd();
Algorithm ef_sgd();
Algorithm ngc();
Algorithm qhm();
Algorithm qhadam();
Algorithm signum();
Algorithm decentlam();
Algorithm momentum_tracking();
Algorithm gut();
Algorithm qg_gutm();
Algorithm edm();
Algorithm k_gt();
Algorithm led();
Algorithm beer();
Algorithm motef();
Algorithm docom();
Algorithm lead();
Algorithm dsgd_ceca();
Algorithm relay_sgd();
Algorithm relay_adam();

}  // namespace murmur::algorithms
