// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/train.h"

#include "murmur/core/check.h"
#include "murmur/run/run_folder.h"
#include "murmur/run/session.h"

namespace murmur::run {

TrainOutcome train(const Config& config, const TrainRequest& request) {
  MURMUR_CHECK(config.purpose == Purpose::kTrain, "not a training configuration");
  const Entrance entrance = enter({request.folder}, config, request.resume);
  if (entrance == Entrance::kShow) {
    return {.code = ExitCode::kDone,
            .message = {},
            .summary = read_summary(request.folder).value(),
            .already_there = true};
  }
  const bool resume = entrance == Entrance::kResume;
  if (config.precision == Precision::kSingle) {
    return Session<float>(config, request).run(resume);
  }
  return Session<double>(config, request).run(resume);
}

}  // namespace murmur::run
