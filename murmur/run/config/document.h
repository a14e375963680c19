// SPDX-License-Identifier: Apache-2.0
// A configuration file before interpretation: TOML in which every node has its source, a line and
// column of the file, or the command line option or environment variable that set it.
//
// Layers are flat tables of dotted keys, { "algorithm.name" = "dsgd", "data.alpha" = 0.1 }: the
// `set` of a [[compare.method]], the environment variables, or the --set options.
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

// The content of a file. Throws UserError if it cannot be read.
std::string read_text(const std::filesystem::path& file);

// Throws UserError if the file cannot be read or has a syntax error (with line and column).
Document read_document(const std::filesystem::path& file);
Document parse_document(std::string_view text, const std::string& file);

// The source of a node for messages: "file:line:column", "--set key=value" or "MURMUR_SEED=1".
std::string where(const toml::source_region& source);

// The layer of assignments, of which the last one of a key wins. A value is TOML; a bare word is a
// string.
struct Assignment {
  std::string key;     // dotted
  std::string value;   // TOML
  std::string origin;  // as where() shows it: begins with "--", "MURMUR_" or "options."
};
toml::table parse_assignments(const std::vector<Assignment>& assignments);
// Of the --set options: key.path=value.
toml::table parse_set(const std::vector<std::string>& assignments);

// The layers of the environment variables and of the command line options.
toml::table environment_layer();
toml::table command_line_layer(const Overrides& overrides);

// Applies a layer on top of the document. A new `name` of a table removes the keys below it that
// the new name does not have, and a length in epochs replaces one in steps and vice versa. All keys
// of `layer` itself are kept, to be checked by read_config().
void apply_layer(Document& document, const toml::table& layer);

// Checks and converts the whole document. Throws UserError. Defined in read.cpp.
Config read_config(const Document& document, Purpose purpose);

// Of the document of a run: kTrain if it says which data or model, else kOwnTask.
Purpose purpose_of_run(const Document& document);

}  // namespace murmur::run
