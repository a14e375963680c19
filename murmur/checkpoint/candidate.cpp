// SPDX-License-Identifier: Apache-2.0
#include "murmur/checkpoint/candidate.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include <fmt/format.h>

#include "murmur/checkpoint/checked_file.h"
#include "murmur/checkpoint/folders.h"
#include "murmur/checkpoint/parts.h"
#include "murmur/core/check.h"

namespace murmur::checkpoint {
namespace {

using files::SafetensorsReader;
using files::TensorInfo;

Failure mismatch(const std::string& message) {
  return {FailureKind::kMismatch, message};
}

bool is_count(double number) {
  constexpr double kMost = 9e15;  // exact in a double
  return number >= 0 && number <= kMost && number == std::floor(number);
}

template <class T>
Status same(const char* what, const T& saved, const T& here) {
  if (saved == here) {
    return Ok{};
  }
  return mismatch(fmt::format("it has {} {}, this run has {}", what, saved, here));
}

}  // namespace

template <class S>
Status Candidate<S>::check_run() const {
  const Manifest& saved = manifest_;
  for (const Status& status :
       {same<std::string>("the algorithm", saved.algorithm, engine_.program().name),
        same<std::string>("the precision", saved.precision, precision_name<S>()),
        same<int>("workers:", saved.workers, workers_),
        same<std::string>("the configuration", saved.config_digest, place_.config_digest)}) {
    if (!status) {
      return status;
    }
  }
  return Ok{};
}

// The file of worker 0 holds the fields that are kept once.
template <class S>
bool Candidate<S>::is_needed(const CheckpointFile& file) const {
  const comm::WorkerRange local = engine_.local();
  return file.workers.begin == 0 ||
         (file.workers.begin < local.end && local.begin < file.workers.end);
}

template <class S>
Status Candidate<S>::check_tensors(const Part& part) const {
  std::set<std::string> wanted;
  for (const Field& field : engine_.program().fields) {
    for (const TensorSlot& slot : engine_.layout(field).tensors()) {
      if (!is_saved(field) || (field.shared && part.workers.begin != 0)) {
        continue;
      }
      const std::string name = tensor_name(field, slot);
      const TensorInfo* tensor = part.reader.find(name);
      if (tensor == nullptr) {
        return mismatch(fmt::format("it lacks the tensor '{}'", name));
      }
      if (tensor->shape != tensor_shape(field, slot, part.workers.size()) ||
          tensor->dtype != files::dtype_of<S>()) {
        return mismatch(fmt::format("its tensor '{}' is of another shape or type", name));
      }
      wanted.insert(name);
    }
  }
  for (const TensorInfo& tensor : part.reader.tensors()) {
    if (!wanted.contains(tensor.name)) {
      return mismatch(fmt::format("it has a tensor '{}', this run has none", tensor.name));
    }
  }
  return Ok{};
}

template <class S>
Status Candidate<S>::open_parts() {
  for (const CheckpointFile& file : manifest_.files) {
    if (!is_needed(file)) {
      continue;
    }
    Result<SafetensorsReader> reader = open_checked(path_, file);
    if (!reader) {
      return reader.failure();
    }
    parts_.push_back({std::move(reader).value(), file.workers});
    if (Status fits = check_tensors(parts_.back()); !fits) {
      return fits;
    }
  }
  return Ok{};
}

// Numbers of the extras file, by their name; others than the known ones are left alone.
template <class S>
Status Candidate<S>::take_extra(const std::string& name, const std::vector<double>& numbers) {
  const auto are_counts = [&](std::size_t count) {
    return numbers.size() == count && std::all_of(numbers.begin(), numbers.end(), is_count);
  };
  const auto rest_behind = [&](std::string_view prefix) { return name.substr(prefix.size()); };
  if (name == kPushWeightsName) {
    manifest_.counters.push_weights = numbers;
  } else if (name == kBatchesName) {
    if (!are_counts(static_cast<std::size_t>(workers_))) {
      return mismatch("its numbers of batches are no counts, one per worker");
    }
    manifest_.counters.batches.assign(numbers.begin(), numbers.end());
  } else if (name == kAgesName) {
    if (!are_counts(engine_.factor_groups())) {
      return mismatch("its ages are no counts, one per group of tensors");
    }
    manifest_.counters.ages.assign(numbers.begin(), numbers.end());
  } else if (name.starts_with(kPerWorkerPrefix)) {
    restored_.extras.per_worker[rest_behind(kPerWorkerPrefix)] = numbers;
  } else if (name.starts_with(kNumbersPrefix)) {
    restored_.extras.numbers[rest_behind(kNumbersPrefix)] = numbers;
  }
  return Ok{};
}

template <class S>
Status Candidate<S>::read_extras() {
  restored_.step = step_;
  restored_.extras.texts = manifest_.texts;
  if (!manifest_.extras) {
    return Ok{};
  }
  const Result<SafetensorsReader> reader = open_checked(path_, *manifest_.extras);
  if (!reader) {
    return reader.failure();
  }
  const comm::WorkerRange local = engine_.local();
  for (const TensorInfo& tensor : reader.value().tensors()) {
    const bool per_worker = tensor.name.starts_with(kPerWorkerPrefix);
    const auto size = static_cast<std::size_t>(tensor.end - tensor.begin) / sizeof(double);
    if (tensor.dtype != files::Dtype::kF64 ||
        (per_worker && size != static_cast<std::size_t>(workers_))) {
      return mismatch(fmt::format("its numbers '{}' are of another kind", tensor.name));
    }
    std::vector<double> numbers(per_worker ? static_cast<std::size_t>(local.size()) : size);
    const auto first = static_cast<std::uint64_t>(per_worker ? local.begin : 0);
    if (Status read = reader.value().read(tensor, first, std::span(numbers)); !read) {
      return read;
    }
    if (Status taken = take_extra(tensor.name, numbers); !taken) {
      return taken;
    }
  }
  return Ok{};
}

template <class S>
Status Candidate<S>::examine() {
  Result<Manifest> manifest = read_manifest(place_.folder, step_);
  if (!manifest) {
    return manifest.failure();
  }
  manifest_ = std::move(manifest).value();
  if (Status fits = check_run(); !fits) {
    return fits;
  }
  if (Status opened = open_parts(); !opened) {
    return opened;
  }
  return read_extras();
}

template <class S>
Status Candidate<S>::load_rows(engine::Engine<S>& engine, const Part& part, std::size_t f) const {
  const Field& field = engine.program().fields[f];
  const comm::WorkerRange local = engine.local();
  const int begin = field.shared ? local.begin : std::max(local.begin, part.workers.begin);
  const int end = field.shared ? local.begin + 1 : std::min(local.end, part.workers.end);
  for (const TensorSlot& slot : engine.layout(field).tensors()) {
    const TensorInfo* tensor = part.reader.find(tensor_name(field, slot));
    for (int worker = begin; worker < end; ++worker) {
      const auto place =
          field.shared ? std::size_t{0} : static_cast<std::size_t>(worker - part.workers.begin);
      const std::span<S> row = engine.mutable_row(f, worker).subspan(slot.offset, slot.size);
      if (Status read = part.reader.read(*tensor, place * slot.size, row); !read) {
        return read;
      }
    }
  }
  return Ok{};
}

template <class S>
Status Candidate<S>::load(engine::Engine<S>& engine) const {
  const std::vector<Field>& fields = engine.program().fields;
  for (const Part& part : parts_) {
    for (std::size_t f = 0; f < fields.size(); ++f) {
      if (!is_saved(fields[f]) || (fields[f].shared && part.workers.begin != 0)) {
        continue;
      }
      if (Status loaded = load_rows(engine, part, f); !loaded) {
        return loaded;
      }
    }
  }
  engine.restore(manifest_.counters);
  return Ok{};
}

template class Candidate<float>;
template class Candidate<double>;

}  // namespace murmur::checkpoint
