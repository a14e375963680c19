// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/solve/solve.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/engine/engine.h"
#include "murmur/engine/ways/named.h"
#include "murmur/run/config/schedule.h"
#include "murmur/run/warnings/warnings.h"
#include "murmur/run/wiring/engine_parts.h"
#include "murmur/run/wiring/wiring.h"
#include "murmur/topology/trees.h"

namespace murmur::run {
namespace {

using Text = fmt::memory_buffer;

template <class S>
class Solver {
 public:
  Solver(const Config& config, const SolveRequest& request)
      : config_(config),
        request_(request),
        problem_(make_analytic<S>(config)),
        graph_(make_graph(config)),
        pool_(1),  // a step takes about a microsecond, less than to synchronise threads
        engine_(parts(config)) {}

  Status run() {
    if (request_.csv) {
      const Status header = request_.write("step,worker,coordinate,x\n");
      if (!header) {
        return header;
      }
    }
    Status shown = show(0);
    for (std::int64_t step = 0; shown && step < config_.steps; ++step) {
      const auto done = engine_.step(listed_rate(config_.algorithm.learning_rate, step));
      if (!done) {
        return done.failure();
      }
      shown = show(step + 1);
    }
    return shown;
  }

 private:
  engine::EngineParts<S> parts(const Config& config) {
    auto parts =
        make_engine_parts(config, *problem_, graph_, {}, comm::Ownership::even(workers(), 1));
    require_one_start(config, parts.program, *problem_);
    RunExtent extent;
    extent.steps = config.steps;
    extent.parameters = static_cast<std::int64_t>(problem_->layout().parameters());
    for (const Warning& warning : warnings_of(config, parts.program, graph_, extent)) {
      request_.warn(warning.text);
    }
    parts.pool = &pool_;
    return parts;
  }

  int workers() const { return static_cast<int>(config_.workers); }

  double loss() {
    double sum = 0;
    for (int worker = 0; worker < workers(); ++worker) {
      sum += problem_->loss(worker, engine_.model(worker), 0);
    }
    return sum / workers();
  }

  // Visits a row's coordinates, without padding.
  template <class Visit>
  void coordinates(const S* row, const Visit& visit) const {
    std::size_t index = 0;
    for (const TensorSlot& tensor : engine_.layout().tensors()) {
      for (std::size_t k = 0; k < tensor.size; ++k) {
        visit(index++, static_cast<double>(row[tensor.offset + k]));
      }
    }
  }

  void append_number(Text& text, double value, const std::string& what) {
    if (!std::isfinite(value) && !trouble_) {
      trouble_ = what;
    }
    fmt::format_to(std::back_inserter(text), "{:.17g}", value);
  }

  void append_row(Text& text, const S* row, const std::string& what) {
    text.push_back('[');
    coordinates(row, [&](std::size_t k, double value) {
      fmt::format_to(std::back_inserter(text), "{}", k == 0 ? "" : ", ");
      append_number(text, value, what);
    });
    text.push_back(']');
  }

  void append_fields(Text& text) {
    fmt::format_to(std::back_inserter(text), ", \"fields\": {{");
    const char* comma = "";
    for (std::size_t f = 0; f < engine_.program().fields.size(); ++f) {
      const Field& field = engine_.program().fields[f];
      if (field.kind == FieldKind::kScratch || field.layout != FieldLayout::kParameters ||
          (engine::fields_of_edges(engine_.program()) & field_bit(f)) != 0) {
        continue;
      }
      fmt::format_to(std::back_inserter(text), "{}\"{}\": [", comma, field.name);
      for (int worker = 0; worker < (field.shared ? 1 : workers()); ++worker) {
        fmt::format_to(std::back_inserter(text), "{}", worker == 0 ? "" : ", ");
        append_row(text, engine_.row(f, worker).data(), std::string(field.name));
      }
      text.push_back(']');
      comma = ", ";
    }
    append_relay_counts(text);
    text.push_back('}');
  }

  // How many other workers each has heard of, per tree.
  void append_relay_counts(Text& text) {
    if (engine::fields_of_edges(engine_.program()) == 0) {
      return;
    }
    const auto trees = topology::trees_of(*graph_);
    const auto steps = static_cast<std::size_t>(engine_.counters().step);
    fmt::format_to(std::back_inserter(text), ", \"relay_count\": [");
    for (int worker = 0; worker < workers(); ++worker) {
      std::vector<std::int64_t> counts;
      for (const topology::Tree& tree : trees) {
        const std::vector<std::int64_t> heard = topology::heard_by(tree, worker);
        counts.push_back(steps == 0 ? 0 : heard[std::min(steps, heard.size()) - 1]);
      }
      fmt::format_to(
          std::back_inserter(text), "{}[{}]", worker == 0 ? "" : ", ", fmt::join(counts, ", "));
    }
    text.push_back(']');
  }

  void append_json(Text& text, std::int64_t step) {
    fmt::format_to(std::back_inserter(text), "{{\"step\": {}, \"loss\": ", step);
    append_number(text, loss(), "the loss");
    fmt::format_to(std::back_inserter(text), ", \"x\": [");
    for (int worker = 0; worker < workers(); ++worker) {
      fmt::format_to(std::back_inserter(text), "{}", worker == 0 ? "" : ", ");
      append_row(text, engine_.model(worker), fmt::format("the model of worker {}", worker));
    }
    text.push_back(']');
    if (request_.fields) {
      append_fields(text);
    }
    fmt::format_to(std::back_inserter(text), "}}\n");
  }

  void append_csv(Text& text, std::int64_t step) {
    for (int worker = 0; worker < workers(); ++worker) {
      coordinates(engine_.model(worker), [&](std::size_t k, double value) {
        fmt::format_to(std::back_inserter(text), "{},{},{},", step, worker, k);
        append_number(text, value, fmt::format("the model of worker {}", worker));
        text.push_back('\n');
      });
    }
  }

  Status show(std::int64_t step) {
    Text text;
    if (request_.csv) {
      append_csv(text, step);
    } else {
      append_json(text, step);
    }
    if (trouble_) {
      return Failure{
          FailureKind::kDiverged,
          fmt::format("{} became non-finite at step {}; a smaller learning rate may help",
                      *trouble_,
                      step)};
    }
    return request_.write({text.data(), text.size()});
  }

  const Config& config_;
  const SolveRequest& request_;
  std::unique_ptr<problems::Problem<S>> problem_;
  std::shared_ptr<const topology::Topology> graph_;
  threads::Pool pool_;
  engine::Engine<S> engine_;
  std::optional<std::string> trouble_;
};

}  // namespace

Status solve(const Config& config, const SolveRequest& request) {
  if (config.precision == Precision::kSingle) {
    return Solver<float>(config, request).run();
  }
  return Solver<double>(config, request).run();
}

}  // namespace murmur::run
