// SPDX-License-Identifier: Apache-2.0
// A forecast as text and as JSON.
#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "murmur/run/inspect/forecast.h"
#include "murmur/run/records/summary.h"
#include "murmur/run/report/figures.h"
#include "murmur/run/text/units.h"

namespace murmur::run {
namespace {

using Json = nlohmann::ordered_json;

std::string line(std::string_view label, const std::string& text) {
  return fmt::format("  {:<15}{}\n", label, text);
}

std::string bytes_text(double bytes) {
  return quantity_text(bytes, Unit::kBytes);
}

std::string seconds_text(double seconds) {
  return quantity_text(seconds, Unit::kSeconds);
}

std::string memory_text(const Forecast& forecast) {
  const MemoryForecast& memory = forecast.memory;
  return line("memory", bytes_text(memory.total()) + " in all") +
         line("  rows",
              fmt::format("{}: {} of {} workers",
                          bytes_text(memory.rows),
                          fmt::join(forecast.fields, ", "),
                          forecast.config.workers)) +
         line("  gradients",
              fmt::format("{}: {} for each of {} threads",
                          bytes_text(memory.gradients),
                          forecast.gradient_rows() == 1
                              ? std::string("one row")
                              : fmt::format("{} rows", forecast.gradient_rows()),
                          forecast.threads)) +
         (memory.modules > 0
              ? line("  modules",
                     fmt::format("{}: gradients and buffers of {} modules, one per thread",
                                 bytes_text(memory.modules),
                                 forecast.threads))
              : std::string()) +
         (memory.activations > 0
              ? line("  activations",
                     bytes_text(memory.activations) +
                         ": of a batch and of what is evaluated at once, on every thread")
              : std::string()) +
         (forecast.published_encoder.empty()
              ? std::string()
              : line("encoder",
                     forecast.published_encoder +
                         ": model.folder is not here, so its sizes are the published ones")) +
         line("  data",
              bytes_text(memory.data) +
                  (forecast.has_data ? ""
                                     : ": not found here, so these are the published numbers")) +
         line("  program", bytes_text(memory.program));
}

std::string tensors_text(const TensorForecast& tensors) {
  if (tensors.own_rate + tensors.own_decay == 0) {
    return "";
  }
  return line("tensors",
              fmt::format("{}: {} with a learning rate and {} with a weight decay of their own",
                          tensors.count,
                          tensors.own_rate,
                          tensors.own_decay));
}

// What [gradient] asks for, and when messages may leave.
std::string gradient_text(const Forecast& forecast) {
  const engine::GradientSettings& gradient = forecast.gradient;
  if (gradient.is_plain()) {
    return "";
  }
  std::string what = gradient.accumulate > 1
                         ? fmt::format("the mean over {} batches", gradient.accumulate)
                         : std::string("of one batch");
  what += gradient.sharpness > 0
              ? fmt::format(", sharpness-aware (rho = {}): two passes each", gradient.sharpness)
              : "";
  what += gradient.clip_norm > 0 ? fmt::format(", clipped to norm {}", gradient.clip_norm) : "";
  return line("gradient", what) +
         line("",
              gradient.is_final_early()
                  ? fmt::format("messages leave during the last of {} passes, when it is final",
                                gradient.passes())
                  : "messages leave when its norm is known, after the last pass");
}

Json gradient_json(const engine::GradientSettings& gradient) {
  return {{"accumulate", gradient.accumulate},
          {"sharpness", number_json(gradient.sharpness)},
          {"clip_norm", number_json(gradient.clip_norm)},
          {"passes_per_step", gradient.passes()},
          {"messages_leave", gradient.is_final_early() ? "in the last pass" : "after the norm"}};
}

std::string traffic_text(const Forecast& forecast) {
  const TrafficForecast& traffic = forecast.traffic;
  if (traffic.link_from < 0 && traffic.bytes_per_step == 0) {
    return line("bytes sent", "none");
  }
  std::string text =
      line("bytes sent",
           fmt::format("{} per step in {:.6g} messages, {} in the run",
                       bytes_text(traffic.bytes_per_step),
                       traffic.messages_per_step,
                       bytes_text(traffic.bytes_per_step * static_cast<double>(forecast.steps))));
  text += line("  a worker", bytes_text(traffic.worker_most) + " per step at most");
  text += line("  a link",
               traffic.link_from < 0 ? std::string("none: models go to a server and back")
                                     : fmt::format("{} per step at most, {} -> {}",
                                                   bytes_text(traffic.link_most),
                                                   traffic.link_from,
                                                   traffic.link_to));
  if (traffic.is_expected) {
    text += line("", "expected of normally distributed values, which say how long messages are");
  }
  if (forecast.message_parameters != forecast.extent.parameters) {
    text += line("", fmt::format("for messages of {} parameters", forecast.message_parameters));
  }
  return text;
}

// 1 / gap, the number of steps in which the disagreement falls to about a third; none if it never
// does.
std::optional<double> mixing_steps(const topology::Convergence& found) {
  constexpr double kStandstill = 1e-12;
  return found.gap() > kStandstill ? std::optional(1 / found.gap()) : std::nullopt;
}

std::string mixing_text(const Forecast& forecast) {
  const std::string outer = forecast.averages_every ? fmt::format("an outer step every {} steps",
                                                                  *forecast.averages_every)
                                                    : std::string();
  if (forecast.participants > 0) {
    return line(
        "rounds",
        fmt::format(
            "{}, over {} of {} workers", outer, forecast.participants, forecast.config.workers));
  }
  if (!forecast.mixes) {
    return line("mixing", outer.empty() ? "the algorithm mixes with no neighbors" : outer);
  }
  if (forecast.slowdown > 1) {
    return line(
        "relay",
        fmt::format("delays divide the effective learning rate by {:.4g}", forecast.slowdown));
  }
  if (!forecast.convergence) {
    return line("mixing", "not computed for so many workers");
  }
  const topology::Convergence& found = *forecast.convergence;
  const auto steps = mixing_steps(found);
  std::string text = line("spectral gap", fmt::format("{:.6f} per step", found.gap()));
  text += line("mixing time", steps ? fmt::format("{:.4g} steps (1 / gap)", *steps) : "never");
  if (found.steps_to_consensus) {
    const bool exact = found.rate == 0;
    text += line("",
                 fmt::format("without gradients, the workers' models would {} after {} steps",
                             exact ? "be equal" : "differ by a thousandth of what they do",
                             *found.steps_to_consensus));
  }
  return outer.empty() ? text : text + line("", outer);
}

std::string time_text(const Forecast& forecast) {
  if (!forecast.config.cluster) {
    return line("virtual time", "none: there is no [cluster] (docs/cluster.md)");
  }
  if (!forecast.virtual_step_s) {
    return line("virtual time", "none: the run would not end, see the warning");
  }
  return line("virtual time",
              fmt::format("{} per step, {} for the run",
                          seconds_text(*forecast.virtual_step_s),
                          seconds_text(*forecast.virtual_s())));
}

Json maybe(const std::optional<double>& value) {
  return value ? number_json(*value) : Json(nullptr);
}

Json mixing_json(const Forecast& forecast) {
  if (!forecast.convergence) {
    return nullptr;
  }
  const topology::Convergence& found = *forecast.convergence;
  return {{"spectral_gap", found.gap()},
          {"mixing_steps", maybe(mixing_steps(found))},
          {"steps_to_consensus",
           found.steps_to_consensus ? Json(*found.steps_to_consensus) : Json(nullptr)}};
}

}  // namespace

std::string to_text(const Forecast& forecast) {
  std::string text =
      forecast.config.name + ": " + sentence_of(forecast.config, forecast.steps) + "\n\n";
  text += line("model",
               fmt::format("{} parameters", forecast.extent.parameters) +
                   (forecast.buffers > 0 ? fmt::format(", {} numbers in buffers", forecast.buffers)
                                         : std::string()));
  text +=
      line("length",
           fmt::format("{} steps, {} per epoch", forecast.steps, forecast.extent.steps_per_epoch));
  const std::int64_t validation = forecast.extent.validation_examples;
  text += line("examples",
               fmt::format("{} of {} for each worker{}",
                           forecast.extent.examples_per_worker,
                           forecast.extent.training_examples,
                           validation > 0 ? fmt::format(", {} for validation", validation) : ""));
  text += tensors_text(forecast.tensors) + gradient_text(forecast);
  text +=
      memory_text(forecast) + traffic_text(forecast) + mixing_text(forecast) + time_text(forecast);
  if (forecast.looked_at != forecast.steps) {
    text += fmt::format("\nper step: mean over the first {} steps (--steps)\n", forecast.looked_at);
  }
  return text;
}

nlohmann::ordered_json to_json(const Forecast& forecast) {
  const TrafficForecast& traffic = forecast.traffic;
  const Json link = traffic.link_from < 0
                        ? Json(nullptr)
                        : Json{{"from", traffic.link_from},
                               {"to", traffic.link_to},
                               {"bytes_per_step", number_json(traffic.link_most)}};
  return {
      {"schema", 1},
      {"name", forecast.config.name},
      {"workers", forecast.config.workers},
      {"parameters", forecast.extent.parameters},
      {"buffers", forecast.buffers},
      {"steps", forecast.steps},
      {"steps_per_epoch", forecast.extent.steps_per_epoch},
      {"training_examples", forecast.extent.training_examples},
      {"examples_per_worker", forecast.extent.examples_per_worker},
      {"validation_examples", forecast.extent.validation_examples},
      {"steps_looked_at", forecast.looked_at},
      {"tensors",
       {{"count", forecast.tensors.count},
        {"own_rate", forecast.tensors.own_rate},
        {"own_decay", forecast.tensors.own_decay}}},
      {"gradient", gradient_json(forecast.gradient)},
      {"data_found", forecast.has_data},
      {"relay_slowdown", number_json(forecast.slowdown)},
      {"encoder_found", forecast.published_encoder.empty()},
      {"memory",
       {{"total_bytes", number_json(forecast.memory.total())},
        {"rows_bytes", number_json(forecast.memory.rows)},
        {"gradients_bytes", number_json(forecast.memory.gradients)},
        {"modules_bytes", number_json(forecast.memory.modules)},
        {"activations_bytes", number_json(forecast.memory.activations)},
        {"data_bytes", number_json(forecast.memory.data)},
        {"program_bytes", number_json(forecast.memory.program)},
        {"fields", forecast.fields}}},
      {"traffic",
       {{"bytes_per_step", number_json(traffic.bytes_per_step)},
        {"messages_per_step", number_json(traffic.messages_per_step)},
        {"worker_bytes_per_step", number_json(traffic.worker_most)},
        {"busiest_link", link},
        {"is_expected", traffic.is_expected}}},
      {"mixing", mixing_json(forecast)},
      {"participants",
       forecast.participants > 0 ? Json(forecast.participants) : Json(forecast.config.workers)},
      {"outer_period", forecast.averages_every ? Json(*forecast.averages_every) : Json(nullptr)},
      {"virtual_step_s", maybe(forecast.virtual_step_s)},
      {"virtual_s", maybe(forecast.virtual_s())},
      {"warnings", forecast.warnings}};
}

}  // namespace murmur::run
