// SPDX-License-Identifier: Apache-2.0
// Reads the table [cluster], the description of machines.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "murmur/run/config/step_trace.h"
#include "murmur/run/config/tables.h"
#include "murmur/run/text/names.h"

namespace murmur::run {
namespace {

constexpr Bounds kShare{0, 1, false, false, "a number in [0, 1]"};
constexpr Bounds kLoss{0, 1, false, true, "a number in [0, 1)"};
constexpr Bounds kSlowdown{
    0, kHuge, true, false, "a positive finite number (4 = four times as slow)"};

Bounds worker_bounds(const std::string& text, std::int64_t workers) {
  return {0, static_cast<double>(workers - 1), false, false, text};
}

// Reads the tables inside [cluster], which refer to workers by number.
struct NestedTables {
  std::int64_t workers;
  std::string worker_text = fmt::format("a worker, an integer from 0 to {}", workers - 1);

  int worker(TableReader& table, const std::string& key) const {
    return static_cast<int>(
        std::get<std::int64_t>(table.required({.name = key,
                                               .help = worker_text,
                                               .fallback = std::int64_t{0},
                                               .bounds = worker_bounds(worker_text, workers)})));
  }
};

// One number for all workers, or one per worker.
std::vector<double> per_worker(TableReader& table,
                               const std::string& key,
                               const Bounds& bounds,
                               std::int64_t workers) {
  std::vector<double> values = table.numbers(key, bounds);
  const auto count = static_cast<std::int64_t>(values.size());
  if (table.has(key) && count != 1 && count != workers) {
    table.fail(key,
               fmt::format("{} has {} numbers for {} workers; give one for all, or one each",
                           table.path(key),
                           count,
                           workers));
  }
  return values;
}

void read_distribution(const Document& document, const toml::table& node, timing::StepTime& step) {
  TableReader table(document, node, "cluster.step_s");
  table.expect({"distribution", "mean", "std"});
  table.finish();
  step.distribution =
      table.required_text("distribution", {"normal", "lognormal", "exponential", "uniform"});
  step.mean = std::get<double>(
      table.required({.name = "mean", .help = "seconds", .fallback = 0.0, .bounds = kPositive}));
  if (step.distribution == "exponential") {
    if (table.has("std")) {
      table.fail("std",
                 "an exponential distribution has its mean as standard deviation: leave std out");
    }
    step.std = step.mean;
    return;
  }
  step.std = std::get<double>(
      table.required({.name = "std", .help = "seconds", .fallback = 0.0, .bounds = kNonNegative}));
  const double most = step.mean / std::numbers::sqrt3;
  if (step.distribution == "uniform" && step.std > most) {
    table.fail("std",
               fmt::format("a uniform distribution with mean {} and standard deviation {} would "
                           "take less than no time; std is at most mean / sqrt(3) = {:.6g}",
                           step.mean,
                           step.std,
                           most));
  }
}

timing::StepTime read_step(const Document& document, TableReader& cluster, std::int64_t workers) {
  timing::StepTime step;
  const toml::node* seconds = cluster.node("step_s");
  const toml::node* trace = cluster.node("trace");
  if (seconds != nullptr && trace != nullptr) {
    cluster.fail("trace", "write cluster.step_s or cluster.trace, not both");
  }
  if (trace != nullptr) {
    step.trace = read_step_trace(document, cluster, workers);
  } else if (seconds != nullptr && seconds->is_table()) {
    read_distribution(document, *seconds->as_table(), step);
  } else if (seconds != nullptr) {
    step.seconds = per_worker(cluster, "step_s", kNonNegative, workers);
  }
  return step;
}

timing::Link read_link(TableReader& table, const NestedTables& nested) {
  for (const char* key : {"from", "to"}) {
    table.has(key);
  }
  timing::Link link{.bandwidth_gbit = table.maybe_number("bandwidth_gbit", kPositive),
                    .latency_s = table.maybe_number("latency_s", kNonNegative)};
  table.finish();
  link.from = nested.worker(table, "from");
  link.to = nested.worker(table, "to");
  if (link.from == link.to) {
    table.fail(
        "to", fmt::format("a link leads from a worker to another, not from {} to itself", link.to));
  }
  return link;
}

timing::Fault read_fault(TableReader& table, const NestedTables& nested) {
  timing::Fault fault;
  const bool of_worker = table.has("worker");
  const bool of_link = table.has("link");
  table.has("at_s");
  const auto slowdown = table.maybe_number("slowdown", kSlowdown);
  fault.gone = table.flag("gone", false);
  table.finish();
  fault.at_s = std::get<double>(table.required(
      {.name = "at_s", .help = "virtual seconds", .fallback = 0.0, .bounds = kNonNegative}));
  if (of_worker == of_link) {
    table.fail("worker", table.path("worker") + " or link = [from, to]: what does it befall?");
  }
  if (fault.gone == slowdown.has_value()) {
    table.fail("slowdown",
               table.path("slowdown") + " = 4.0 or gone = true: one of the two is given");
  }
  fault.slowdown = slowdown.value_or(1);
  if (of_worker) {
    fault.worker = nested.worker(table, "worker");
    return fault;
  }
  const auto ends = table.integers("link", worker_bounds(nested.worker_text, nested.workers));
  if (ends.size() != 2 || ends[0] == ends[1]) {
    table.fail("link", table.path("link") + " is [from, to], two different workers");
  }
  fault.from = static_cast<int>(ends[0]);
  fault.to = static_cast<int>(ends[1]);
  return fault;
}

}  // namespace

std::optional<timing::Cluster> read_cluster(const Document& document, std::int64_t workers) {
  TableReader table(document, "cluster");
  if (!table.present()) {
    return std::nullopt;
  }
  const NestedTables nested{workers};
  timing::Cluster cluster{.step = read_step(document, table, workers)};
  cluster.bandwidth_gbit = per_worker(table, "bandwidth_gbit", kPositive, workers);
  cluster.latency_s = per_worker(table, "latency_s", kNonNegative, workers);
  table.each("links", [&](TableReader& link) { cluster.links.push_back(read_link(link, nested)); });
  cluster.overlap = table.number("overlap", 0, kShare);
  cluster.parameters = table.maybe_integer("parameters", kCount);
  cluster.loss = table.number("loss", 0, kLoss);
  cluster.retry_s = table.number("retry_s", 0, kNonNegative);
  table.each("fault",
             [&](TableReader& fault) { cluster.faults.push_back(read_fault(fault, nested)); });
  table.finish();
  if (!table.has("step_s") && !table.has("trace")) {
    table.fail("step_s",
               "cluster.step_s is missing: the seconds of a gradient step, as in step_s = 0.25, or "
               "cluster.trace, a file of measured ones");
  }
  return cluster;
}

}  // namespace murmur::run
