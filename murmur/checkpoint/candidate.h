// SPDX-License-Identifier: Apache-2.0
// A checkpoint that may be restored, as seen by one process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "murmur/checkpoint/checkpoint.h"
#include "murmur/checkpoint/folders.h"
#include "murmur/checkpoint/manifest.h"
#include "murmur/core/error.h"
#include "murmur/engine/engine.h"
#include "murmur/files/safetensors.h"

namespace murmur::checkpoint {

template <class S>
class Candidate {
 public:
  Candidate(const engine::Engine<S>& engine,
            const CheckpointPlace& place,
            int workers,
            std::int64_t step)
      : engine_(engine),
        place_(place),
        workers_(workers),
        step_(step),
        path_(checkpoint_path(place.folder, step)) {}

  // Checks everything that this process needs, and changes nothing. kDamaged; kMismatch: it is of
  // another run; kIo.
  Status examine();
  // REQUIRES: examine() succeeded.
  Status load(engine::Engine<S>& engine) const;
  const Restored& restored() const { return restored_; }  // without notes

 private:
  struct Part {
    files::SafetensorsReader reader;
    comm::WorkerRange workers;
  };

  Status check_run() const;
  Status open_parts();
  bool is_needed(const CheckpointFile& file) const;
  Status check_tensors(const Part& part) const;
  Status read_extras();
  Status take_extra(const std::string& name, const std::vector<double>& numbers);
  Status load_rows(engine::Engine<S>& engine, const Part& part, std::size_t f) const;

  const engine::Engine<S>& engine_;
  const CheckpointPlace& place_;
  const int workers_;
  const std::int64_t step_;
  const std::filesystem::path path_;
  Manifest manifest_;
  std::vector<Part> parts_;
  Restored restored_;
};

extern template class Candidate<float>;
extern template class Candidate<double>;

}  // namespace murmur::checkpoint
