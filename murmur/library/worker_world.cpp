// SPDX-License-Identifier: Apache-2.0
#include "murmur/library/worker_world.h"

#include <cstring>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/library/configuration.h"
#include "murmur/run/config/document.h"

namespace murmur::library {
namespace {

// Settings that are without an effect where the program computes the gradient.
void require_own_gradient(const run::Config& config) {
  const auto refuse = [](const std::string& given, const std::string& instead) {
    throw UserError(
        fmt::format("{}, and here the gradient is computed by the program: {}", given, instead));
  };
  if (config.gradient.accumulate > 1) {
    refuse(fmt::format("gradient.accumulate = {}", config.gradient.accumulate),
           "let it be the mean over several batches before step(), and leave this setting out");
  }
  if (config.gradient.sharpness > 0) {
    refuse(fmt::format("gradient.sharpness = {}", config.gradient.sharpness),
           "take it at a perturbed model, and leave this setting out");
  }
}

run::Config config_of_process(const run::World& world,
                              const Options& options,
                              run::Precision precision) {
  run::Config config = config_of(options, run::Purpose::kOwnTask, precision, world.processes());
  if (config.workers != world.processes()) {
    throw UserError(fmt::format(
        "workers = {}, and there {} {} process{}, each with one worker; start as many ({}), or "
        "leave workers out",
        config.workers,
        world.processes() == 1 ? "is" : "are",
        world.processes(),
        world.processes() == 1 ? "" : "es",
        fmt::format("mpirun -n {} PROGRAM", config.workers)));
  }
  require_own_gradient(config);
  return config;
}

}  // namespace

std::unique_ptr<run::World> open_world(const Communicator& communicator) {
  return run::World::open_within(communicator.bits());
}

run::Config agreed_config(run::World& world,
                          const Options& options,
                          run::Precision precision,
                          const std::function<std::string()>& model) {
  std::optional<UserError> error;
  run::Config config;
  std::string tensors;
  try {
    tensors = model();
    config = config_of_process(world, options, precision);
  } catch (const std::exception& caught) {
    error.emplace(caught.what());
  }
  world.agree(error);
  run::Config compared = config;
  compared.name.clear();     // of the file, which may lie elsewhere
  compared.threads.reset();  // no result depends on it
  world.require_same(run::to_toml(compared) + tensors);
  if (config.processes.shared_memory) {
    world.share_memory();
  }
  return config;
}

template <class S>
void share_start(run::World& world, std::vector<S>& values) {
  if (world.is_alone() || values.empty()) {
    return;
  }
  const std::string bytes =
      world.broadcast(std::string(reinterpret_cast<const char*>(values.data()),
                                  world.is_first() ? values.size() * sizeof(S) : 0));
  MURMUR_CHECK(bytes.size() == values.size() * sizeof(S), "a start of {} bytes", bytes.size());
  std::memcpy(values.data(), bytes.data(), bytes.size());
}

template void share_start(run::World&, std::vector<float>&);
template void share_start(run::World&, std::vector<double>&);

}  // namespace murmur::library
