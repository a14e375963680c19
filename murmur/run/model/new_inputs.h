// SPDX-License-Identifier: Apache-2.0
// New inputs for a model, in the form of the dataset that it was trained on:
//
//   text, pairs           a file of UTF-8; each line is a text, or a sentence to be translated
//   image-folder          a JPEG file, or a folder of them, in the order of their names
//   other images, arrays  a file of arrays (.npz, .safetensors): `x`, or its only array, a row per
//                         example, as train_x of the dataset `arrays`
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "murmur/data/dataset.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

struct NewInputs {
  std::vector<std::string> texts;  // lines, or names of image files; empty: of arrays
  // Of classes and regressions: a dataset whose test examples are the inputs.
  std::shared_ptr<const data::Dataset> dataset = nullptr;
  // Of models of sequences: what the model gets of each text.
  std::vector<std::vector<std::int32_t>> tokens = {};
};

// Throws UserError: the input is missing, damaged, or of another form (3).
NewInputs read_new_inputs(const Config& config,
                          const data::Dataset& dataset,
                          const std::filesystem::path& input);

// Tokens as text.
std::string text_of(const data::Vocabulary& vocabulary, const std::vector<std::int32_t>& tokens);

}  // namespace murmur::run
