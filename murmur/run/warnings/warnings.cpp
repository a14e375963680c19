// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/warnings/warnings.h"

#include <algorithm>

#include <fmt/format.h>

#include "murmur/run/warnings/parts.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

template <class S>
bool communicates(const Program<S>& program) {
  return std::any_of(program.round.begin(), program.round.end(), [](const Stage<S>& stage) {
    const auto* const talk = stage.template as<TalkStage>();
    const bool sends = talk != nullptr && talk->way != "signs" && talk->way != "second-gradient";
    return sends || stage.template is<MixStage>() || stage.template is<PushStage>() ||
           stage.template is<SendStage>() || stage.template is<AverageStage>() ||
           stage.template is<PublishStage>() || stage.template is<CodedAverageStage>() ||
           stage.template is<SequentialStage<S>>();
  });
}

}  // namespace

bool is_written(const Config& config, const std::string& path) {
  return std::find(config.written.begin(), config.written.end(), path) != config.written.end();
}

std::string steps_text(std::int64_t steps) {
  return steps == 1 ? std::string("1 step") : fmt::format("{} steps", steps);
}

std::string key_of(const std::string& prefix, const Span& span) {
  return prefix + (span.epochs ? "epochs" : "steps");
}

std::string setting_of(const std::string& prefix, const Span& span) {
  return fmt::format("{} = {:.10g}", key_of(prefix, span), span.value);
}

template <class S>
std::vector<Warning> warnings_of(const Config& config,
                                 const Program<S>& program,
                                 const std::shared_ptr<const topology::Topology>& graph,
                                 const RunExtent& extent) {
  const WarningSubject subject{.config = config,
                               .extent = extent,
                               .graph = *graph,
                               .program = {.mixes = program.mixes(),
                                           .communicates = communicates(program),
                                           .one_model = program.keeps_one_model(),
                                           .keeps_decoded = program.keeps_decoded(),
                                           .contracts = program.contracts()}};
  Found found;
  const Warn add = [&](const std::string& text) { found.add(text); };
  warn_of_graph(config, *graph, program, add);
  look_at_topology(subject, found);
  look_at_algorithm(subject, found);
  look_at_factors(subject, found);
  look_at_compression(subject, found);
  look_at_stability(subject, found);
  warn_of_outer(config, program, add);
  look_at_outer(subject, found);
  look_at_participation(subject, found);
  look_at_schedule(subject, found);
  look_at_data(subject, found);
  look_at_evaluation(subject, found);
  look_at_cluster(subject, found);
  look_at_links(subject, program, graph, found);
  std::vector<Warning> distinct;
  for (const Warning& warning : found.warnings()) {
    const bool known = std::any_of(distinct.begin(), distinct.end(), [&](const Warning& other) {
      return other.text == warning.text;
    });
    if (!known) {
      distinct.push_back(warning);
    }
  }
  return distinct;
}

std::vector<std::string> texts_of(const std::vector<Warning>& warnings) {
  std::vector<std::string> texts;
  for (const Warning& warning : warnings) {
    texts.push_back(warning.text);
  }
  return texts;
}

template std::vector<Warning> warnings_of(const Config&,
                                          const Program<float>&,
                                          const std::shared_ptr<const topology::Topology>&,
                                          const RunExtent&);
template std::vector<Warning> warnings_of(const Config&,
                                          const Program<double>&,
                                          const std::shared_ptr<const topology::Topology>&,
                                          const RunExtent&);

}  // namespace murmur::run
