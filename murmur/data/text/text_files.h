// SPDX-License-Identifier: Apache-2.0
// The files of plain text, and the texts in them. A table (tables.h) has a text per group of its
// rows.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/dataset.h"
#include "murmur/data/places.h"
#include "murmur/data/text/streams.h"

namespace murmur::data {

// The texts in the order of their parts, with the part and the group of each.
struct Texts {
  std::vector<Bytes> contents;
  std::deque<std::string> of_groups;  // of a table
  std::vector<NamedText> texts;
  std::vector<Part> parts;
  std::vector<std::int32_t> groups;
  std::string grouping;  // "file", or a column

  void add(NamedText text, Part part, std::int32_t group) {
    texts.push_back(std::move(text));
    parts.push_back(part);
    groups.push_back(group);
  }
};

// The lists of data.train and data.test; or data.file; or those of a folder.
Result<DatasetFiles> find_text(const DatasetInfo& info, const Places& places);

// kDamaged: a line is no valid UTF-8; as for read_table(). Without parts the one file is of
// training.
Result<Texts> read_texts(const DatasetFiles& files, const ForEach& for_each);

}  // namespace murmur::data
