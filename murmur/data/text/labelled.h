// SPDX-License-Identifier: Apache-2.0
// Labelled texts as a dataset for classification: texts become tokens by wordpiece, labels numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/dataset.h"
#include "murmur/data/text/wordpiece.h"

namespace murmur::data {

struct LabelledText {
  std::string text;
  std::int32_t label = 0;
  std::int32_t group = 0;
};

struct LabelledTexts {
  std::vector<LabelledText> training;
  std::vector<LabelledText> test;
  std::vector<std::string> class_names;
  std::string by = {};  // what groups them; empty: nothing does
};

// Options that every dataset of labelled texts has.
std::vector<OptionInfo> labelled_text_options();

// The tokenizer that these options name. Failures as below.
Result<Wordpiece> labelled_tokenizer(const OptionValues& options);

// Completes a dataset. kInvalid: there is no data.vocabulary. Failures of its file as for reading
// it.
Result<Dataset> labelled_dataset(const DatasetInfo& info,
                                 const DatasetFiles& files,
                                 const LabelledTexts& texts,
                                 const ForEach& for_each);

}  // namespace murmur::data
