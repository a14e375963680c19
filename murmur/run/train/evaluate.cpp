// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/train/evaluate.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "murmur/run/train/scores.h"

namespace murmur::run {
// Scores of the models of this process's workers.
template <class S>
struct Evaluator<S>::LocalScores {
  std::vector<problems::Score> local;  // per local worker; no sums if it is not evaluated
  problems::Score averaged;
};

template <class S>
Evaluator<S>::Evaluator(engine::Engine<S>& engine,
                        const Judges<S>& judges,
                        threads::Pool& pool,
                        const EvaluationConfig& config)
    : engine_(engine),
      judges_(judges),
      pool_(pool),
      config_(config),
      average_(engine.layout().row_size()),
      average_buffers_(judges.test->buffers().row_size()) {}

template <class S>
int Evaluator<S>::watched() const {
  const std::int64_t all = judges_.test->workers();
  return static_cast<int>(std::min(config_.workers.value_or(all), all));
}

template <class S>
typename Evaluator<S>::LocalScores Evaluator<S>::score_local(problems::Problem<S>& problem) {
  const comm::WorkerRange local = engine_.local();
  const int end = std::min(local.end, watched());
  // Workers with the same parameters still have seen different batches.
  const bool one_model = engine_.program().keeps_one_model() && average_buffers_.empty();
  std::vector<problems::Model<S>> models{
      {average_.data(), average_buffers_.empty() ? nullptr : average_buffers_.data()}};
  const std::optional<std::size_t> buffers = engine_.program().buffers();
  for (int worker = local.begin; worker < end && !one_model; ++worker) {
    models.emplace_back(engine_.model(worker),
                        buffers ? engine_.row(*buffers, worker).data() : nullptr);
  }
  const std::vector<problems::Score> scores = score_models(problem, pool_, models);
  LocalScores all;
  all.averaged = scores.front();
  for (int worker = local.begin; worker < local.end; ++worker) {
    const auto index = one_model ? 0 : 1 + static_cast<std::size_t>(worker - local.begin);
    all.local.push_back(worker < end ? scores[index] : problems::Score());
  }
  return all;
}

// Collective: every process has the same sums of the averaged model.
template <class S>
Result<std::vector<double>> Evaluator<S>::local_values(const Measure& measure,
                                                       const LocalScores& scores) {
  std::vector<double> own;
  for (const problems::Score& score : scores.local) {
    own.push_back(value_of(measure, score));
  }
  Result<std::vector<double>> local = engine_.collectives().gather(own);
  if (local) {
    local.value().resize(static_cast<std::size_t>(watched()));
  }
  return local;
}

template <class S>
Result<Metrics> Evaluator<S>::scores_of(problems::Problem<S>& problem) {
  Metrics metrics;
  if (problem.score_parts() == 0) {
    return metrics;
  }
  const LocalScores scores = score_local(problem);
  for (const problems::NamedSum& sum : scores.averaged.sums) {
    const Measure measure = measure_of(sum.name);
    const Result<std::vector<double>> local = local_values(measure, scores);
    if (!local) {
      return local.failure();
    }
    add_measure(measure, local.value(), value_of(measure, scores.averaged), metrics);
  }
  return metrics;
}

// The averaged model, and its statistics.
template <class S>
Status Evaluator<S>::average() {
  if (const Status averaged = engine_.average_model(average_); !averaged) {
    return averaged;
  }
  if (average_buffers_.empty()) {
    return Ok{};
  }
  if (judges_.statistics != nullptr) {
    judges_.statistics->recompute(average_.data(), average_buffers_);
    return Ok{};
  }
  return engine_.average_buffers(average_buffers_);
}

// Of each worker's own model on its own part of the test set.
template <class S>
Status Evaluator<S>::add_own_scores(Metrics& metrics) {
  if (judges_.own_test == nullptr) {
    return Ok{};
  }
  const comm::WorkerRange local = engine_.local();
  const std::optional<std::size_t> buffers = engine_.program().buffers();
  std::vector<double> own(static_cast<std::size_t>(local.size()));
  pool_.run(own.size(), [&](std::size_t index, int thread) {
    const int worker = local.begin + static_cast<int>(index);
    const problems::Model<S> model(engine_.model(worker),
                                   buffers ? engine_.row(*buffers, worker).data() : nullptr);
    own[index] = own_value(judges_.own_test->score(model, worker, thread));
  });
  const Result<std::vector<double>> all = engine_.collectives().gather(own);
  if (!all) {
    return all.failure();
  }
  add_own_accuracy({all.value().begin(), all.value().begin() + watched()}, metrics);
  return Ok{};
}

template <class S>
Result<Metrics> Evaluator<S>::evaluate(bool tested, bool translated) {
  const auto begin = std::chrono::steady_clock::now();
  if (const Status averaged = average(); !averaged) {
    return averaged.failure();
  }
  const Result<double> distance = engine_.consensus_distance(average_);
  if (!distance) {
    return distance.failure();
  }
  Metrics metrics{{"consensus/distance", distance.value()}};
  if (tested) {
    const Result<Metrics> scored = scores_of(*judges_.test);
    if (!scored) {
      return scored.failure();
    }
    metrics.insert(scored.value().begin(), scored.value().end());
    if (const Status added = add_own_scores(metrics); !added) {
      return added.failure();
    }
  }
  translations_ = translated ? judges_.translations->translate(average_.data()) : Translations();
  if (translated) {
    metrics["eval/bleu_averaged"] = translations_.bleu;
  }
  if (judges_.validation != nullptr) {
    const Result<Metrics> scored = scores_of(*judges_.validation);
    if (!scored) {
      return scored.failure();
    }
    for (const auto& [name, value] : scored.value()) {
      metrics[validation_name(name)] = value;
    }
  }
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return metrics;
}

template class Evaluator<float>;
template class Evaluator<double>;

}  // namespace murmur::run
