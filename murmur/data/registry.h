// SPDX-License-Identifier: Apache-2.0
// One function per dataset, defined in the file that is named like the dataset: in images/,
// text/, or here.
#pragma once

#include "murmur/data/dataset.h"

namespace murmur::data {

DatasetInfo fashion_mnist();
DatasetInfo mnist();
DatasetInfo cifar10();
DatasetInfo cifar100();
DatasetInfo imagenet32();
DatasetInfo image_folder();
DatasetInfo idx_folder();
DatasetInfo arrays();
DatasetInfo text();
DatasetInfo ag_news();
DatasetInfo text_classification();
DatasetInfo translation();

}  // namespace murmur::data
