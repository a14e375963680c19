// SPDX-License-Identifier: Apache-2.0
// data.validation: a share of the training examples (0.1), the name of a part of the dataset that
// has files of its own ("valid"), or a list of such names.
#pragma once

#include <string>

#include "murmur/data/division/validation.h"
#include "murmur/run/config/table_reader.h"

namespace murmur::run {

// `table`: [data]. Throws UserError.
data::ValidationSettings read_validation(TableReader& table);

// The value in TOML. REQUIRES: settings.wanted().
std::string validation_toml(const data::ValidationSettings& settings);

}  // namespace murmur::run
