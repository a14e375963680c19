// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/model/evaluate_model.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/run/model/subject_model.h"
#include "murmur/run/train/scores.h"
#include "murmur/run/train/translations.h"
#include "murmur/run/wiring/training_setup.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

// What a configuration describes, ready to score models.
template <class S>
class Bench {
 public:
  explicit Bench(const Config& config)
      : pool_(thread_count(config)),
        setup_(make_training_setup(config, *make_resources(), pool_, nullptr)),
        test_(make_training_problem<S>(config, setup_)),
        validation_(make_scoring_problem<S>(config, setup_, learning::Scored::kValidation)),
        own_test_(make_scoring_problem<S>(config, setup_, learning::Scored::kOwnTest)),
        statistics_(make_statistics<S>(config, setup_)),
        translations_(make_translation_scorer<S>(config, setup_, pool_)) {
    for (problems::Problem<S>* problem : {test_.get(), validation_.get(), own_test_.get()}) {
      if (problem != nullptr) {
        problem->prepare(pool_.threads());
      }
    }
  }

  const models::Network& network() const { return setup_.network; }
  const problems::Problem<S>& problem() const { return *test_; }

  learning::Statistics<S>* statistics() { return statistics_.get(); }

  // eval/accuracy_own_*, where workers have parts of the test set. `models`: of the workers.
  void add_own(std::span<const problems::Model<S>> models, Metrics& metrics) {
    if (own_test_ == nullptr) {
      return;
    }
    std::vector<double> own;
    for (const problems::Model<S>& model : models) {
      own.push_back(own_value(own_test_->score(model, std::ssize(own), 0)));
    }
    add_own_accuracy(own, metrics);
  }

  // eval/bleu, where it is asked for.
  void add_bleu(const S* x, const std::string& suffix, Metrics& metrics) {
    if (translations_ != nullptr) {
      metrics["eval/bleu" + suffix] = translations_->translate(x).bleu;
    }
  }

  // Calls add(scores, metrics) for every set that there is, where the metrics get the names of the
  // test set.
  template <class Add>
  Metrics score(const std::vector<problems::Model<S>>& models, const Add& add) {
    Metrics metrics;
    add(score_models(*test_, pool_, models), metrics);
    if (validation_ != nullptr) {
      Metrics validated;
      add(score_models(*validation_, pool_, models), validated);
      for (const auto& [name, value] : validated) {
        metrics[validation_name(name)] = value;
      }
    }
    return metrics;
  }

 private:
  threads::Pool pool_;
  TrainingSetup setup_;
  std::unique_ptr<problems::Problem<S>> test_;
  std::unique_ptr<problems::Problem<S>> validation_;  // this and the next: null, there is none
  std::unique_ptr<problems::Problem<S>> own_test_;
  std::unique_ptr<learning::Statistics<S>> statistics_;
  std::unique_ptr<TranslationScorer<S>> translations_;
};

template <class S>
Evaluated evaluate_run(const EvaluateRequest& request, const SavedRun& run) {
  Bench<S> bench(request.config);
  const auto saved = read_models_of<S>(run, request.which);
  require_same(run, saved.models.layout, bench.problem().layout());
  require_same(run, saved.buffers.layout, bench.problem().buffers());
  const std::vector<S> average = saved.models.average();
  std::vector<S> buffers = saved.buffers.average();
  if (bench.statistics() != nullptr) {
    bench.statistics()->recompute(average.data(), buffers);
  }
  std::vector<problems::Model<S>> models{
      {average.data(), buffers.empty() ? nullptr : buffers.data()}};
  const std::int64_t watched = std::min<std::int64_t>(
      request.config.evaluation.workers.value_or(saved.workers), saved.workers);
  for (int worker = 0; worker < watched; ++worker) {
    models.emplace_back(saved.models.of(worker), saved.buffers.of(worker));
  }
  const auto add = [&](const std::vector<problems::Score>& scores, Metrics& metrics) {
    for (const problems::NamedSum& sum : scores.front().sums) {
      const Measure measure = measure_of(sum.name);
      std::vector<double> local;
      for (std::size_t i = 1; i < scores.size(); ++i) {
        local.push_back(value_of(measure, scores[i]));
      }
      add_measure(measure, local, value_of(measure, scores.front()), metrics);
    }
  };
  Evaluated evaluated{.step = saved.step, .metrics = bench.score(models, add)};
  bench.add_own(std::span(models).subspan(1), evaluated.metrics);
  bench.add_bleu(average.data(), "_averaged", evaluated.metrics);
  return evaluated;
}

template <class S>
Evaluated evaluate_file(const EvaluateRequest& request) {
  Bench<S> bench(request.config);
  const SubjectModel<S> subject = model_of_file<S>(request.subject, bench.network(), request.warn);
  const problems::Model<S> model = subject.model();
  const auto add = [&](const std::vector<problems::Score>& scores, Metrics& metrics) {
    for (const problems::NamedSum& sum : scores.front().sums) {
      const Measure measure = measure_of(sum.name);
      metrics[measure.metric("")] = value_of(measure, scores.front());
    }
  };
  Evaluated evaluated{.step = std::nullopt, .metrics = bench.score({model}, add)};
  bench.add_bleu(model.x, "", evaluated.metrics);
  return evaluated;
}

}  // namespace

Evaluated evaluate_model(const EvaluateRequest& request) {
  if (is_run(request.subject)) {
    const SavedRun run = open_run(request.subject);
    EvaluateRequest with_words = request;
    with_words.config = with_vocabulary_of(run, request.config);
    return run.config.precision == Precision::kSingle ? evaluate_run<float>(with_words, run)
                                                      : evaluate_run<double>(with_words, run);
  }
  if (request.which.step || request.which.best) {
    throw UserError(fmt::format("--step is for the folder of a run, and '{}' is a file",
                                request.subject.string()));
  }
  return request.config.precision == Precision::kSingle ? evaluate_file<float>(request)
                                                        : evaluate_file<double>(request);
}

}  // namespace murmur::run
