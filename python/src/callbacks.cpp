// SPDX-License-Identifier: Apache-2.0
#include "callbacks.h"

#include <optional>

namespace murmur::python {
namespace {

// The state of a thread of the engine, from its first call of Python to its end.
class ThreadState {
 public:
  ThreadState() : state_(PyGILState_Ensure()), saved_(PyEval_SaveThread()) {}
  ThreadState(const ThreadState&) = delete;
  ThreadState& operator=(const ThreadState&) = delete;
  ~ThreadState() {
    if (Py_IsInitialized() != 0 && nb::is_alive()) {
      PyEval_RestoreThread(saved_);
      PyGILState_Release(state_);
    }
  }

 private:
  PyGILState_STATE state_;
  PyThreadState* saved_;
};

std::vector<Sum> sums_of(const nb::object& given) {
  const auto refuse = [] {
    throw nb::type_error("the score of a part is a dictionary {name: (sum, count)}");
  };
  if (!nb::isinstance<nb::dict>(given)) {
    refuse();
  }
  std::vector<Sum> sums;
  for (const auto& [name, value] : nb::borrow<nb::dict>(given)) {
    if (!nb::isinstance<nb::str>(name) || !nb::isinstance<nb::tuple>(value) ||
        nb::len(value) != 2) {
      refuse();
    }
    const auto pair = nb::borrow<nb::tuple>(value);
    sums.push_back({.name = nb::borrow<nb::str>(name).c_str(),
                    .sum = nb::cast<double>(nb::float_(pair[0])),
                    .count = nb::cast<std::int64_t>(nb::int_(pair[1]))});
  }
  return sums;
}

}  // namespace

// A thread that Python knows has a state of its own.
void keep_thread_state() {
  thread_local std::optional<ThreadState> state;
  thread_local bool has_looked = false;
  if (!has_looked) {
    has_looked = true;
    if (PyGILState_GetThisThreadState() == nullptr) {
      state.emplace();
    }
  }
}

int Callbacks::traverse(visitproc visit, void* argument) const {
  for (const nb::object* each : {&start, &gradient, &score}) {
    if (each->is_valid()) {
      if (const int found = visit(each->ptr(), argument); found != 0) {
        return found;
      }
    }
  }
  return 0;
}

void Callbacks::clear() {
  start.reset();
  gradient.reset();
  score.reset();
}

template <class S>
void set_functions(BasicTask<S>& task, const std::shared_ptr<Callbacks>& callbacks) {
  task.start = [callbacks](int worker, S* row, S* buffers) {
    const Interpreter python;
    callbacks->start(worker, address(row), address(buffers));
  };
  task.gradient = [callbacks](const BasicGradient<S>& asked) {
    const Interpreter python;
    return nb::cast<double>(nb::float_(callbacks->gradient(asked.worker,
                                                           asked.batch,
                                                           asked.step,
                                                           asked.thread,
                                                           address(asked.x),
                                                           address(asked.gradient),
                                                           address(asked.buffers))));
  };
  if (task.score_parts > 0) {
    task.score = [callbacks](const S* x, const S* buffers, std::int64_t part) {
      const Interpreter python;
      return sums_of(callbacks->score(address(x), address(buffers), part));
    };
  }
}

template void set_functions(BasicTask<float>&, const std::shared_ptr<Callbacks>&);
template void set_functions(BasicTask<double>&, const std::shared_ptr<Callbacks>&);

}  // namespace murmur::python
