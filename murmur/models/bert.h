// SPDX-License-Identifier: Apache-2.0
// The encoder that the options of `bert` name.
#pragma once

#include "murmur/core/options.h"
#include "murmur/models/bert_config.h"

namespace murmur::models {

// With model.dropout in place of the configuration's, where it is given.
Result<BertConfig> read_bert(const OptionValues& options);

}  // namespace murmur::models
