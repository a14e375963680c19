// SPDX-License-Identifier: Apache-2.0
// Small dataset files for tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "murmur/data/bytes.h"
#include "tests/support/temporary_folder.h"

namespace murmur::data::testing {

using murmur::testing::TemporaryFolder;

void write_file(const std::filesystem::path& path, const Bytes& bytes);
Bytes gzip(const Bytes& bytes);
Bytes xz(const Bytes& bytes);

// An IDX file with these extents; value i is i mod `modulus`.
Bytes make_idx(const std::vector<std::uint32_t>& extents, int modulus = 251);

// `count` records of CIFAR-10; record i has label i mod `classes`, pixel p is (i + p) mod 256.
Bytes make_cifar(int count, int classes = 10);

// The four files of an IDX dataset: 5 training and 3 test images of 4 x 6, labels below 3.
void write_idx_dataset(const std::filesystem::path& folder);

// The six files of CIFAR-10 with 2 records each, 3 in the test file.
void write_cifar_dataset(const std::filesystem::path& folder);

}  // namespace murmur::data::testing
