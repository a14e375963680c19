// SPDX-License-Identifier: Apache-2.0
// The message from the reader of a group of processes to the others, as JSON: where the dataset is
// ({"memory": ...}), why there is none ({"failure": [kind, message]}), or that each process has to
// read it itself ({}).
#include "murmur/run/wiring/shared_dataset.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "murmur/comm/exchange.h"
#include "murmur/comm/shared_memory.h"
#include "murmur/core/check.h"
#include "murmur/data/text/utf8.h"

namespace murmur::run {
namespace {

using data::Column;
using data::Dataset;
using data::Examples;
using data::HeldBytes;
using nlohmann::json;

// The columns of a dataset in the shared memory, those of training first, each of their arrays
// aligned to a cache line.
constexpr std::size_t kLine = 64;

template <class AnyDataset>  // Dataset, also constant
auto bytes_of(AnyDataset& dataset) {
  std::vector<decltype(&dataset.training.columns[0].bytes)> all;
  for (auto* examples : {&dataset.training, &dataset.validation, &dataset.test}) {
    for (auto& column : examples->columns) {
      all.push_back(&column.bytes);
      if (column.ragged) {
        all.push_back(&column.ends);
      }
    }
  }
  return all;
}

// The offset of each column, and the end of the last one.
std::vector<std::size_t> places_of(const std::vector<std::size_t>& sizes) {
  std::vector<std::size_t> places{0};
  for (const std::size_t size : sizes) {
    places.push_back(places.back() + (size + kLine - 1) / kLine * kLine);
  }
  return places;
}

std::vector<std::size_t> sizes_of(const Dataset& dataset) {
  std::vector<std::size_t> sizes;
  for (const HeldBytes* bytes : bytes_of(dataset)) {
    sizes.push_back(bytes->size());
  }
  return sizes;
}

json text_of(const Examples& examples) {
  json columns = json::array();
  for (const Column& column : examples.columns) {
    columns.push_back({column.name, files::name_of(column.dtype), column.shape, column.ragged});
  }
  return columns;
}

// Columns without their rows.
Examples examples_from(const json& columns) {
  Examples examples;
  for (const json& text : columns) {
    const auto dtype = files::dtype_named(text[1].get<std::string>());
    MURMUR_CHECK(dtype, "dtype {}", text[1].get<std::string>());
    examples.columns.push_back({.name = text[0].get<std::string>(),
                                .dtype = *dtype,
                                .shape = text[2].get<std::vector<std::int64_t>>(),
                                .bytes = {},
                                .ragged = text[3].get<bool>()});
  }
  return examples;
}

// The folder of images in files, and their shape; null: there are none.
json image_files_of(const Examples& examples) {
  if (!examples.image_files) {
    return nullptr;
  }
  return {examples.image_files->folder, examples.image_files->shape};
}

void set_image_files(Examples& examples, const json& files) {
  if (!files.is_null()) {
    examples.image_files = {files[0], files[1].get<ImageShape>()};
  }
}

// Its content as numbers of bytes, which need not be text.
json text_of(const data::Vocabulary* vocabulary) {
  if (vocabulary == nullptr) {
    return nullptr;
  }
  const std::string content = vocabulary->content();
  const std::vector<std::uint8_t> bytes(content.begin(), content.end());
  return {vocabulary->tokenizer(), bytes};
}

std::shared_ptr<const data::Vocabulary> vocabulary_from(const json& text) {
  if (text.is_null()) {
    return nullptr;
  }
  const auto bytes = text[1].get<std::vector<std::uint8_t>>();
  auto read =
      data::Vocabulary::read(text[0], data::as_text(bytes), "the vocabulary of another process");
  return std::make_shared<const data::Vocabulary>(std::move(read).value());
}

json text_of(const Dataset& dataset, const comm::SharedAddress& address) {
  return {
      {"memory", {address.process, address.file, address.bytes}},
      {"sizes", sizes_of(dataset)},
      {"columns", {text_of(dataset.training), text_of(dataset.validation), text_of(dataset.test)}},
      {"name", dataset.name},
      {"folder", dataset.folder.string()},
      {"task", static_cast<int>(dataset.task)},
      {"classes", dataset.classes},
      {"class_names", dataset.class_names},
      {"mean", dataset.mean},
      {"deviation", dataset.deviation},
      {"vocabulary", text_of(dataset.vocabulary.get())},
      {"longest", dataset.longest},
      {"validation_names", dataset.validation_names},
      {"left_out", dataset.left_out},
      {"cut_texts", dataset.cut_texts},
      {"references", dataset.references},
      {"digest", dataset.digest},
      {"image_files",
       {image_files_of(dataset.training),
        image_files_of(dataset.validation),
        image_files_of(dataset.test)}},
      {"notice", dataset.notice},
      {"as_published", dataset.as_published}};
}

// The name of a folder may be invalid UTF-8; it is only shown, so bytes may be replaced.
std::string dump(const json& text) {
  return text.dump(-1, ' ', false, json::error_handler_t::replace);
}

// Makes the columns of `dataset` views of the shared memory.
void place_examples(Dataset& dataset,
                    const std::vector<std::size_t>& sizes,
                    comm::SharedMemory memory) {
  const std::vector<std::size_t> places = places_of(sizes);
  const auto holder = std::make_shared<const comm::SharedMemory>(std::move(memory));
  const auto bytes = holder->bytes();
  const std::vector<HeldBytes*> columns = bytes_of(dataset);
  MURMUR_CHECK(columns.size() == sizes.size() && places.back() <= bytes.size(),
               "{} bytes of {}",
               places.back(),
               bytes.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data() + places[i]);
    *columns[i] = HeldBytes({begin, sizes[i]}, holder);
  }
}

// The dataset in a process that is not the reader, from the reader's message.
Result<std::shared_ptr<const Dataset>> dataset_from(const std::string& message,
                                                    const ReadDataset& read) {
  const json text = json::parse(message);
  if (text.contains("failure")) {
    return Failure{static_cast<FailureKind>(text["failure"][0].get<int>()), text["failure"][1]};
  }
  if (text.contains("memory")) {
    if (auto opened = open_dataset(message)) {
      return opened;
    }
  }
  return read();
}

struct Reading {
  Result<std::shared_ptr<const Dataset>> dataset = std::shared_ptr<const Dataset>();
  std::string message = "{}";
};

Reading read_for_group(bool shares, const ReadDataset& read) {
  Reading mine{.dataset = read()};
  if (!mine.dataset) {
    const Failure& failure = mine.dataset.failure();
    mine.message = dump({{"failure", {static_cast<int>(failure.kind), failure.message}}});
  } else if (shares) {
    if (auto shared = put_where_others_see(*mine.dataset.value())) {
      mine.dataset = std::move(shared.value().dataset);
      mine.message = std::move(shared.value().address);
    }
  }
  return mine;
}

}  // namespace

Result<SharedDataset> put_where_others_see(const Dataset& dataset) {
  const std::vector<std::size_t> sizes = sizes_of(dataset);
  const std::vector<std::size_t> places = places_of(sizes);
  auto memory = comm::SharedMemory::make(places.back());
  if (!memory) {
    return memory.failure();
  }
  const std::vector<const HeldBytes*> columns = bytes_of(dataset);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto from = std::as_bytes(std::span<const std::uint8_t>(*columns[i]));
    std::copy(from.begin(), from.end(), memory.value().bytes().data() + places[i]);
  }
  std::string address = dump(text_of(dataset, memory.value().address()));
  auto shared = std::make_shared<Dataset>(dataset);
  place_examples(*shared, sizes, std::move(memory).value());
  return SharedDataset{.dataset = std::move(shared), .address = std::move(address)};
}

Result<std::shared_ptr<const Dataset>> open_dataset(const std::string& address) {
  const json text = json::parse(address);
  const json& place = text["memory"];
  auto memory = comm::SharedMemory::open(
      {.process = place[0], .file = place[1], .bytes = place[2].get<std::uint64_t>()});
  if (!memory) {
    return memory.failure();
  }
  auto dataset = std::make_shared<Dataset>();
  dataset->training = examples_from(text["columns"][0]);
  dataset->validation = examples_from(text["columns"][1]);
  dataset->test = examples_from(text["columns"][2]);
  set_image_files(dataset->training, text["image_files"][0]);
  set_image_files(dataset->validation, text["image_files"][1]);
  set_image_files(dataset->test, text["image_files"][2]);
  text["notice"].get_to(dataset->notice);
  text["name"].get_to(dataset->name);
  dataset->folder = text["folder"].get<std::string>();
  dataset->task = static_cast<data::Task>(text["task"].get<int>());
  text["classes"].get_to(dataset->classes);
  text["class_names"].get_to(dataset->class_names);
  text["mean"].get_to(dataset->mean);
  text["deviation"].get_to(dataset->deviation);
  dataset->vocabulary = vocabulary_from(text["vocabulary"]);
  text["longest"].get_to(dataset->longest);
  text["validation_names"].get_to(dataset->validation_names);
  text["left_out"].get_to(dataset->left_out);
  text["cut_texts"].get_to(dataset->cut_texts);
  text["references"].get_to(dataset->references);
  text["digest"].get_to(dataset->digest);
  text["as_published"].get_to(dataset->as_published);
  place_examples(
      *dataset, text["sizes"].get<std::vector<std::size_t>>(), std::move(memory).value());
  return std::shared_ptr<const Dataset>(std::move(dataset));
}

Result<std::shared_ptr<const Dataset>> share_dataset(comm::Transport& transport,
                                                     const std::string& sharing_key,
                                                     const ReadDataset& read) {
  const auto keys = comm::exchange_texts(transport, sharing_key);
  if (!keys) {
    return keys.failure();
  }
  const std::vector<std::string>& all = keys.value();
  const auto reader = std::find(all.begin(), all.end(), sharing_key) - all.begin();
  const bool reads = sharing_key.empty() || reader == transport.process();
  const bool shares = !sharing_key.empty() && std::count(all.begin(), all.end(), sharing_key) > 1;
  const Reading mine = reads ? read_for_group(shares, read) : Reading();
  const auto messages = comm::exchange_texts(transport, mine.message);
  if (!messages) {
    return messages.failure();
  }
  return reads ? mine.dataset
               : dataset_from(messages.value()[static_cast<std::size_t>(reader)], read);
}

}  // namespace murmur::run
