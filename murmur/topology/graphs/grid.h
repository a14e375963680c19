// SPDX-License-Identifier: Apache-2.0
// Default number of rows of a grid or torus.
#pragma once

namespace murmur::topology {

// The largest divisor of the number of workers that is at most its square root.
int most_square_rows(int workers);

}  // namespace murmur::topology
