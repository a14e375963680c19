// SPDX-License-Identifier: Apache-2.0
// A source of images that are read from files, decoded and augmented when they are needed, by
// threads in the background for batches that are expected. Which thread does it changes no result.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "murmur/data/source.h"

namespace murmur::data {

// The path of a file in column x of Examples::image_files.
std::string path_in(const Column& x, std::int64_t index);

// Of examples with image_files. `threads`: in the background; 0: none.
template <class S>
std::unique_ptr<Source<S>> make_file_source(std::shared_ptr<const Dataset> dataset,
                                            const Examples& examples,
                                            const std::vector<TransformChoice>& transforms,
                                            int threads);

extern template std::unique_ptr<Source<float>> make_file_source(std::shared_ptr<const Dataset>,
                                                                const Examples&,
                                                                const std::vector<TransformChoice>&,
                                                                int);
extern template std::unique_ptr<Source<double>> make_file_source(
    std::shared_ptr<const Dataset>, const Examples&, const std::vector<TransformChoice>&, int);

}  // namespace murmur::data
