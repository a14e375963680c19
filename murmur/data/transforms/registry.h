// SPDX-License-Identifier: Apache-2.0
// One function per transform, defined in the file of this folder that is named like the transform.
#pragma once

#include "murmur/data/transforms/transform.h"

namespace murmur::data {

TransformInfo flip();
TransformInfo crop();
TransformInfo random_resized_crop();

}  // namespace murmur::data
