// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/division/own_test.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "murmur/data/division/groups.h"

namespace murmur::data {
namespace {

using Parts = std::vector<std::vector<std::int32_t>>;

// Cuts `examples` at the rounded cumulative shares of `counts`.
void deal(const std::vector<std::int32_t>& examples,
          const std::vector<std::int64_t>& counts,
          Parts& parts) {
  const std::int64_t total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  std::int64_t cumulative = 0;
  std::size_t begin = 0;
  for (std::size_t worker = 0; worker < counts.size() && total > 0; ++worker) {
    cumulative += counts[worker];
    const double share = static_cast<double>(cumulative) / static_cast<double>(total);
    const auto end =
        static_cast<std::size_t>(std::llround(share * static_cast<double>(examples.size())));
    for (; begin < end; ++begin) {
      parts[worker].push_back(examples[begin]);
    }
  }
}

void deal_by_label(const Dataset& dataset, const Partition& partition, Parts& parts) {
  const auto classes = static_cast<std::size_t>(dataset.classes);
  const auto workers = static_cast<std::size_t>(partition.workers());
  const std::vector<std::int32_t> training = dataset.training.labels();
  const std::vector<std::int32_t> test = dataset.test.labels();
  std::vector<std::vector<std::int64_t>> counts(classes, std::vector<std::int64_t>(workers, 0));
  for (std::size_t worker = 0; worker < workers; ++worker) {
    for (const std::int32_t example : partition.of(static_cast<int>(worker))) {
      const std::int32_t label = training[static_cast<std::size_t>(example)];
      ++counts[static_cast<std::size_t>(label)][worker];
    }
  }
  std::vector<std::vector<std::int32_t>> of_class(classes);
  for (std::size_t i = 0; i < test.size(); ++i) {
    of_class[static_cast<std::size_t>(test[i])].push_back(static_cast<std::int32_t>(i));
  }
  for (std::size_t c = 0; c < classes; ++c) {
    deal(of_class[c], counts[c], parts);
  }
}

void deal_by_amount(const Dataset& dataset, const Partition& partition, Parts& parts) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(dataset.test.count()));
  std::iota(all.begin(), all.end(), 0);
  std::vector<std::int64_t> counts;
  for (int worker = 0; worker < partition.workers(); ++worker) {
    counts.push_back(partition.count(worker));
  }
  deal(all, counts, parts);
}

Status deal_by_group(const Dataset& dataset,
                     const Partition& partition,
                     const std::string& by,
                     Parts& parts) {
  const auto training = groups_of(dataset.training, by);
  const auto test = groups_of(dataset.test, by);
  if (!training || !test) {
    return (training ? test : training).failure().in("data.own_test: of the test set");
  }
  std::map<std::int32_t, std::size_t> worker_of;
  for (int worker = 0; worker < partition.workers(); ++worker) {
    for (const std::int32_t example : partition.of(worker)) {
      worker_of[training.value()[static_cast<std::size_t>(example)]] =
          static_cast<std::size_t>(worker);
    }
  }
  for (std::size_t i = 0; i < test.value().size(); ++i) {
    const auto found = worker_of.find(test.value()[i]);
    if (found != worker_of.end()) {
      parts[found->second].push_back(static_cast<std::int32_t>(i));
    }
  }
  return Ok{};
}

}  // namespace

Result<Parts> deal_test_set(const Dataset& dataset,
                            const Partition& partition,
                            const PartitionSettings& settings) {
  Parts parts(static_cast<std::size_t>(partition.workers()));
  if (settings.name == "natural") {
    if (const Status dealt = deal_by_group(dataset, partition, settings.by, parts); !dealt) {
      return dealt.failure();
    }
  } else if (dataset.task == Task::kClassification) {
    deal_by_label(dataset, partition, parts);
  } else {
    deal_by_amount(dataset, partition, parts);
  }
  for (std::vector<std::int32_t>& part : parts) {
    std::ranges::sort(part);
  }
  return parts;
}

}  // namespace murmur::data
