// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <gtest/gtest.h>

#include "murmur/run/compare/folder.h"

namespace murmur::run {
namespace {

TEST(ComparisonFile, HasItsRelativePathsInFullAndIsElseAsItWas) {
  const std::string here = std::filesystem::current_path().string();
  const std::string text = R"(# ä comment
[data]
folder = "data/x"  # mine
name = "idx"
[cluster]
trace = 'steps.csv'
[[compare.method]]
label = "ü", set = { "model.name" = "mlp", "data.folder" = "../y" }
)";
  std::string valid = text;
  valid.replace(valid.find(", set"), 2, "\n");
  std::string expected = valid;
  const auto replace = [&](const std::string& from, const std::string& to) {
    expected.replace(expected.find(from), from.size(), to);
  };
  replace("\"data/x\"", "\"" + here + "/data/x\"");
  replace("'steps.csv'", "\"" + here + "/steps.csv\"");
  replace("\"../y\"", "\"" + std::filesystem::path(here).parent_path().string() + "/y\"");
  EXPECT_EQ(with_full_paths(valid, "x.toml"), expected);
  EXPECT_EQ(with_full_paths(expected, "x.toml"), expected);
}

TEST(ComparisonFile, StaysWhereNoPathIsRelative) {
  const std::string text = "[data]\nfolder = \"/a\"\n[other]\nfolder = \"b\"\n";
  EXPECT_EQ(with_full_paths(text, "x.toml"), text);
}

}  // namespace
}  // namespace murmur::run
