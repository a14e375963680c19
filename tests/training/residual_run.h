// SPDX-License-Identifier: Apache-2.0
// The training run of small_run.h with a residual network, which has buffers.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/training/small_run.h"

namespace murmur::testing {

// Four steps of a small residual network.
inline std::vector<std::string> residual(std::vector<std::string> more) {
  std::vector<std::string> arguments{"--set",
                                     "model={ name = \"cifar-resnet\", depth = 8 }",
                                     "--set",
                                     "schedule={ steps = 4 }",
                                     "--set",
                                     "evaluation.every_steps=2"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Of each evaluation: the step, and the losses of the averaged and of the local models.
inline std::vector<nlohmann::json> evaluations(const Desk& desk, const std::string& folder) {
  std::vector<nlohmann::json> lines;
  for (const std::string& text : lines_of(read_text(desk.path(folder + "/metrics.jsonl")))) {
    const auto line = nlohmann::json::parse(text);
    if (line.contains("eval/loss_averaged")) {
      lines.push_back({line["step"], line["eval/loss_averaged"], line["eval/loss_local_mean"]});
    }
  }
  return lines;
}

}  // namespace murmur::testing
