// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/inspect/forecast.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "murmur/core/error.h"
#include "murmur/engine/exchange/group_average.h"
#include "murmur/engine/exchange/rows.h"
#include "murmur/engine/ways/named.h"
#include "murmur/learning/supervised.h"
#include "murmur/models/activations.h"
#include "murmur/models/bert_config.h"
#include "murmur/models/network.h"
#include "murmur/run/warnings/expected.h"
#include "murmur/run/wiring/data_shape.h"
#include "murmur/run/wiring/network.h"
#include "murmur/run/wiring/resources.h"
#include "murmur/run/wiring/wiring.h"
#include "murmur/topology/trees.h"

namespace murmur::run {
namespace {

constexpr std::int64_t kUsualSteps = 1000;
constexpr std::int64_t kMostEvents = 5'000'000;  // takes less than a second
constexpr int kMostWorkersForSpectrum = 2048;
// What a process holds beside rows and data, roughly.
constexpr double kProgram = 40e6;
constexpr double kProgramWithTorch = 190e6;

// Adds up the bytes sent over every link.
class Links {
 public:
  explicit Links(int workers) : workers_(workers), per_worker_(static_cast<std::size_t>(workers)) {}

  void add(const engine::CommEvent& event) {
    if (event.edges != nullptr) {
      add(event.edges->all(), event.bytes);
    } else if (event.pairs != nullptr) {
      add(*event.pairs, event.bytes);
    } else if (event.drawn != nullptr && event.kind == engine::CommEvent::Kind::kAverage) {
      for (const int worker : *event.drawn) {
        per_worker_[static_cast<std::size_t>(worker)] += event.bytes;  // to a server
        ++events_;
      }
    } else if (event.kind == engine::CommEvent::Kind::kAverage) {
      const int size = event.group == 0 ? workers_ : event.group;
      for (const comm::WorkerRange& members : engine::groups_of(workers_, size)) {
        add_ring(members, 2.0 * (members.size() - 1) / members.size() * event.bytes);
      }
    } else if (event.kind == engine::CommEvent::Kind::kSequential) {
      add_ring({0, workers_}, event.bytes);
    }
  }

  // Number of additions so far: a measure of the work done.
  std::int64_t events() const { return events_; }

  void into(TrafficForecast& traffic, double steps) const {
    for (const auto& [link, bytes] : per_link_) {
      const auto from = static_cast<int>(link / static_cast<std::uint64_t>(workers_));
      const auto to = static_cast<int>(link % static_cast<std::uint64_t>(workers_));
      const double per_step = bytes / steps;
      const bool first = per_step == traffic.link_most &&
                         std::pair(from, to) < std::pair(traffic.link_from, traffic.link_to);
      if (per_step > traffic.link_most || first) {
        traffic.link_most = per_step;
        traffic.link_from = from;
        traffic.link_to = to;
      }
    }
    traffic.worker_most = *std::max_element(per_worker_.begin(), per_worker_.end()) / steps;
  }

 private:
  void add(const std::vector<timing::Edge>& edges, double bytes) {
    for (const timing::Edge& edge : edges) {
      add(edge.from, edge.to, bytes);
    }
  }

  void add_ring(const comm::WorkerRange& members, double bytes) {
    const int size = members.size();
    for (int i = members.begin; i < members.end && size > 1; ++i) {
      add(i, i + 1 == members.end ? members.begin : i + 1, bytes);
    }
  }

  void add(int from, int to, double bytes) {
    ++events_;
    const auto worker = static_cast<std::uint64_t>(from);
    per_link_[worker * static_cast<std::uint64_t>(workers_) + static_cast<std::uint64_t>(to)] +=
        bytes;
    per_worker_[worker] += bytes;
  }

  int workers_;
  std::int64_t events_ = 0;
  std::unordered_map<std::uint64_t, double> per_link_;
  std::vector<double> per_worker_;
};

// Goes through the first steps: what they send, and how long they would take.
void look_at_steps(Forecast& forecast,
                   engine::CommPlan plan,
                   std::optional<engine::Timeline> timeline,
                   std::int64_t steps) {
  Links links(plan.workers());
  while (plan.step() < steps && links.events() < kMostEvents) {
    const auto events = plan.next();
    if (!events) {
      forecast.warnings.push_back(events.failure().message);
      return;
    }
    for (const engine::CommEvent& event : *events.value()) {
      links.add(event);
    }
    if (timeline) {
      if (const Status kept = timeline->step(); !kept) {
        forecast.warnings.push_back(kept.failure().message);
        timeline.reset();
      }
    }
  }
  forecast.looked_at = plan.step();
  if (forecast.looked_at == 0) {
    return;
  }
  const auto count = static_cast<double>(forecast.looked_at);
  forecast.traffic.bytes_per_step = static_cast<double>(plan.bytes_sent()) / count;
  forecast.traffic.messages_per_step = static_cast<double>(plan.messages()) / count;
  links.into(forecast.traffic, count);
  if (timeline) {
    forecast.virtual_step_s = timeline->virtual_s() / count;
  }
}

TensorForecast tensors_of(const std::vector<engine::TensorFactors>& factors, const Layout& layout) {
  TensorForecast tensors;
  tensors.count = static_cast<std::int64_t>(layout.tensors().size());
  for (const engine::TensorFactors& each : factors) {
    tensors.own_rate += each.rate == 1 ? 0 : 1;
    tensors.own_decay += each.decay == 1 ? 0 : 1;
  }
  return tensors;
}

// Of the first steps, in each of which there may be another graph.
std::int64_t most_edges(const topology::Topology& graph) {
  constexpr std::int64_t kSteps = 64;
  const std::int64_t steps = graph.period() > 0 ? std::min(graph.period(), kSteps) : kSteps;
  std::int64_t most = 0;
  for (std::int64_t step = 0; step < steps; ++step) {
    most = std::max(most, graph.at(step).edges());
  }
  return most;
}

// Of a batch; with a budget of tokens as many of the longest ones as it allows.
double examples_of_batch(const Config& config, const models::Network& network) {
  const data::BatchSettings batches = batch_settings(config);
  const std::int64_t longest = std::max<std::int64_t>(network.longest, 1);
  return static_cast<double>(batches.batch_tokens > 0
                                 ? std::max<std::int64_t>(batches.batch_tokens / longest, 1)
                                 : batches.batch_size);
}

// A module's gradients lie in memory of their own until backward has ended.
template <class S>
void foresee_memory(Forecast& forecast,
                    const Program<S>& program,
                    const topology::Topology& graph,
                    const models::Network& network) {
  const Layout layout = models::layout(network, sizeof(S));
  const Layout buffers = models::buffer_layout(network, sizeof(S));
  const Layout kept = codecs::kept_layout(layout, make_compression(forecast.config, program));
  const auto bytes_of = [](const Layout& rows) {
    return static_cast<double>(rows.row_size() * sizeof(S));
  };
  const std::array<double, kFieldLayouts> row{bytes_of(layout), bytes_of(buffers), bytes_of(kept)};
  Program<S> whole = program;
  forecast.buffers = static_cast<std::int64_t>(buffers.parameters());
  if (forecast.buffers > 0 && !whole.buffers()) {
    whole.add_field(kBuffersField);
  }
  const auto counts = engine::row_counts(whole, static_cast<int>(forecast.config.workers));
  for (std::size_t f = 0; f < counts.size(); ++f) {
    const double bytes = row[static_cast<std::size_t>(whole.fields[f].layout)];
    forecast.memory.rows += static_cast<double>(counts[f]) * bytes;
    if (counts[f] > 0 && bytes > 0) {
      forecast.fields.push_back(std::string(whole.fields[f].name) +
                                (whole.fields[f].shared ? " (once)" : ""));
    }
  }
  const std::int64_t per_worker = engine::rows_per_worker(whole);
  if (per_worker > 0) {
    forecast.memory.rows += static_cast<double>(per_worker * forecast.config.workers) * row.front();
    forecast.fields.emplace_back("messages of a step");
  }
  const std::int64_t per_edge = engine::rows_per_edge(whole);
  if (per_edge > 0) {
    forecast.memory.rows += static_cast<double>(per_edge * most_edges(graph)) * row.front();
    forecast.fields.emplace_back("a gradient per edge");
  }
  forecast.memory.gradients = forecast.gradient_rows() * forecast.threads * row.front();
  std::size_t of_module = 0;
  for (std::size_t i = 0; i < network.body_parameters(); ++i) {
    of_module += network.parameters[i].size();
  }
  // A value of bfloat16 has half the bytes of a single one.
  const double value_bytes = network.bf16 ? sizeof(S) / 2.0 : sizeof(S);
  const models::PassValues values = models::pass_values(network);
  forecast.memory.activations = forecast.threads * value_bytes *
                                (values.training * examples_of_batch(forecast.config, network) +
                                 values.evaluation * static_cast<double>(learning::kScoreBatch));
  forecast.memory.program =
      network.has_body || network.compiled != nullptr ? kProgramWithTorch : kProgram;
  forecast.memory.modules =
      forecast.threads * (static_cast<double>(of_module * sizeof(S)) + row[1]);
}

template <class S>
void foresee(Forecast& forecast, const DataShape& shape, std::int64_t steps) {
  const Config& config = forecast.config;
  const models::Network network = make_network(config, shape.form);
  const Layout layout = models::layout(network, sizeof(S));
  forecast.tensors = tensors_of(make_tensor_factors(config, layout), layout);
  const Program<S> program = make_program<S>(config, false, forecast.extent.steps_per_epoch);
  const MessageExtent messages =
      message_extent(config, program, layout, models::buffer_layout(network, sizeof(S)));
  forecast.extent.messages = messages;
  forecast.message_parameters = messages.parameters;
  const auto graph = make_graph(config);
  require_usable_graph(config, *graph, program);
  forecast.warnings = texts_of(warnings_of(config, program, graph, forecast.extent));
  foresee_memory(forecast, program, *graph, network);
  forecast.memory.data = static_cast<double>(shape.bytes);
  forecast.has_data = shape.found;
  forecast.mixes = program.mixes();
  if (engine::fields_of_edges(program) != 0) {
    const auto trees = topology::trees_of(*graph);
    forecast.slowdown = 0;
    for (const topology::Tree& tree : trees) {
      forecast.slowdown += topology::slowdown_of(tree) / static_cast<double>(trees.size());
    }
  } else if (forecast.mixes && graph->workers() <= kMostWorkersForSpectrum) {
    forecast.convergence = topology::convergence_of(*graph);
  }
  forecast.traffic.is_expected = messages.coded.varies;
  const auto schedule = make_event_schedule(config, program, graph, forecast.extent.parameters);
  const auto participation = make_participation(config, forecast.extent.steps_per_epoch);
  forecast.participants = participation == nullptr ? 0 : participation->count();
  std::optional<engine::Timeline> timeline;
  if (config.cluster) {
    timeline =
        make_timeline(config, program, graph, messages, schedule, forecast.extent.steps_per_epoch);
  }
  look_at_steps(forecast,
                engine::CommPlan(program,
                                 graph,
                                 messages.numbers(),
                                 schedule,
                                 {make_gradient_settings(config), participation, messages.coded}),
                std::move(timeline),
                steps);
}

}  // namespace

Forecast make_forecast(const Config& config, std::optional<std::int64_t> steps) {
  const DataShape shape = shape_of(config, *make_resources());
  Forecast forecast;
  forecast.config = config;
  if (const OptionValues& options = config.model.options; options.has("folder")) {
    forecast.published_encoder = models::published_encoder(options.text("folder"));
  }
  forecast.extent = extent_of(config, shape);
  forecast.threads = thread_count(config);
  forecast.gradient = make_gradient_settings(config);
  forecast.steps = forecast.extent.steps;
  if (config.outer) {
    forecast.averages_every = config.outer->choice.options.integer("period");
  }
  const std::int64_t looked_at = steps.value_or(std::min(kUsualSteps, forecast.steps));
  if (config.precision == Precision::kSingle) {
    foresee<float>(forecast, shape, looked_at);
  } else {
    foresee<double>(forecast, shape, looked_at);
  }
  return forecast;
}

}  // namespace murmur::run
