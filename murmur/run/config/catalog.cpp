// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/config/catalog.h"

#include <algorithm>
#include <utility>

#include "murmur/algorithms/algorithm.h"
#include "murmur/algorithms/outer/outer.h"
#include "murmur/codecs/compression.h"
#include "murmur/core/check.h"
#include "murmur/data/dataset.h"
#include "murmur/data/partition.h"
#include "murmur/data/transforms/transform.h"
#include "murmur/models/model.h"
#include "murmur/problems/analytic.h"
#include "murmur/run/config/schedule.h"
#include "murmur/topology/topology.h"

namespace murmur::run {
namespace {

template <class Infos>
std::vector<Entry> entries_of(const Infos& infos) {
  std::vector<Entry> entries;
  for (const auto& info : infos) {
    entries.push_back({info.name, info.summary, info.paper, info.options});
  }
  return entries;
}

bool has_option(const Entry& entry, std::string_view option) {
  return std::any_of(entry.options.begin(), entry.options.end(), [&](const OptionInfo& info) {
    return info.name == option;
  });
}

std::vector<Entry> dataset_entries() {
  std::vector<Entry> entries;
  for (const data::DatasetInfo& info : data::datasets()) {
    Entry entry{info.name, info.summary, info.licence, info.options};
    for (const OptionInfo& list : info.lists) {
      if (!has_option(entry, list.name)) {
        entry.options.push_back(list);
      }
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<Entry> tokenizers() {
  return {{"characters", "every code point", "", {}},
          {"words", "what is between white space, and <eos> after every line", "", {}},
          {"sentencepiece",
           "subword pieces, learned from the training text or of a .model",
           "Kudo, Richardson, EMNLP 2018",
           {{.name = "pieces",
             .help = "how a vocabulary is trained",
             .fallback = std::string("unigram"),
             .choices = {"unigram", "bpe"}}}},
          {"wordpiece",
           "the pieces of BERT, of a vocab.txt",
           "Devlin, Chang, Lee, Toutanova, NAACL 2019",
           {}}};
}

std::vector<Entry> losses() {
  constexpr Bounds kShare{0, 1, false, false, "a number from 0 to 1"};
  return {{"cross-entropy",
           "of classes and of tokens: the mean over examples, or over the tokens of a batch",
           "",
           {{.name = "label_smoothing",
             .help = "share of the target that is spread over all classes; not in eval/loss",
             .fallback = 0.0,
             .bounds = kShare}}},
          {"mean-squared-error", "of float targets: the mean over examples and targets", "", {}}};
}

const Kind* find_kind(std::string_view table) {
  const auto& kinds = catalog();
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const Kind& k) { return k.table == table; });
  return found == kinds.end() ? nullptr : &*found;
}

}  // namespace

const std::vector<Kind>& catalog() {
  static const std::vector<Kind> kKinds{
      {"algorithm",
       "algorithms",
       "all take learning_rate, weight_decay (0: none), decay and group",
       entries_of(algorithms::algorithms())},
      {"outer",
       "outer",
       "in `train` start_epoch may stand for start_step; [participation] draws workers for a round",
       entries_of(algorithms::outer_steps())},
      {"compression",
       "codecs",
       "all take min_size (a tensor of fewer entries is sent whole) and start_step (so is "
       "everything "
       "before that step)",
       entries_of(codecs::codecs())},
      {"topology",
       "topologies",
       "all take seed (default: the run's)",
       entries_of(topology::topologies())},
      {"data",
       "datasets",
       "all take folder, partition, batch_size, drop_last, augment, validation and seed",
       dataset_entries()},
      {"augment",
       "augmentations",
       "data.augment: a list of them, applied in its order; true: flip and crop",
       entries_of(data::transforms())},
      {"tokenizer",
       "tokenizers",
       "data.tokenizer, of the datasets of text; all take vocabulary",
       tokenizers()},
      {"partition",
       "partitions",
       "data.partition; their options are keys of [data]",
       entries_of(data::partitions())},
      {"model",
       "models",
       "all take dropout = 0 and compute (single, bf16)",
       entries_of(models::models())},
      {"loss", "losses", "the data decide which; [loss] has their options", losses()},
      {"problem", "problems", "", entries_of(problems::problems())},
      {"schedule",
       "schedules",
       "all take epochs or steps, warmup_epochs or warmup_steps, warmup_from, scale",
       entries_of(schedules())},
  };
  return kKinds;
}

std::vector<std::string> Kind::names() const {
  std::vector<std::string> names;
  for (const Entry& entry : entries) {
    names.push_back(entry.name);
  }
  return names;
}

const Entry* Kind::find(std::string_view name) const {
  const auto found = std::find_if(
      entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

const Kind& kind_of(std::string_view table) {
  const Kind* kind = find_kind(table);
  MURMUR_CHECK(kind != nullptr, "[{}] takes no names", table);
  return *kind;
}

bool is_known(std::string_view table, std::string_view name) {
  const Kind* kind = find_kind(table);
  return kind != nullptr && kind->find(name) != nullptr;
}

std::vector<std::string> keys_of(std::string_view table, std::string_view name) {
  std::vector<std::string> keys;
  for (const OptionInfo& option : kind_of(table).find(name)->options) {
    keys.push_back(option.name);
  }
  return keys;
}

std::vector<std::string> keys_of_all(std::string_view table) {
  std::vector<std::string> keys;
  for (const Entry& entry : kind_of(table).entries) {
    for (const OptionInfo& option : entry.options) {
      keys.push_back(option.name);
    }
  }
  return keys;
}

std::vector<std::string> having(const Kind& kind, std::string_view option) {
  std::vector<std::string> names;
  for (const Entry& entry : kind.entries) {
    if (has_option(entry, option)) {
      names.push_back(entry.name);
    }
  }
  return names;
}

}  // namespace murmur::run
