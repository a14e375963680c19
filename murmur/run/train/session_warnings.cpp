// SPDX-License-Identifier: Apache-2.0
// The warnings of a session: each is reported once and kept for the summary.
#include <algorithm>

#include "murmur/run/train/session.h"

namespace murmur::run {

template <class S>
RunExtent Session<S>::extent() const {
  const data::Dataset& dataset = *setup_.data.dataset;
  return {.steps = schedule_.steps(),
          .steps_per_epoch = setup_.steps_per_epoch(),
          .training_examples = setup_.data.training_examples,
          .validation_examples = static_cast<std::int64_t>(setup_.data.validation.examples.size()),
          .test_examples = dataset.test.count(),
          .examples_per_worker = setup_.data.partition->examples_per_worker(),
          .parameters = static_cast<std::int64_t>(engine_->layout().parameters()),
          .messages =
              message_extent(config_, engine_->program(), engine_->layout(), problem_->buffers()),
          .data_doubt = data::unlike_published(dataset)};
}

template <class S>
void Session<S>::warn(const std::string& text) {
  if (std::find(warnings_.begin(), warnings_.end(), text) != warnings_.end()) {
    return;
  }
  warnings_.push_back(text);
  if (request_.warn) {
    request_.warn(text);
  }
}

template <class S>
void Session<S>::warn_of_configuration() {
  for (const std::string& note : setup_.start.notes) {
    warn(note);
  }
  for (const Warning& warning : warnings_of(config_, engine_->program(), graph_, extent())) {
    warn(warning.text);
  }
}

template class Session<float>;
template class Session<double>;

}  // namespace murmur::run
