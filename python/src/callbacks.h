// SPDX-License-Identifier: Apache-2.0
// Functions of Python that the engine calls, on any of its threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <murmur/task.h>
#include <nanobind/nanobind.h>

namespace murmur::python {

namespace nb = nanobind;

// On a thread that Python does not know: makes its state, and keeps it until the thread ends.
// Otherwise every call would make one, which takes some 10 us.
void keep_thread_state();

// The interpreter's lock, on any thread.
class Interpreter {
 public:
  Interpreter() = default;

 private:
  struct Kept {
    Kept() { keep_thread_state(); }
  } kept_;
  nb::gil_scoped_acquire lock_;
};

// What a simulation calls. None: there is none.
struct Callbacks {
  nb::object start;     // (worker, row, buffers)
  nb::object gradient;  // (worker, batch, step, thread, row, gradient, buffers) -> loss
  nb::object score;     // (row, buffers, part) -> {name: (sum, count)}

  // For Python's collector of cycles.
  int traverse(visitproc visit, void* argument) const;
  void clear();
};

// Rows are given as addresses, of which _murmur.views() makes arrays; 0: there is none.
template <class S>
std::uintptr_t address(const S* row) {
  return reinterpret_cast<std::uintptr_t>(row);
}

// The functions of a task that call `callbacks`, which must outlive them while they are called.
template <class S>
void set_functions(BasicTask<S>& task, const std::shared_ptr<Callbacks>& callbacks);

extern template void set_functions(BasicTask<float>&, const std::shared_ptr<Callbacks>&);
extern template void set_functions(BasicTask<double>&, const std::shared_ptr<Callbacks>&);

}  // namespace murmur::python
