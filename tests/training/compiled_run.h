// SPDX-License-Identifier: Apache-2.0
// A compiled model on a TrainingDesk: the library of tests/training/compiled.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "murmur/models/compiled/processor.h"
#include "tests/training/small_run.h"

namespace murmur::testing {

class CompiledDesk : public TrainingDesk {
 public:
  CompiledDesk() {
    std::filesystem::create_directory(path("model"));
    for (const char* name : {"step.so", "outputs.so"}) {
      std::filesystem::copy_file(std::string(MURMUR_COMPILED) + name,
                                 path("model") / std::filesystem::path(name));
    }
    describe({});
    write("model/model.safetensors", weights());
  }

  // Writes compiled.json, with other values for some of its keys.
  void describe(const nlohmann::json& changed) const {
    nlohmann::json about{
        {"format", 1},
        {"torch", MURMUR_TORCH_VERSION},
        {"library", "none"},
        {"processor", models::processor()},
        {"precision", "single"},
        {"parameters",
         {{{"name", "fc.weight"}, {"shape", {4, 64}}}, {{"name", "fc.bias"}, {"shape", {4}}}}},
        {"buffers", {{{"name", "steps"}, {"shape", {1}}}}},
        {"batch",
         {{{"dtype", "float32"}, {"shape", {8, 1, 8, 8}}}, {{"dtype", "int64"}, {"shape", {8}}}}},
        {"outputs", 4}};
    about.update(changed.is_null() ? nlohmann::json::object() : changed);
    write("model/compiled.json", about.dump());
  }

  std::vector<std::string> compiled(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(),
                     {"--set", "model={ name = \"compiled\", folder = \"model\" }"});
    return arguments;
  }

 private:
  // Zeros, as a safetensors file.
  static std::string weights() {
    const nlohmann::json header{
        {"fc.weight", {{"dtype", "F32"}, {"shape", {4, 64}}, {"data_offsets", {0, 1024}}}},
        {"fc.bias", {{"dtype", "F32"}, {"shape", {4}}, {"data_offsets", {1024, 1040}}}},
        {"steps", {{"dtype", "F32"}, {"shape", {1}}, {"data_offsets", {1040, 1044}}}}};
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::string size(8, '\0');
    size[0] = static_cast<char>(text.size() & 0xffU);
    size[1] = static_cast<char>(text.size() >> 8U);
    return size + text + std::string(1044, '\0');
  }
};

}  // namespace murmur::testing
