// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/config/data/division.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/check.h"

namespace murmur::run {
namespace {

using data::Amounts;
using Kind = Amounts::Kind;

const data::PartitionInfo& info_of(const std::string& partition) {
  const auto& all = data::partitions();
  const auto found = std::ranges::find(all, partition, &data::PartitionInfo::name);
  MURMUR_CHECK(found != all.end(), "partition '{}'", partition);
  return *found;
}

std::string text_of(Kind kind) {
  return kind == Kind::kEqual   ? "\"equal\""
         : kind == Kind::kDrawn ? "\"drawn\""
                                : "a list of shares, one per worker";
}

Amounts read_amounts(TableReader& table, std::int64_t workers, const std::string& partition) {
  const data::PartitionInfo& info = info_of(partition);
  const toml::node* node = table.node("amounts");
  if (node == nullptr) {
    return {.kind = info.amounts.front()};
  }
  Amounts amounts;
  if (node->is_array()) {
    amounts = {.kind = Kind::kShares, .shares = table.numbers("amounts", kPositive)};
  } else {
    const std::string word = table.text("amounts", "equal", {"equal", "drawn"});
    amounts.kind = word == "equal" ? Kind::kEqual : Kind::kDrawn;
  }
  if (std::ranges::find(info.amounts, amounts.kind) == info.amounts.end()) {
    std::vector<std::string> allowed;
    for (const Kind kind : info.amounts) {
      allowed.push_back(text_of(kind));
    }
    table.fail("amounts",
               fmt::format("data.amounts of partition \"{}\" is {}, not {}",
                           partition,
                           fmt::join(allowed, " or "),
                           text_of(amounts.kind)));
  }
  if (amounts.kind == Kind::kShares && std::ssize(amounts.shares) != workers) {
    table.fail("amounts",
               fmt::format("data.amounts has {} shares for {} workers; give one per worker",
                           amounts.shares.size(),
                           workers));
  }
  return amounts;
}

// An option that one partition has and needs.
std::string read_text_of(TableReader& table,
                         const std::string& key,
                         const std::string& owner,
                         const std::string& partition) {
  const std::string text = table.text(key, "", {});
  if (partition == owner && text.empty()) {
    table.fail(key,
               fmt::format("data.partition = \"{}\" wants data.{}: {}",
                           owner,
                           key,
                           info_of(owner).options.front().help));
  }
  if (partition != owner && table.has(key)) {
    table.fail(
        key,
        fmt::format(
            "data.{} belongs to data.partition = \"{}\", not to \"{}\"", key, owner, partition));
  }
  return text;
}

}  // namespace

void read_division(TableReader& table, std::int64_t workers, DataConfig& data) {
  data.amounts = read_amounts(table, workers, data.partition);
  data.by = read_text_of(table, "by", "natural", data.partition);
  data.partition_file = read_text_of(table, "partition_file", "file", data.partition);
  data.weighs_examples = table.text("objective", "workers", {"workers", "examples"}) == "examples";
}

void write_division(const DataConfig& data, Writer& out) {
  if (!data.by.empty()) {
    out.put("by", data.by);
  }
  if (!data.partition_file.empty()) {
    out.put("partition_file", data.partition_file);
  }
  if (data.amounts.kind == Kind::kShares) {
    out.put("amounts", data.amounts.shares);
  } else if (data.amounts.kind != info_of(data.partition).amounts.front()) {
    out.put("amounts", std::string(data.amounts.kind == Kind::kDrawn ? "drawn" : "equal"));
  }
  if (data.weighs_examples) {
    out.put("objective", std::string("examples"));
  }
}

}  // namespace murmur::run
