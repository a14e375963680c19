// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/train/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

namespace murmur::run {
namespace {

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

// Population standard deviation: the values are those of all workers, so the divisor is n.
double deviation(const std::vector<double>& values) {
  const double center = mean(values);
  double sum = 0;
  for (const double value : values) {
    sum += (value - center) * (value - center);
  }
  return std::sqrt(sum / static_cast<double>(values.size()));
}

}  // namespace

// Scores of the models of this process's workers.
template <class S>
struct Evaluator<S>::LocalScores {
  std::vector<problems::Score> local;  // per local worker; no sums if it is not evaluated
  problems::Score averaged;
};

template <class S>
Evaluator<S>::Evaluator(engine::Engine<S>& engine,
                        problems::Problem<S>& problem,
                        threads::Pool& pool,
                        const EvaluationConfig& config)
    : engine_(engine),
      problem_(problem),
      pool_(pool),
      config_(config),
      average_(engine.layout().row_size()),
      average_buffers_(problem.buffers().row_size()) {}

template <class S>
int Evaluator<S>::watched() const {
  const std::int64_t all = problem_.workers();
  return static_cast<int>(std::min(config_.workers.value_or(all), all));
}

// One task per model and part. The parts of a model are summed in order, so that a score does not
// depend on the number of threads.
template <class S>
std::vector<problems::Score> Evaluator<S>::score(const std::vector<problems::Model<S>>& models) {
  const auto parts = static_cast<std::size_t>(problem_.score_parts());
  std::vector<problems::Score> of_part(models.size() * parts);
  pool_.run(of_part.size(), [&](std::size_t task, int thread) {
    of_part[task] =
        problem_.score(models[task / parts], static_cast<std::int64_t>(task % parts), thread);
  });
  std::vector<problems::Score> scores(models.size());
  for (std::size_t task = 0; task < of_part.size(); ++task) {
    scores[task / parts] += of_part[task];
  }
  return scores;
}

template <class S>
typename Evaluator<S>::LocalScores Evaluator<S>::score_local(const problems::Model<S>& average) {
  const comm::WorkerRange local = engine_.local();
  const int end = std::min(local.end, watched());
  // Workers with the same parameters still have seen different batches.
  const bool one_model = engine_.program().keeps_one_model() && average_buffers_.empty();
  std::vector<problems::Model<S>> models{average};
  const std::optional<std::size_t> buffers = engine_.program().buffers();
  for (int worker = local.begin; worker < end && !one_model; ++worker) {
    models.emplace_back(engine_.model(worker),
                        buffers ? engine_.row(*buffers, worker).data() : nullptr);
  }
  const std::vector<problems::Score> scores = score(models);
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
Status Evaluator<S>::add_measure(const Measure& measure,
                                 const LocalScores& scores,
                                 Metrics& metrics) {
  const auto value = [&](const problems::Score& score) {
    const problems::NamedSum* sum = score.find(measure.sum);
    return sum == nullptr ? 0 : measure.of_mean(sum->mean());
  };
  std::vector<double> own;
  for (const problems::Score& score : scores.local) {
    own.push_back(value(score));
  }
  Result<std::vector<double>> gathered = engine_.collectives().gather(own);
  if (!gathered) {
    return gathered.failure();
  }
  std::vector<double>& local = gathered.value();
  local.resize(static_cast<std::size_t>(watched()));
  metrics[measure.main_metric()] = mean(local);
  metrics[measure.metric("_averaged")] = value(scores.averaged);
  if (measure.has_spread) {
    metrics[measure.metric("_local_std")] = deviation(local);
    const auto [least, most] = std::ranges::minmax(local);
    metrics[measure.worst_metric()] = lower_is_better(measure.main_metric()) ? most : least;
  }
  return Ok{};
}

template <class S>
Result<Metrics> Evaluator<S>::over_workers(const LocalScores& scores) {
  Metrics metrics;
  for (const problems::NamedSum& sum : scores.averaged.sums) {
    if (const Status added = add_measure(measure_of(sum.name), scores, metrics); !added) {
      return added.failure();
    }
  }
  return metrics;
}

template <class S>
Result<Metrics> Evaluator<S>::evaluate() {
  const auto begin = std::chrono::steady_clock::now();
  if (const Status averaged = engine_.average_model(average_); !averaged) {
    return averaged.failure();
  }
  if (!average_buffers_.empty()) {
    if (const Status averaged = engine_.average_buffers(average_buffers_); !averaged) {
      return averaged.failure();
    }
  }
  const Result<double> distance = engine_.consensus_distance(average_);
  if (!distance) {
    return distance.failure();
  }
  Metrics metrics;
  if (problem_.score_parts() > 0) {
    Result<Metrics> scored = over_workers(score_local(
        {average_.data(), average_buffers_.empty() ? nullptr : average_buffers_.data()}));
    if (!scored) {
      return scored.failure();
    }
    metrics = std::move(scored).value();
  }
  metrics["consensus/distance"] = distance.value();
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return metrics;
}

template class Evaluator<float>;
template class Evaluator<double>;

}  // namespace murmur::run
