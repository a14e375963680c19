// SPDX-License-Identifier: Apache-2.0
// An engine that arrays of its rows keep alive, behind the object of Python that is its owner. The
// functions that the engine calls belong to that object, so arrays that these functions hold make
// no cycle that Python could not see.
#pragma once

#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "callbacks.h"
#include <nanobind/nanobind.h>
#include <unistd.h>

namespace murmur::python {

// Engine: a BasicSimulation or a BasicWorker.
template <class Engine>
class Shared {
 public:
  explicit Shared(Engine engine)
      : owned_(std::make_shared<Owned>(std::make_unique<Engine>(std::move(engine)))) {}

  // Throws where this is another process than the one that made the engine: its threads stayed
  // there.
  Engine& get() const {
    if (owned_ == nullptr || owned_->engine == nullptr) {
      throw nb::value_error("it was closed");
    }
    if (owned_->process != getpid()) {
      throw std::runtime_error(
          "it was made before this process was forked, and its threads are in the other process; "
          "make a new one here");
    }
    return *owned_->engine;
  }

  // An object of Python that keeps the engine alive.
  nb::capsule owner() const {
    return nb::capsule(new std::shared_ptr<Owned>(owned_), [](void* held) noexcept {
      delete static_cast<std::shared_ptr<Owned>*>(held);
    });
  }

  // Arrays of its rows keep it alive until they are gone, too.
  void close() { owned_.reset(); }
  // Destroys it now, as an exception would that passes by: a worker then tells the other processes.
  // REQUIRES: no array of its rows is used any more.
  void abandon() {
    if (owned_ != nullptr && owned_->process == getpid()) {
      const nb::gil_scoped_release others;
      try {
        const std::unique_ptr<Engine> engine = std::move(owned_->engine);
        throw std::runtime_error("abandoned");
      } catch (const std::runtime_error&) {
      }
    }
    owned_.reset();
  }
  bool is_closed() const { return owned_ == nullptr; }

 private:
  struct Owned {
    std::unique_ptr<Engine> engine;
    pid_t process = getpid();

    explicit Owned(std::unique_ptr<Engine> made) : engine(std::move(made)) {}
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    // Its threads may need the interpreter to end. In a forked process there are none to wait for.
    ~Owned() {
      if (process != getpid()) {
        static_cast<void>(engine.release());
      } else if (engine != nullptr) {
        const nb::gil_scoped_release others;
        engine.reset();
      }
    }
  };

  std::shared_ptr<Owned> owned_;
};

// A member of an engine as one of `Class`, called while other threads of Python run.
template <class Class, class Engine, class Value, class... Arguments>
auto unlocked(Value (Engine::*member)(Arguments...)) {
  return [member](const Class& self, std::decay_t<Arguments>... arguments) {
    Engine& engine = self.engine();
    const nb::gil_scoped_release others;
    return (engine.*member)(arguments...);
  };
}

}  // namespace murmur::python
