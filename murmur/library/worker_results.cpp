// SPDX-License-Identifier: Apache-2.0
// What is asked of a worker between its steps: rows, averages, the digest, checkpoints.
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/library/errors.h"
#include "murmur/library/worker_state.h"
#include "murmur/run/train/digest.h"

namespace murmur::library {

template <class S>
std::vector<std::string> WorkerState<S>::fields() const {
  std::vector<std::string> names;
  for (const Field& field : engine_->program().fields) {
    if (field.kind != FieldKind::kScratch) {
      names.emplace_back(field.name);
    }
  }
  return names;
}

template <class S>
std::span<const S> WorkerState<S>::row(std::string_view name) const {
  const auto& all = engine_->program().fields;
  for (std::size_t f = 0; f < all.size(); ++f) {
    if (all[f].kind != FieldKind::kScratch && all[f].name == name) {
      return std::as_const(*engine_).row(f, rank());
    }
  }
  throw Error(fmt::format("there is no field '{}'; '{}' has {}",
                          name,
                          engine_->program().name,
                          fmt::join(fields(), ", ")));
}

template <class S>
std::span<const S> WorkerState<S>::average_model() {
  require_between_steps("average_model()");
  require_same_steps();
  together([&] { require(engine_->average_model(average_)); });
  return average_;
}

template <class S>
std::span<const S> WorkerState<S>::average_buffers() {
  require_between_steps("average_buffers()");
  require_same_steps();
  if (!buffer_average_.empty()) {
    together([&] { require(engine_->average_buffers(buffer_average_)); });
  }
  return buffer_average_;
}

template <class S>
double WorkerState<S>::consensus_distance() {
  average_model();
  return together([&] { return value_of(engine_->consensus_distance(average_)); });
}

template <class S>
std::string WorkerState<S>::digest() {
  require_between_steps("digest()");
  require_same_steps();
  return together([&] {
    require(engine_->settle());
    return value_of(run::digest_of_models(*engine_));
  });
}

template <class S>
checkpoint::CheckpointPlace WorkerState<S>::place(const std::string& folder) const {
  return {.folder = folder,
          .config_digest = run::config_digest(config_, run::Sameness::kMayResume),
          .keep = static_cast<int>(config_.checkpoint.keep)};
}

template <class S>
void WorkerState<S>::save(const std::string& folder) {
  require_between_steps("save()");
  require_same_steps();
  require(checkpoint::save_checkpoint(*engine_, place(folder), {}));
}

template <class S>
void WorkerState<S>::resume(const std::string& folder) {
  require_open();
  rounds_->forget();
  value_of(checkpoint::restore_checkpoint(*engine_, place(folder)));
  history_ = 0;
}

template <class S>
std::vector<std::string> WorkerState<S>::warnings() const {
  std::vector<std::string> texts;
  for (const std::string& key : config_.written) {
    for (const char* table : {"cluster", "evaluation", "output"}) {
      if (key == table) {
        texts.push_back(
            fmt::format("[{}] has no effect on a worker whose loop is the program's own", table));
      }
    }
  }
  return texts;
}

template std::vector<std::string> WorkerState<float>::fields() const;
template std::span<const float> WorkerState<float>::row(std::string_view) const;
template std::span<const float> WorkerState<float>::average_model();
template std::span<const float> WorkerState<float>::average_buffers();
template double WorkerState<float>::consensus_distance();
template std::string WorkerState<float>::digest();
template checkpoint::CheckpointPlace WorkerState<float>::place(const std::string&) const;
template void WorkerState<float>::save(const std::string&);
template void WorkerState<float>::resume(const std::string&);
template std::vector<std::string> WorkerState<float>::warnings() const;
template std::vector<std::string> WorkerState<double>::fields() const;
template std::span<const double> WorkerState<double>::row(std::string_view) const;
template std::span<const double> WorkerState<double>::average_model();
template std::span<const double> WorkerState<double>::average_buffers();
template double WorkerState<double>::consensus_distance();
template std::string WorkerState<double>::digest();
template checkpoint::CheckpointPlace WorkerState<double>::place(const std::string&) const;
template void WorkerState<double>::save(const std::string&);
template void WorkerState<double>::resume(const std::string&);
template std::vector<std::string> WorkerState<double>::warnings() const;

}  // namespace murmur::library
