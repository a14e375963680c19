// SPDX-License-Identifier: Apache-2.0
// Engines of several processes within this one, each on its own thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "murmur/comm/in_process/in_process_fabric.h"
#include "tests/support/worlds.h"

namespace murmur::testing {

// Makes an engine per process of the world, and calls task(engine, process) for all at the same
// time; or task(engine, process, transport), for two processes or more. A process leaves when its
// task ends.
template <class S, class Task>
void in_world(const RunSpec<S>& spec, const World& world, const Task& task) {
  const std::vector<int> sizes =
      world.ownership.empty() ? std::vector<int>{spec.problem()->workers()} : world.ownership;
  comm::InProcessFabric fabric(static_cast<int>(sizes.size()), std::chrono::minutes(2));
  std::vector<std::thread> threads;
  for (std::size_t p = 0; p < sizes.size(); ++p) {
    threads.emplace_back([&, p] {
      const auto transport = fabric.transport(static_cast<int>(p));
      const std::unique_ptr<problems::Problem<S>> problem = spec.problem();
      threads::Pool pool(world.threads);
      engine::EngineParts<S> parts = parts_of(spec, problem.get(), &pool);
      parts.transport = sizes.size() == 1 ? nullptr : transport.get();
      parts.ownership = comm::Ownership(sizes);
      engine::Engine<S> engine(std::move(parts));
      if constexpr (std::is_invocable_v<Task, engine::Engine<S>&, int, comm::Transport&>) {
        task(engine, static_cast<int>(p), *transport);
      } else {
        task(engine, static_cast<int>(p));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace murmur::testing
