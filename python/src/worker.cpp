// SPDX-License-Identifier: Apache-2.0
// A murmur::Worker, whose loop is in Python.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "callbacks.h"
#include "engines.h"
#include "rows.h"
#include "shared.h"
#include <murmur/worker.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace murmur::python {
namespace {

template <class S>
class Joined {
 public:
  using Engine = BasicWorker<S>;

  Joined(BasicTask<S> task, const Options& options, const Communicator& communicator)
      : engine_(make(std::move(task), options, communicator)) {}

  Engine& engine() const { return engine_.get(); }
  nb::capsule owner() const { return engine_.owner(); }
  void close() { engine_.close(); }
  void abandon() { engine_.abandon(); }

 private:
  static Engine make(BasicTask<S> task, const Options& options, const Communicator& communicator) {
    const nb::gil_scoped_release others;
    return Engine(std::move(task), options, communicator);
  }

  Shared<Engine> engine_;
};

template <class S>
void make_worker(Joined<S>* self,
                 const Options& options,
                 const std::vector<Named>& parameters,
                 const std::vector<Named>& buffers,
                 bool average_buffers,
                 const nb::callable& start,
                 std::int64_t steps_per_epoch,
                 std::optional<std::uintptr_t> communicator) {
  BasicTask<S> task;
  task.parameters = parameters_of(parameters);
  task.buffers = parameters_of(buffers);
  task.average_buffers = average_buffers;
  task.steps_per_epoch = steps_per_epoch;
  // Called within the constructor alone.
  task.start = [start = &start](int worker, S* row, S* buffer_row) {
    const Interpreter python;
    (*start)(worker, address(row), address(buffer_row));
  };
  new (self) Joined<S>(
      std::move(task), options, communicator ? Communicator(*communicator) : Communicator());
}

template <class S>
nb::list views(const Joined<S>& self,
               std::span<const S> row,
               const std::vector<Parameter>& places) {
  return views_of(const_cast<S*>(row.data()), places, self.owner());
}

}  // namespace

template <class S>
void bind_worker(nb::module_& module, const char* name) {
  using Class = Joined<S>;
  using Engine = BasicWorker<S>;
  nb::class_<Class>(module, name)
      .def("__init__",
           &make_worker<S>,
           nb::arg("options"),
           nb::arg("parameters"),
           nb::arg("buffers"),
           nb::arg("average_buffers"),
           nb::arg("start"),
           nb::arg("steps_per_epoch"),
           nb::arg("communicator").none())
      .def("rank", [](const Class& self) { return self.engine().rank(); })
      .def("size", [](const Class& self) { return self.engine().size(); })
      .def("steps", [](const Class& self) { return self.engine().steps(); })
      .def("batch", [](const Class& self) { return self.engine().batch(); })
      .def("takes_part", [](const Class& self) { return self.engine().takes_part(); })
      .def("seed", [](const Class& self) { return self.engine().seed(); })
      .def("rate", [](const Class& self) { return self.engine().rate(); })
      .def("has_begun", [](const Class& self) { return self.engine().has_begun(); })
      .def("fields", [](const Class& self) { return self.engine().fields(); })
      .def("parameters", [](const Class& self) { return named_of(self.engine().parameters()); })
      .def("x",
           [](const Class& self) {
             Engine& e = self.engine();
             return views<S>(self, e.mutable_x(), e.parameters());
           })
      .def("gradient",
           [](const Class& self) {
             Engine& e = self.engine();
             return views<S>(self, e.gradient(), e.parameters());
           })
      .def("buffers",
           [](const Class& self) {
             Engine& e = self.engine();
             return views<S>(self, e.buffers(), e.buffer_layout());
           })
      .def("row",
           [](const Class& self, const std::string& field) {
             Engine& e = self.engine();
             const auto row = e.row(field);
             return views<S>(
                 self, row, row.size() == e.x().size() ? e.parameters() : e.buffer_layout());
           })
      .def(
          "step",
          [](const Class& self, std::optional<double> lr) {
            Engine& e = self.engine();
            const nb::gil_scoped_release others;
            lr ? e.step(*lr) : e.step();
          },
          nb::arg("lr").none())
      .def("begin", unlocked<Class>(&Engine::begin))
      .def("ready", unlocked<Class>(&Engine::ready))
      .def("finish", unlocked<Class>(&Engine::finish))
      .def("set_factors",
           [](const Class& self, std::size_t parameter, double rate, double decay) {
             self.engine().set_factors(parameter, rate, decay);
           })
      .def("average_model",
           [](const Class& self) {
             Engine& e = self.engine();
             std::span<const S> row;
             {
               const nb::gil_scoped_release others;
               row = e.average_model();
             }
             return views<S>(self, row, e.parameters());
           })
      .def("average_buffers",
           [](const Class& self) {
             Engine& e = self.engine();
             std::span<const S> row;
             {
               const nb::gil_scoped_release others;
               row = e.average_buffers();
             }
             return views<S>(self, row, e.buffer_layout());
           })
      .def("consensus_distance", unlocked<Class>(&Engine::consensus_distance))
      .def("digest", unlocked<Class>(&Engine::digest))
      .def("save", unlocked<Class>(&Engine::save))
      .def("resume", unlocked<Class>(&Engine::resume))
      .def("state",
           [](const Class& self) {
             const std::string state = self.engine().state();
             return nb::bytes(state.data(), state.size());
           })
      .def("set_state",
           [](const Class& self, const nb::bytes& state) {
             self.engine().set_state(std::string_view(state.c_str(), state.size()));
           })
      .def("config", [](const Class& self) { return self.engine().config(); })
      .def("warnings", [](const Class& self) { return self.engine().warnings(); })
      .def("close", &Class::close)
      .def("abandon", &Class::abandon);
}

template void bind_worker<float>(nb::module_&, const char*);
template void bind_worker<double>(nb::module_&, const char*);

}  // namespace murmur::python
