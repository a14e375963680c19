// SPDX-License-Identifier: Apache-2.0
// A configuration file before it is understood: TOML in which every node knows where it came from,
// a file's line and column or the option of the command line that put it there.
//
// Layers are flat tables of dotted keys, { "algorithm.name" = "dsgd", "data.alpha" = 0.1 }: what a
// [[compare.method]] writes as `set` and what --set becomes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "murmur/run/config/config.h"

namespace murmur::run {

struct Document {
  std::string file;  // as shown in messages
  toml::table root;
};

// Throws UserError: no such file, a syntax error with line and column.
Document read_document(const std::filesystem::path& file);
Document parse_document(std::string_view text, const std::string& file);

// "file:line:column" of something in a document; "--set key=value" where it came from there.
std::string where(const toml::source_region& source);

// --set key.path=value, each: the value is TOML, a bare word is a text.
toml::table parse_set(const std::vector<std::string>& assignments);

// The layer of environment variables and the one of the command line's options.
toml::table environment_layer();
toml::table command_line_layer(const Overrides& overrides);

// Puts one layer on top. A table's new `name` drops the keys of the table below that belong to the
// old name and that the new one does not have, and of a length in epochs or in steps the newer one
// stays; keys written in this layer all stay, to be checked.
void apply_layer(Document& document, const toml::table& layer);

// Checks everything and gives it types. Throws UserError. (config_read.cpp)
Config read_config(const Document& document, Purpose purpose);

}  // namespace murmur::run
