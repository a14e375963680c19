// SPDX-License-Identifier: Apache-2.0
// One entry per file of this folder that is named like a dataset.
#pragma once

#include "murmur/data/dataset.h"

namespace murmur::data {

// The options that every set of images has.
std::vector<OptionInfo> image_options();

DatasetInfo fashion_mnist();
DatasetInfo mnist();
DatasetInfo cifar10();
DatasetInfo idx_folder();

}  // namespace murmur::data
