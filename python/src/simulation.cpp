// SPDX-License-Identifier: Apache-2.0
// A murmur::Simulation whose task is of functions of Python, or of a model and data by name.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "callbacks.h"
#include "engines.h"
#include "rows.h"
#include "shared.h"
#include <murmur/simulation.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace murmur::python {
namespace {

template <class S>
class Simulated {
 public:
  using Engine = BasicSimulation<S>;

  Simulated(BasicTask<S> task, const Options& options, std::shared_ptr<Callbacks> callbacks)
      : callbacks_(std::move(callbacks)), engine_(make(std::move(task), options)) {}
  explicit Simulated(const Options& options) : engine_(make_by_name(options)) {}
  Simulated(const Simulated&) = delete;
  Simulated& operator=(const Simulated&) = delete;
  ~Simulated() { clear(); }

  Engine& engine() const { return engine_.get(); }
  nb::capsule owner() const { return engine_.owner(); }
  void close() {
    clear();
    engine_.close();
  }

  int traverse(visitproc visit, void* argument) const {
    return callbacks_ == nullptr ? 0 : callbacks_->traverse(visit, argument);
  }
  void clear() {
    if (callbacks_ != nullptr) {
      callbacks_->clear();
    }
  }

 private:
  static Engine make(BasicTask<S> task, const Options& options) {
    const nb::gil_scoped_release others;
    return Engine(std::move(task), options);
  }
  static Engine make_by_name(const Options& options) {
    const nb::gil_scoped_release others;
    return Engine(options);
  }

  std::shared_ptr<Callbacks> callbacks_;
  Shared<Engine> engine_;
};

template <class S>
int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  return nb::inst_ready(self) ? nb::inst_ptr<Simulated<S>>(self)->traverse(visit, arg) : 0;
}

template <class S>
int clear(PyObject* self) {
  if (nb::inst_ready(self)) {
    nb::inst_ptr<Simulated<S>>(self)->clear();
  }
  return 0;
}

template <class S>
struct Slots {
  static inline PyType_Slot all[] = {
      {Py_tp_traverse, reinterpret_cast<void*>(&traverse<S>)},
      {Py_tp_clear, reinterpret_cast<void*>(&clear<S>)},
      {0, nullptr},
  };
};

template <class S>
void make_of_task(Simulated<S>* self,
                  const Options& options,
                  const std::vector<Named>& parameters,
                  const std::vector<Named>& buffers,
                  bool average_buffers,
                  nb::callable start,
                  nb::callable gradient,
                  nb::object score,
                  std::int64_t score_parts,
                  std::int64_t steps_per_epoch,
                  std::vector<std::int64_t> examples) {
  auto callbacks = std::make_shared<Callbacks>(
      Callbacks{std::move(start), std::move(gradient), std::move(score)});
  BasicTask<S> task;
  task.parameters = parameters_of(parameters);
  task.buffers = parameters_of(buffers);
  task.average_buffers = average_buffers;
  task.score_parts = score_parts;
  task.steps_per_epoch = steps_per_epoch;
  task.examples = std::move(examples);
  set_functions(task, callbacks);
  new (self) Simulated<S>(std::move(task), options, std::move(callbacks));
}

template <class S>
std::vector<double> step(const Simulated<S>& self, std::optional<double> lr) {
  BasicSimulation<S>& engine = self.engine();
  std::vector<double> losses;
  {
    const nb::gil_scoped_release others;
    const auto all = lr ? engine.step(*lr) : engine.step();
    losses.assign(all.begin(), all.end());
  }
  return losses;
}

template <class S>
nb::list row(const Simulated<S>& self, int worker, const std::string& field) {
  BasicSimulation<S>& engine = self.engine();
  const auto span = engine.row(worker, field);
  const bool is_model = span.size() == engine.row_size();
  return views_of(const_cast<S*>(span.data()),
                  is_model ? engine.parameters() : engine.buffer_layout(),
                  self.owner());
}

template <class S>
nb::list buffers(const Simulated<S>& self, int worker) {
  const auto span = self.engine().buffers(worker);
  return views_of(const_cast<S*>(span.data()), self.engine().buffer_layout(), self.owner());
}

}  // namespace

template <class S>
void bind_simulation(nb::module_& module, const char* name) {
  using Class = Simulated<S>;
  using Engine = BasicSimulation<S>;
  nb::class_<Class>(module, name, nb::type_slots(Slots<S>::all), nb::is_weak_referenceable())
      .def("__init__",
           &make_of_task<S>,
           nb::arg("options"),
           nb::arg("parameters"),
           nb::arg("buffers"),
           nb::arg("average_buffers"),
           nb::arg("start"),
           nb::arg("gradient"),
           nb::arg("score").none(),
           nb::arg("score_parts"),
           nb::arg("steps_per_epoch"),
           nb::arg("examples"))
      .def(nb::init<const Options&>(), nb::arg("options"))
      .def("step", &step<S>, nb::arg("lr").none())
      .def("rate", [](const Class& self) { return self.engine().rate(); })
      .def("steps", [](const Class& self) { return self.engine().steps(); })
      .def("schedule", [](const Class& self) { return self.engine().schedule(); })
      .def("workers", [](const Class& self) { return self.engine().workers(); })
      .def("parameters", [](const Class& self) { return named_of(self.engine().parameters()); })
      .def("buffer_layout",
           [](const Class& self) { return named_of(self.engine().buffer_layout()); })
      .def("fields", [](const Class& self) { return self.engine().fields(); })
      .def("row_address",
           [](const Class& self, int worker) { return address(self.engine().row(worker).data()); })
      .def("row", &row<S>)
      .def("buffers", &buffers<S>)
      .def("views",
           [](const Class& self, std::uintptr_t at, bool of_buffers) {
             const Engine& engine = self.engine();
             return views_of(reinterpret_cast<S*>(at),
                             of_buffers ? engine.buffer_layout() : engine.parameters(),
                             self.owner());
           })
      .def("average_model",
           [](const Class& self) {
             Engine& engine = self.engine();
             const auto span = engine.average_model();
             return views_of(const_cast<S*>(span.data()), engine.parameters(), self.owner());
           })
      .def("consensus_distance", unlocked<Class>(&Engine::consensus_distance))
      .def("digest", unlocked<Class>(&Engine::digest))
      .def("evaluate", unlocked<Class>(&Engine::evaluate))
      .def("record", unlocked<Class>(&Engine::record))
      .def("report", unlocked<Class>(&Engine::report))
      .def("save", unlocked<Class>(&Engine::save))
      .def("resume", unlocked<Class>(&Engine::resume))
      .def("config", [](const Class& self) { return self.engine().config(); })
      .def("warnings", [](const Class& self) { return self.engine().warnings(); })
      .def("close", &Class::close);
}

template void bind_simulation<float>(nb::module_&, const char*);
template void bind_simulation<double>(nb::module_&, const char*);

}  // namespace murmur::python
