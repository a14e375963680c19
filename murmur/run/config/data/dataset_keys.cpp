// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/config/data/dataset_keys.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/check.h"
#include "murmur/data/dataset.h"
#include "murmur/files/array_file.h"
#include "murmur/run/config/tables.h"

namespace murmur::run {
namespace {

std::vector<std::string> read_texts(TableReader& table, const std::string& key) {
  const toml::node* node = table.node(key);
  if (const auto text = node->value<std::string>()) {
    return {*text};
  }
  std::vector<std::string> texts;
  const toml::array* list = node->as_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    texts.push_back(list->get(i)->value_or(std::string()));
  }
  if (texts.empty() || std::find(texts.begin(), texts.end(), "") != texts.end()) {
    table.fail(key, fmt::format("{} must be a list of texts", table.path(key)));
  }
  return texts;
}

bool has_option(const data::DatasetInfo& info, const std::string& name) {
  return std::any_of(info.options.begin(), info.options.end(), [&](const OptionInfo& option) {
    return option.name == name;
  });
}

// The keys that are lists here, as texts of a line each. A key that may also be a number is one
// where it is written so.
std::map<std::string, std::string> read_lists(TableReader& table, const data::DatasetInfo& info) {
  std::map<std::string, std::string> lists;
  for (const OptionInfo& list : info.lists) {
    const toml::node* node = table.node(list.name);
    if (node != nullptr && (!has_option(info, list.name) || !node->is_number())) {
      lists[list.name] = fmt::format("{}", fmt::join(read_texts(table, list.name), "\n"));
    }
  }
  return lists;
}

void require_array_file(TableReader& table, const std::string& file) {
  const auto& endings = files::array_file_endings();
  std::filesystem::path path(file);
  if (path.extension() == ".gz" || path.extension() == ".xz") {
    path.replace_extension();
  }
  const std::string ending = path.extension().string();
  if (std::find(endings.begin(), endings.end(), ending) == endings.end()) {
    table.fail("file",
               fmt::format("data.file = \"{}\" must be a file that ends in {} (plain, .gz or .xz)",
                           file,
                           fmt::join(endings, " or ")));
  }
}

}  // namespace

std::string absolute_path(const std::string& text) {
  const std::filesystem::path path(text);
  return text.empty() || path.is_absolute()
             ? text
             : std::filesystem::absolute(path).lexically_normal().string();
}

namespace {

void read_keys(TableReader& table, bool may_lack, DataConfig& data) {
  data.dataset.name = read_name(table, kind_of("data"));
  data.dataset.place = table.place();
  const data::DatasetInfo* info = data::find_dataset(data.dataset.name);
  MURMUR_CHECK(info != nullptr, "dataset '{}'", data.dataset.name);
  const std::map<std::string, std::string> lists = read_lists(table, *info);
  std::vector<OptionInfo> options = info->options;
  std::erase_if(options, [&](const OptionInfo& info) { return lists.contains(info.name); });
  for (OptionInfo& option : options) {
    option.required = option.required && !may_lack;
  }
  data.dataset.options = table.options(options);
  OptionValues& values = data.dataset.options;
  for (const auto& [name, texts] : lists) {
    values.set(name, texts);
  }
  if (data.dataset.name == "arrays" && !values.text("file").empty()) {
    require_array_file(table, values.text("file"));
  }
  for (const char* key : {"file", "vocabulary"}) {
    if (values.has(key)) {
      values.set(key, absolute_path(values.text(key)));
    }
  }
}

// Whether a key of [data] says where and what the examples are, not how they are divided.
bool belongs_to(const data::DatasetInfo& info, const std::string& key) {
  return key == "file" || key == "folder" || has_option(info, key) ||
         std::any_of(info.lists.begin(), info.lists.end(), [&](const OptionInfo& list) {
           return list.name == key;
         });
}

}  // namespace

void read_dataset_keys(TableReader& table, DataConfig& data) {
  read_keys(table, false, data);
}

DataConfig read_dataset_keys(const std::string& dataset,
                             const std::vector<std::string>& assignments) {
  const data::DatasetInfo* info = data::find_dataset(dataset);
  std::vector<std::string> in_full;
  for (const std::string& assignment : assignments) {
    const std::string path = assignment.starts_with("data.") ? assignment : "data." + assignment;
    if (info == nullptr || belongs_to(*info, path.substr(5, path.find('=') - 5))) {
      in_full.push_back(path);
    }
  }
  Document document{.file = "--set", .root = {}};
  document.root.insert("data", toml::table{{"name", dataset}});
  apply_layer(document, parse_set(in_full));
  TableReader table(document, "data");
  DataConfig data;
  if (info != nullptr && (!info->files.empty() || info->find != nullptr)) {
    data.folder = absolute_path(table.text("folder", "", {}));
  }
  read_keys(table, true, data);
  return data;
}

}  // namespace murmur::run
