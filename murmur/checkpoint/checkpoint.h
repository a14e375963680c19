// SPDX-License-Identifier: Apache-2.0
// Saves an engine and restores it: every model and memory field of all workers, every counter.
// Resuming gives the same bits as never having stopped, also under another ownership of workers.
//
//   DIR/step-40/workers-0-7.safetensors    one file per process, tensors "FIELD/PARAMETER" of shape
//                                          [workers, ...]; a field kept once has no first dimension
//                                          and is in the file of worker 0
//   DIR/step-40/extras.safetensors         numbers that belong to no field, if there are any
//   DIR/step-40/manifest.json              what it is of, and the digests of these (manifest.h)
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

// What is saved beside the engine's own state. Names are the same on all processes; values of
// `numbers` and `texts` (UTF-8) too, those of process 0 count.
struct Extras {
  std::map<std::string, std::vector<double>> numbers;
  std::map<std::string, std::vector<double>> per_worker;  // one of each local worker
  std::map<std::string, std::string> texts;
};

struct CheckpointPlace {
  std::filesystem::path folder;  // DIR
  std::string config_digest;     // of what must not change between saving and restoring
  int keep = 2;                  // how many of the newest stay
  // Those of later steps are not restored.
  std::int64_t last_step = std::numeric_limits<std::int64_t>::max();
};

// ENSURES: the new checkpoint is whole and on the disk, or those before it are untouched. kIo: the
// system's reason; kPeer.
template <class S>
Status save_checkpoint(engine::Engine<S>& engine,
                       const CheckpointPlace& place,
                       const Extras& extras = {});

struct Restored {
  std::int64_t step = 0;
  Extras extras;
  std::vector<std::string> notes;  // of damaged checkpoints that were passed over
};

// Restores the newest checkpoint that is whole. kMissing: there is none; kDamaged: none is whole,
// and why; kMismatch: it is of another algorithm, configuration, precision, number of workers or
// model, and which; kIo, kPeer. ENSURES: all processes restore the same one; unless the system
// fails while rows are read, the engine is untouched by a failure.
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
