// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/model/subject_model.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/error.h"
#include "murmur/learning/weights/weights.h"

namespace murmur::run {
namespace {

std::string shape_text(const TensorSlot& slot) {
  return fmt::format("'{}' of shape [{}]", slot.name, fmt::join(slot.shape, ", "));
}

}  // namespace

void require_same(const SavedRun& run, const Layout& saved, const Layout& wanted) {
  const auto refuse = [&](const std::string& what) {
    throw UserError(
        fmt::format(
            "the models of {} are not of this configuration: {}", run.folder.string(), what),
        ExitCode::kData);
  };
  const auto ours = wanted.tensors();
  const auto theirs = saved.tensors();
  for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
    if (i >= ours.size() || i >= theirs.size()) {
      refuse(i < ours.size() ? "they lack " + shape_text(ours[i])
                             : "they have " + shape_text(theirs[i]) + " more");
    }
    if (ours[i].name != theirs[i].name || ours[i].shape != theirs[i].shape) {
      refuse(fmt::format("they have {}, wanted is {}", shape_text(theirs[i]), shape_text(ours[i])));
    }
  }
}

template <class S>
SubjectModel<S> model_of_file(const std::filesystem::path& file,
                              const models::Network& network,
                              const Warn& warn) {
  const auto source = learning::open_weights(file);
  if (!source) {
    throw UserError(source.failure().message, ExitCode::kData);
  }
  const auto match =
      learning::match_weights(*source.value(), network, learning::HeadRule::kMustFit);
  if (!match) {
    throw UserError(match.failure().message, ExitCode::kData);
  }
  if (warn && !match.value().unknown.empty()) {
    warn(learning::unknown_text(*source.value(), match.value()));
  }
  SubjectModel<S> subject{
      .x = Arena<S>({1}, models::layout(network, sizeof(S)).row_size()),
      .buffers = Arena<S>({1}, models::buffer_layout(network, sizeof(S)).row_size()),
      .step = std::nullopt};
  Arena<S>& x = subject.x;
  Arena<S>& buffers = subject.buffers;
  const learning::StartRows<S> start{.parameters = {x.row(0, 0), x.row_size()},
                                     .buffers = {buffers.row(0, 0), buffers.row_size()}};
  if (const Status loaded = learning::load_weights(*source.value(), match.value(), network, start);
      !loaded) {
    throw UserError(loaded.failure().message, ExitCode::kData);
  }
  return subject;
}

template <class S>
SubjectModel<S> model_of(const std::filesystem::path& subject,
                         const WhichStep& which,
                         const models::Network& network,
                         const Warn& warn) {
  if (!is_run(subject)) {
    if (which.step || which.best) {
      throw UserError(
          fmt::format("--step is for the folder of a run, and '{}' is a file", subject.string()));
    }
    return model_of_file<S>(subject, network, warn);
  }
  const SavedRun run = open_run(subject);
  const auto saved = read_models_of<S>(run, which);
  require_same(run, saved.models.layout, models::layout(network, sizeof(S)));
  require_same(run, saved.buffers.layout, models::buffer_layout(network, sizeof(S)));
  const auto row_of = [](const std::vector<S>& values) {
    Arena<S> row({1}, values.size());
    std::copy(values.begin(), values.end(), row.row(0, 0));
    return row;
  };
  return {.x = row_of(saved.models.average()),
          .buffers = row_of(saved.buffers.average()),
          .step = saved.step};
}

template SubjectModel<float> model_of_file(const std::filesystem::path&,
                                           const models::Network&,
                                           const Warn&);
template SubjectModel<double> model_of_file(const std::filesystem::path&,
                                            const models::Network&,
                                            const Warn&);
template SubjectModel<float> model_of(const std::filesystem::path&,
                                      const WhichStep&,
                                      const models::Network&,
                                      const Warn&);
template SubjectModel<double> model_of(const std::filesystem::path&,
                                       const WhichStep&,
                                       const models::Network&,
                                       const Warn&);

}  // namespace murmur::run
