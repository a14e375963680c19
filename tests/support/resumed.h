// SPDX-License-Identifier: Apache-2.0
// A checkpoint before every step, and a run resumed from each: none differs from the run that was
// not stopped.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/checkpoint/checkpoint.h"
#include "tests/support/process_world.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/worlds.h"

namespace murmur::testing {

// Saved by the processes of `world`, resumed in one, from every `every`th step.
template <class S>
void expect_resumes_anywhere(const RunSpec<S>& spec,
                             const std::string& label,
                             const World& world,
                             std::size_t every = 1) {
  const Rows<S> straight = run(spec);
  const TemporaryFolder folder;
  const auto place = [&](std::size_t stop) {
    return checkpoint::CheckpointPlace{.folder = folder.path() / std::to_string(stop),
                                       .config_digest = "d"};
  };
  in_world(spec, world, [&](engine::Engine<S>& engine, int) {
    for (std::size_t stop = 0; stop < spec.rates.size(); ++stop) {
      if (stop % every == 0) {
        EXPECT_TRUE(checkpoint::save_checkpoint(engine, place(stop)));
      }
      EXPECT_TRUE(engine.step(spec.rates[stop]));
    }
    EXPECT_TRUE(engine.settle());
  });
  for (std::size_t stop = 0; stop < spec.rates.size(); stop += every) {
    const Solo<S> resumed(spec, 2);
    const auto restored = checkpoint::restore_checkpoint(*resumed.engine, place(stop));
    ASSERT_TRUE(restored) << label << ": " << restored.failure().message;
    for (std::size_t step = stop; step < spec.rates.size(); ++step) {
      ASSERT_TRUE(resumed.engine->step(spec.rates[step]));
    }
    EXPECT_EQ(rows_of(*resumed.engine), straight) << label << ", stopped after " << stop;
  }
}

}  // namespace murmur::testing
