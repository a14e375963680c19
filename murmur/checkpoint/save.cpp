// SPDX-License-Identifier: Apache-2.0
// Every process writes its workers into the temporary folder; the first one adds the manifest and
// renames the folder. Processes wait for each other before the first write and before the manifest,
// and a failure of one process is a failure of all.
#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "murmur/checkpoint/checkpoint.h"
#include "murmur/checkpoint/folders.h"
#include "murmur/checkpoint/manifest.h"
#include "murmur/checkpoint/parts.h"
#include "murmur/core/check.h"
#include "murmur/files/atomic_file.h"
#include "murmur/files/safetensors.h"

namespace murmur::checkpoint {
namespace {

using files::SafetensorsWriter;
using files::TensorPlan;

std::string rows_name(const comm::WorkerRange& workers) {
  return fmt::format("workers-{}-{}.safetensors", workers.begin, workers.end - 1);
}

// A file as text, for the process that writes the manifest: its workers, bytes and digest.
std::string entry_of(const CheckpointFile& file) {
  return fmt::format("{} {} {} {}", file.workers.begin, file.workers.end, file.bytes, file.digest);
}

CheckpointFile file_of(const std::string& entry) {
  CheckpointFile file;
  std::istringstream(entry) >> file.workers.begin >> file.workers.end >> file.bytes >> file.digest;
  file.name = rows_name(file.workers);
  return file;
}

template <class S>
class Saving {
 public:
  Saving(engine::Engine<S>& engine, const CheckpointPlace& place, const Extras& extras)
      : engine_(engine), place_(place), extras_(extras), local_(engine.local()) {}

  Status save();

 private:
  bool is_first() const { return local_.begin == 0; }
  std::int64_t step() const { return engine_.counters().step; }
  std::filesystem::path temporary() const { return temporary_path(place_.folder, step()); }
  files::Metadata metadata() const;
  Status write_rows();
  std::vector<TensorPlan> plan_rows() const;
  Status append_rows(SafetensorsWriter& writer) const;
  Status gather_per_worker();
  Status gather_files();
  Status write_extras();
  Status write_manifest();

  engine::Engine<S>& engine_;
  const CheckpointPlace& place_;
  const Extras& extras_;
  const comm::WorkerRange local_;
  CheckpointFile own_file_;
  std::map<std::string, std::vector<double>> per_worker_;  // of all workers
  Manifest manifest_;
};

template <class S>
files::Metadata Saving<S>::metadata() const {
  return {{"format", "pt"},  // expected by loaders in Python
          {"step", std::to_string(step())},
          {"first_worker", std::to_string(local_.begin)}};
}

template <class S>
std::vector<TensorPlan> Saving<S>::plan_rows() const {
  std::vector<TensorPlan> plan;
  for (const Field& field : engine_.program().fields) {
    for (const TensorSlot& slot : engine_.layout(field).tensors()) {
      if (is_saved(field) && (!field.shared || is_first())) {
        plan.push_back({tensor_name(field, slot),
                        files::dtype_of<S>(),
                        tensor_shape(field, slot, local_.size())});
      }
    }
  }
  return plan;
}

template <class S>
Status Saving<S>::append_rows(SafetensorsWriter& writer) const {
  const std::vector<Field>& fields = engine_.program().fields;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    if (!is_saved(fields[f]) || (fields[f].shared && !is_first())) {
      continue;
    }
    const int end = fields[f].shared ? local_.begin + 1 : local_.end;
    for (const TensorSlot& slot : engine_.layout(fields[f]).tensors()) {
      for (int worker = local_.begin; worker < end; ++worker) {
        const std::span<const S> row = engine_.row(f, worker);
        if (Status status = writer.append(row.subspan(slot.offset, slot.size)); !status) {
          return status;
        }
      }
    }
  }
  return Ok{};
}

template <class S>
Status Saving<S>::write_rows() {
  own_file_.name = rows_name(local_);
  own_file_.workers = local_;
  const std::filesystem::path path = temporary() / own_file_.name;
  Result<SafetensorsWriter> writer = SafetensorsWriter::create(path, plan_rows(), metadata());
  if (!writer) {
    return writer.failure();
  }
  if (Status status = append_rows(writer.value()); !status) {
    return status;
  }
  own_file_.bytes = writer.value().bytes();
  own_file_.digest = writer.value().digest();
  return writer.value().commit();
}

template <class S>
Status Saving<S>::gather_per_worker() {
  for (const auto& [name, values] : extras_.per_worker) {
    Result<std::vector<double>> all = engine_.collectives().gather(values);
    if (!all) {
      return all.failure();
    }
    per_worker_.emplace(name, std::move(all).value());
  }
  return Ok{};
}

// Collects what every process has written, one entry per process.
template <class S>
Status Saving<S>::gather_files() {
  const auto all = engine_.collectives().gather_texts(entry_of(own_file_));
  if (!all) {
    return all.failure();
  }
  for (const std::string& entry : all.value()) {
    manifest_.files.push_back(file_of(entry));
    manifest_.workers = manifest_.files.back().workers.end;
  }
  return Ok{};
}

template <class S>
Status Saving<S>::write_extras() {
  std::vector<TensorPlan> plan;
  std::vector<std::span<const double>> values;
  const auto add = [&](const std::string& name, const std::vector<double>& numbers) {
    plan.push_back({name, files::Dtype::kF64, {static_cast<std::int64_t>(numbers.size())}});
    values.emplace_back(numbers);
  };
  if (!engine_.counters().push_weights.empty()) {
    add(kPushWeightsName, engine_.counters().push_weights);
  }
  // Counts are below 2^53.
  const auto numbers_of = [](const std::vector<std::int64_t>& counts) {
    return std::vector<double>(counts.begin(), counts.end());
  };
  const std::vector<double> batches = numbers_of(engine_.counters().batches);
  const std::vector<double> ages = numbers_of(engine_.counters().ages);
  if (!batches.empty()) {
    add(kBatchesName, batches);
  }
  if (!ages.empty()) {
    add(kAgesName, ages);
  }
  for (const auto& [name, numbers] : extras_.numbers) {
    add(kNumbersPrefix + name, numbers);
  }
  for (const auto& [name, numbers] : per_worker_) {
    add(kPerWorkerPrefix + name, numbers);
  }
  if (plan.empty()) {
    return Ok{};
  }
  Result<SafetensorsWriter> writer = SafetensorsWriter::create(temporary() / kExtrasName, plan, {});
  if (!writer) {
    return writer.failure();
  }
  for (const std::span<const double> numbers : values) {
    if (Status status = writer.value().append(numbers); !status) {
      return status;
    }
  }
  manifest_.extras = CheckpointFile{
      .name = kExtrasName, .bytes = writer.value().bytes(), .digest = writer.value().digest()};
  return writer.value().commit();
}

template <class S>
Status Saving<S>::write_manifest() {
  manifest_.algorithm = engine_.program().name;
  manifest_.precision = precision_name<S>();
  manifest_.config_digest = place_.config_digest;
  manifest_.counters = engine_.counters();
  manifest_.texts = extras_.texts;
  if (Status extras = write_extras(); !extras) {
    return extras;
  }
  if (Status written = files::write_file(temporary() / kManifestName, to_text(manifest_));
      !written) {
    return written;
  }
  return place_checkpoint(place_.folder, step());
}

template <class S>
Status Saving<S>::save() {
  if (Status settled = engine_.settle(); !settled) {
    return settled;
  }
  if (Status begun = engine_.collectives().agree(
          is_first() ? begin_checkpoint(place_.folder, step()) : Status(Ok{}));
      !begun) {
    return begun;
  }
  Status status = engine_.collectives().agree(write_rows());
  if (status) {
    status = gather_per_worker();
  }
  if (status) {
    status = gather_files();
  }
  if (status) {
    status = engine_.collectives().agree(is_first() ? write_manifest() : Status(Ok{}));
  }
  if (is_first()) {
    if (status) {
      drop_old_checkpoints(place_.folder, step(), place_.keep);
    } else {
      drop_temporary(place_.folder, step());
    }
  }
  return status;
}

}  // namespace

template <class S>
Status save_checkpoint(engine::Engine<S>& engine,
                       const CheckpointPlace& place,
                       const Extras& extras) {
  MURMUR_CHECK(place.keep >= 1, "keep = {}", place.keep);
  Status saved = Saving<S>(engine, place, extras).save();
  if (!saved) {
    return saved.failure().in(
        fmt::format("the checkpoint of step {} is not saved", engine.counters().step));
  }
  return saved;
}

template Status save_checkpoint(engine::Engine<float>&, const CheckpointPlace&, const Extras&);
template Status save_checkpoint(engine::Engine<double>&, const CheckpointPlace&, const Extras&);

}  // namespace murmur::checkpoint
