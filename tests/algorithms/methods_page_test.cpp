// SPDX-License-Identifier: Apache-2.0
// docs/methods.md has a row for every registered algorithm, whose cells say what its program does.
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/algorithms/algorithm.h"

namespace murmur::algorithms {
namespace {

using Cells = std::vector<std::string>;

// The rows of the first table, by the name in their first cell; without the lines of its head.
std::map<std::string, Cells> rows_of(const std::string& page) {
  std::ifstream file(page);
  EXPECT_TRUE(file) << page;
  std::map<std::string, Cells> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `")) {
      if (!rows.empty()) {
        break;
      }
      continue;
    }
    Cells cells;
    std::istringstream text(line.substr(2));
    for (std::string cell; std::getline(text, cell, '|');) {
      const auto begin = cell.find_first_not_of(' ');
      cells.push_back(begin == std::string::npos
                          ? ""
                          : cell.substr(begin, cell.find_last_not_of(' ') - begin + 1));
    }
    rows[cells.front()] = cells;
  }
  return rows;
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what;
}

// What a step sends: over each edge, and otherwise.
struct Messages {
  std::size_t models = 0;
  std::size_t payloads = 0;
  std::vector<std::string> others = {};

  std::string text() const {
    std::vector<std::string> all;
    if (models > 0) {
      all.push_back(counted(models, "per edge"));
    }
    if (payloads > 0) {
      all.push_back(counted(payloads, "encoded per edge"));
    }
    all.insert(all.end(), others.begin(), others.end());
    std::string joined;
    for (const std::string& one : all) {
      joined += (joined.empty() ? "" : ", ") + one;
    }
    return joined.empty() ? "none" : joined;
  }
};

const std::map<std::string_view, std::string> kTalks{
    {"cross-gradients", "1 per edge, 2 with answers"},
    {"relay-start", "1 per edge of a tree"},
    {"vote", "a bit per entry up and down"},
    {"ceca-two-ports", "1 to one worker"},
};

std::string messages_of(const Program<double>& program) {
  Messages messages;
  for (const Stage<double>& stage : program.round) {
    if (const auto* const mix = stage.as<MixStage>()) {
      messages.models += mix->fields.size();
    } else if (stage.is<PushStage>() || stage.is<SendStage>()) {
      messages.others.emplace_back("1 and a weight per edge");
    } else if (stage.is<PublishStage>()) {
      ++messages.payloads;
    } else if (stage.is<CodedAverageStage>()) {
      messages.others.emplace_back("an average, may be encoded");
    } else if (stage.is<AverageStage>()) {
      messages.others.emplace_back(stage.due ? "an average at times" : "an average");
    } else if (const auto* const talk = stage.as<TalkStage>()) {
      const auto known = kTalks.find(talk->way);
      if (known != kTalks.end()) {
        messages.others.push_back(known->second);
      }
    }
  }
  return program.is_asynchronous() ? "2 per pair" : messages.text();
}

// Vectors of a worker beside its model, and those that are kept once.
std::string memory_of(const Program<double>& program) {
  std::size_t own = 0;
  std::size_t once = 0;
  for (std::size_t f = 1; f < program.fields.size(); ++f) {
    if (program.fields[f].kind == FieldKind::kMemory &&
        program.fields[f].layout == FieldLayout::kParameters) {
      (program.fields[f].shared ? once : own) += 1;
    }
  }
  return std::to_string(own) + (once > 0 ? " + " + std::to_string(once) + " once" : "");
}

std::string gradients_of(const Program<double>& program) {
  std::size_t gradients = 0;
  std::string more;
  for (const Stage<double>& stage : program.round) {
    const auto* const talk = stage.as<TalkStage>();
    gradients += stage.is<GradientStage<double>>() ? 1 : 0;
    gradients += talk != nullptr && talk->way == "second-gradient" ? 1 : 0;
    more += talk != nullptr && talk->way == "cross-gradients" ? " + 1 per neighbor" : "";
  }
  return std::to_string(gradients) + more;
}

std::string graph_of(const Program<double>& program) {
  const bool both_ways = program.needs.undirected_graph || program.name == "ngc";
  if (!program.mixes() && !program.is_asynchronous()) {
    return "none";
  }
  if (program.numerator()) {
    return "any, directed too";
  }
  return program.needs_static_graph() ? (both_ways ? "static, undirected" : "static")
                                      : (both_ways ? "undirected" : "any");
}

TEST(MethodsPage, SaysOfEveryAlgorithmWhatItsProgramDoes) {
  const std::map<std::string, Cells> rows = rows_of(MURMUR_METHODS_PAGE);
  for (const Algorithm& algorithm : algorithms()) {
    const auto program = algorithm.program<double>(OptionValues(algorithm.options));
    const Cells expected{"`" + algorithm.name + "`",
                         messages_of(program),
                         memory_of(program),
                         gradients_of(program),
                         graph_of(program),
                         program.takes_outer_step() ? "yes" : "no"};
    const auto row = rows.find(expected.front());
    std::string line = "|";
    for (const std::string& cell : expected) {
      line += " " + cell + " |";
    }
    if (row == rows.end() || row->second.size() != expected.size() + 2) {
      ADD_FAILURE() << "no row, or not all cells: " << line
                    << " exact or biased? | [its file](...) |";
      continue;
    }
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), row->second.begin())) << line;
    const std::string& exact = row->second[expected.size()];
    EXPECT_TRUE(exact == "exact" || exact == "biased" || exact == "reduced" || exact == "local")
        << algorithm.name << ": " << exact;
  }
  EXPECT_EQ(rows.size(), algorithms().size());
}

}  // namespace
}  // namespace murmur::algorithms
