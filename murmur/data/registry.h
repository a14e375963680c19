// SPDX-License-Identifier: Apache-2.0
// One function per dataset, defined in the file of images/ that is named like the dataset.
#pragma once

#include "murmur/data/dataset.h"

namespace murmur::data {

// The options that all image datasets have.
std::vector<OptionInfo> image_options();

DatasetInfo fashion_mnist();
DatasetInfo mnist();
DatasetInfo cifar10();
DatasetInfo idx_folder();

}  // namespace murmur::data
