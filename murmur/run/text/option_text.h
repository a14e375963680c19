// SPDX-License-Identifier: Apache-2.0
// Options as text and as JSON: type, bounds, value and description.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "murmur/core/options.h"

namespace murmur::run {

// "number", "integer", "true or false", "text", "list of numbers", ...
std::string type_text(const OptionInfo& option);
// The choices or bounds of the value; empty if every value of the type is allowed.
std::string bounds_text(const OptionInfo& option);
nlohmann::ordered_json value_json(const OptionValue& value);
// The value in TOML syntax.
std::string value_toml(const OptionValue& value);
// "= 0.9   weight of the old momentum (a number in [0, 1))".
std::string describe(const OptionInfo& option);

}  // namespace murmur::run
