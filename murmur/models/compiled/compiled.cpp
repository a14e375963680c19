// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/compiled/compiled.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "murmur/models/model.h"

namespace murmur::models {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

std::vector<Tensor> tensors_of(const json& list) {
  std::vector<Tensor> tensors;
  for (const json& each : list) {
    tensors.push_back({.name = each.at("name"), .shape = each.at("shape"), .start = constant(0)});
    for (const std::int64_t extent : tensors.back().shape) {
      if (extent < 0) {
        throw std::out_of_range(fmt::format("the shape of '{}'", tensors.back().name));
      }
    }
  }
  return tensors;
}

CompiledModel model_of(const json& object) {
  CompiledModel model{.folder = {},
                      .torch = object.at("torch"),
                      .library = object.at("library"),
                      .processor = object.at("processor"),
                      .is_double = object.at("precision") == "double",
                      .parameters = tensors_of(object.at("parameters")),
                      .buffers = tensors_of(object.at("buffers")),
                      .batch = {},
                      .outputs = object.at("outputs")};
  for (const json& each : object.at("batch")) {
    model.batch.push_back({.dtype = each.at("dtype"), .shape = each.at("shape")});
  }
  if (model.parameters.empty() || model.outputs < 0) {
    throw std::out_of_range("the tensors");
  }
  const auto& batch = model.batch;
  if (model.outputs > 0 && (batch.size() != 2 || batch[0].shape.empty() || batch[1].shape.empty() ||
                            batch[0].shape[0] < 1)) {
    throw std::out_of_range("the tensors of a batch");
  }
  return model;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("{}", fmt::join(shape, " x "));
}

Failure misfit(const std::string& what) {
  return {FailureKind::kInvalid, "the compiled model takes " + what};
}

// Of a dataset of arrays with classes.
Status check_fit(const CompiledModel& model, const ExampleForm& form) {
  if (model.outputs == 0) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("{} has no outputs.so, so it is of no classifier; murmur.compile() "
                               "of the Python package writes one",
                               model.folder.string())};
  }
  const auto& [channels, rows, columns] = form.shape;
  const std::vector<std::int64_t> shape(model.batch[0].shape.begin() + 1,
                                        model.batch[0].shape.end());
  const std::vector<std::int64_t> whole{channels, rows, columns};
  const std::vector<std::int64_t> flat{channels * rows * columns};
  if (shape != whole && shape != flat) {
    return misfit(fmt::format(
        "examples of {}, and those of the data are of {}", shape_text(shape), shape_text(whole)));
  }
  if (model.batch[0].dtype != (model.is_double ? "float64" : "float32")) {
    return misfit(fmt::format("inputs of {}, and those of data are numbers of the run's precision",
                              model.batch[0].dtype));
  }
  const CompiledTensor& labels = model.batch[1];
  const bool are_integers = labels.dtype == "int64" || labels.dtype == "int32";
  if (!are_integers || labels.shape != std::vector{model.examples()}) {
    return misfit(fmt::format("labels of {} in {}, and those of data are {} integers",
                              labels.dtype,
                              shape_text(labels.shape),
                              model.examples()));
  }
  if (form.outputs > 0 && model.outputs < form.outputs) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("the compiled model has {} outputs, and the data have {} classes",
                               model.outputs,
                               form.outputs)};
  }
  return Ok{};
}

void describe(Network& network) {
  auto model = read_compiled(network.options.text("folder"));
  network.parameters = model.value().parameters;
  network.buffers = model.value().buffers;
  network.classes = model.value().outputs;
  network.compiled = std::make_shared<const CompiledModel>(std::move(model).value());
}

Status check(const OptionValues& options) {
  const auto model = read_compiled(options.text("folder"));
  return model ? Status(Ok{}) : model.failure();
}

Status check_examples(const OptionValues& options, const ExampleForm& form) {
  const auto model = read_compiled(options.text("folder"));
  return model ? check_fit(model.value(), form) : model.failure();
}

}  // namespace

Result<CompiledModel> read_compiled(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "compiled.json";
  std::ifstream file(path);
  if (!file) {
    return Failure{FailureKind::kMissing,
                   fmt::format("there is no file {}; model.folder is a folder that "
                               "murmur.compile() of the Python package has written",
                               path.string())};
  }
  try {
    const json object = json::parse(file);
    if (const int format = object.at("format"); format != kFormat) {
      return Failure{FailureKind::kInvalid,
                     fmt::format("{} is of format {}, and this murmur reads {}; compile it again",
                                 path.string(),
                                 format,
                                 kFormat)};
    }
    CompiledModel model = model_of(object);
    model.folder = folder;
    return model;
  } catch (const std::exception& error) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{} is damaged: {}", path.string(), error.what())};
  }
}

Model compiled() {
  return {.name = "compiled",
          .summary = "a model of PyTorch, compiled by murmur.compile() of the Python package",
          .paper = {},
          .options = {{.name = "folder",
                       .help = "that murmur.compile() has written",
                       .fallback = std::string(),
                       .required = true}},
          .check = check,
          .check_examples = check_examples,
          .describe = describe};
}

}  // namespace murmur::models
