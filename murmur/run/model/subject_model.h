// SPDX-License-Identifier: Apache-2.0
// The one model that a folder of a run or a safetensors file stands for: the exact average of a
// run's models, or that of the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "murmur/core/arena.h"
#include "murmur/core/layout.h"
#include "murmur/models/network.h"
#include "murmur/problems/problem.h"
#include "murmur/run/wiring/saved_run.h"

namespace murmur::run {

using Warn = std::function<void(const std::string&)>;  // may be empty

template <class S>
struct SubjectModel {
  Arena<S> x;
  Arena<S> buffers;
  std::optional<std::int64_t> step;  // of a run

  problems::Model<S> model() const {
    return {x.row(0, 0), buffers.row_size() == 0 ? nullptr : buffers.row(0, 0)};
  }
};

// Throws UserError: the tensors of a run are not those of this configuration (3).
void require_same(const SavedRun& run, const Layout& saved, const Layout& wanted);

// Throws UserError: data missing, or the tensors do not fit the network (3).
template <class S>
SubjectModel<S> model_of_file(const std::filesystem::path& file,
                              const models::Network& network,
                              const Warn& warn);

// Of a run or a file. Throws UserError as above, or if there is no checkpoint (6).
template <class S>
SubjectModel<S> model_of(const std::filesystem::path& subject,
                         const WhichStep& which,
                         const models::Network& network,
                         const Warn& warn);

extern template SubjectModel<float> model_of_file(const std::filesystem::path&,
                                                  const models::Network&,
                                                  const Warn&);
extern template SubjectModel<double> model_of_file(const std::filesystem::path&,
                                                   const models::Network&,
                                                   const Warn&);
extern template SubjectModel<float> model_of(const std::filesystem::path&,
                                             const WhichStep&,
                                             const models::Network&,
                                             const Warn&);
extern template SubjectModel<double> model_of(const std::filesystem::path&,
                                              const WhichStep&,
                                              const models::Network&,
                                              const Warn&);

}  // namespace murmur::run
