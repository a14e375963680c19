// SPDX-License-Identifier: Apache-2.0
// Saves an engine and restores it: every model and memory field of all workers, every counter. A
// resumed run has the same bits as one that never stopped, also if workers are distributed over the
// processes in another way.
//
//   DIR/step-40/workers-0-7.safetensors    one file per process, tensors "FIELD/PARAMETER" of shape
//                                          [workers, ...]; a field kept once has no first dimension
//                                          and is in the file of worker 0
//   DIR/step-40/extras.safetensors         numbers that belong to no field, if there are any
//   DIR/step-40/manifest.json              which run this is, and digests of these files
//   (manifest.h)
//
// Processes share the folder. Both functions are collective: every process calls them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/engine/engine.h"

namespace murmur::checkpoint {

// What is saved besides the engine's own state. Names are the same on all processes; so are the
// values of `numbers` and `texts` (UTF-8), of which those of process 0 are saved.
struct Extras {
  std::map<std::string, std::vector<double>> numbers;
  std::map<std::string, std::vector<double>> per_worker;  // one value per local worker
  std::map<std::string, std::string> texts;
};

struct CheckpointPlace {
  std::filesystem::path folder;  // DIR
  std::string config_digest;  // of the settings that must not change between saving and restoring
  int keep = 2;               // how many of the newest checkpoints are kept
  // Checkpoints of later steps are not restored.
  std::int64_t last_step = std::numeric_limits<std::int64_t>::max();
};

// ENSURES: the new checkpoint is complete and on the disk, or the earlier ones are untouched. kIo:
// the system's reason; kPeer.
template <class S>
Status save_checkpoint(engine::Engine<S>& engine,
                       const CheckpointPlace& place,
                       const Extras& extras = {});

struct Restored {
  std::int64_t step = 0;
  Extras extras;
  std::vector<std::string> notes;  // about damaged checkpoints that were skipped
};

// Restores the newest complete checkpoint. kMissing: there is none; kDamaged: none is complete, and
// why; kMismatch: it is of another algorithm, configuration, precision, number of workers or model,
// and which; kIo, kPeer. ENSURES: all processes restore the same one; a failure leaves the engine
// untouched unless the system fails while rows are read.
template <class S>
Result<Restored> restore_checkpoint(engine::Engine<S>& engine, const CheckpointPlace& place);

extern template Status save_checkpoint(engine::Engine<float>&,
                                       const CheckpointPlace&,
                                       const Extras&);
extern template Status save_checkpoint(engine::Engine<double>&,
                                       const CheckpointPlace&,
                                       const Extras&);
extern template Result<Restored> restore_checkpoint(engine::Engine<float>&, const CheckpointPlace&);
extern template Result<Restored> restore_checkpoint(engine::Engine<double>&,
                                                    const CheckpointPlace&);

}  // namespace murmur::checkpoint
