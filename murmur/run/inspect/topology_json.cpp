// SPDX-License-Identifier: Apache-2.0
// A topology as JSON. Numbers that do not exist (lambda_2 of complex eigenvalues, the period of a
// topology that never repeats) are null.
#include <nlohmann/json.hpp>

#include "murmur/run/inspect/topology_view.h"
#include "murmur/run/text/option_text.h"
#include "murmur/topology/matchings.h"
#include "murmur/topology/pauses.h"

namespace murmur::run {
namespace {

using nlohmann::ordered_json;

// Larger matrices are only listed edge by edge.
constexpr int kMostWorkersForMatrix = 256;

ordered_json step_json(const topology::MixingMatrix& matrix, std::int64_t step) {
  ordered_json edges = ordered_json::array();
  ordered_json own = ordered_json::array();
  for (int i = 0; i < matrix.workers(); ++i) {
    own.push_back(matrix.self(i));
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      edges.push_back({{"from", neighbor.worker}, {"to", i}, {"weight", neighbor.weight}});
    }
  }
  ordered_json json{{"step", step}, {"edges", edges}, {"own_shares", own}};
  if (matrix.workers() <= kMostWorkersForMatrix) {
    json["weights"] = matrix.dense();
  }
  return json;
}

ordered_json steps_json(const TopologyView& view) {
  ordered_json steps = ordered_json::array();
  for (std::int64_t k = 0; k < view.steps; ++k) {
    steps.push_back(step_json(view.graph->at(view.first_step + k), view.first_step + k));
  }
  return steps;
}

ordered_json eigenvalues_json(const topology::Spectrum& spectrum) {
  ordered_json values = ordered_json::array();
  for (const std::complex<double>& value : spectrum.values) {
    values.push_back(spectrum.real ? ordered_json(value.real())
                                   : ordered_json{value.real(), value.imag()});
  }
  return values;
}

void add_convergence(const TopologyView& view, ordered_json& json) {
  const topology::Convergence* found = view.convergence ? &*view.convergence : nullptr;
  const topology::Spectrum* spectrum =
      found != nullptr && found->spectrum ? &*found->spectrum : nullptr;
  const bool real = spectrum != nullptr && spectrum->real;
  json["eigenvalues"] = spectrum != nullptr ? eigenvalues_json(*spectrum) : ordered_json();
  json["lambda_2"] = real ? ordered_json(spectrum->second()) : ordered_json();
  json["lambda_n"] = real ? ordered_json(spectrum->last()) : ordered_json();
  json["rate"] = found != nullptr ? ordered_json(found->rate) : ordered_json();
  json["rate_per_period"] =
      found != nullptr ? ordered_json(found->rate_per_period) : ordered_json();
  json["spectral_gap"] = found != nullptr ? ordered_json(found->gap()) : ordered_json();
  json["spectral_gap_per_period"] =
      found != nullptr ? ordered_json(found->gap_per_period()) : ordered_json();
  json["steps_to_consensus"] = found != nullptr && found->steps_to_consensus
                                   ? ordered_json(*found->steps_to_consensus)
                                   : ordered_json();
}

ordered_json options_json(const TopologyView& view) {
  ordered_json options = ordered_json::object();
  for (const OptionInfo& info : view.info->options) {
    options[info.name] = value_json(view.choice.options.all().at(info.name));
  }
  return options;
}

void add_plan(const TopologyView& view, ordered_json& json) {
  const topology::MatchaPlan* const plan = topology::matcha_plan(topology::of_mixes(*view.graph));
  if (plan != nullptr) {
    json["matchings"] = plan->matchings;
    json["probabilities"] = plan->probabilities;
    json["alpha"] = plan->alpha;
    json["rho"] = plan->rho;
    json["expected_messages"] = plan->expected_messages();
    json["expected_bytes"] = plan->expected_messages() * view.bytes_per_message();
  }
}

}  // namespace

nlohmann::ordered_json to_json(const TopologyView& view) {
  const std::int64_t period = view.graph->period();
  const topology::Degrees& d = view.degrees;
  ordered_json json{
      {"schema", 1},
      {"name", view.choice.name},
      {"workers", view.graph->workers()},
      {"options", options_json(view)},
      {"seed", view.seed},
      {"directed", view.info->directed},
      {"random", view.info->random},
      {"period", period > 0 ? ordered_json(period) : ordered_json()},
      {"rows_sum_to_one", view.rows_sum_to_one},
      {"columns_sum_to_one", view.columns_sum_to_one},
      {"doubly_stochastic", view.rows_sum_to_one && view.columns_sum_to_one},
      {"symmetric", view.symmetric},
      {"connected", view.connected},
      {"degree",
       {{"in", {{"min", d.in_least}, {"max", d.in_most}}},
        {"out", {{"min", d.out_least}, {"max", d.out_most}}}}},
  };
  add_convergence(view, json);
  add_plan(view, json);
  json["messages_per_step"] = view.messages_per_step;
  json["parameters"] = view.parameters;
  json["bytes_per_message"] = view.bytes_per_message();
  json["bytes_per_round"] = view.bytes_per_round();
  json["steps"] = steps_json(view);
  if (view.steps > 0) {  // the first step's again, where readers of a static topology look
    for (const char* key : {"edges", "own_shares", "weights"}) {
      if (json["steps"][0].contains(key)) {
        json[key] = json["steps"][0][key];
      }
    }
  }
  return json;
}

}  // namespace murmur::run
