// SPDX-License-Identifier: Apache-2.0
// A compiled model, whose batches Python brings. Rows and tensors are given by their addresses.
#include <string>
#include <vector>

#include "callbacks.h"
#include "engines.h"
#include <murmur/compiled.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace murmur::python {
namespace {

template <class S>
double gradient_of(const CompiledModel& model,
                   BasicGradient<S> asked,
                   const std::vector<std::uintptr_t>& rows,
                   const std::vector<const void*>& batch) {
  asked.x = reinterpret_cast<const S*>(rows[0]);
  asked.gradient = reinterpret_cast<S*>(rows[1]);
  asked.buffers = reinterpret_cast<S*>(rows[2]);
  return model.gradient(asked, batch);
}

// rows: the model, the gradient, the buffers (0: they must not change).
double gradient(const CompiledModel& self,
                std::uint64_t seed,
                int worker,
                std::int64_t batch,
                const std::vector<std::uintptr_t>& rows,
                const std::vector<std::uintptr_t>& tensors) {
  if (rows.size() != 3) {
    throw nb::value_error("three rows");
  }
  std::vector<const void*> data;
  data.reserve(tensors.size());
  for (const std::uintptr_t each : tensors) {
    data.push_back(reinterpret_cast<const void*>(each));
  }
  const nb::gil_scoped_release others;
  if (self.is_double()) {
    return gradient_of<double>(self, {.worker = worker, .batch = batch, .seed = seed}, rows, data);
  }
  return gradient_of<float>(self, {.worker = worker, .batch = batch, .seed = seed}, rows, data);
}

CompiledModel* open(const std::string& folder) {
  const nb::gil_scoped_release others;
  return new CompiledModel(folder);
}

}  // namespace

void bind_compiled(nb::module_& module) {
  module.def("processor", &CompiledModel::processor);
  nb::class_<CompiledModel>(module, "CompiledModel")
      .def(nb::new_(&open), nb::arg("folder"))
      .def("gradient",
           &gradient,
           nb::arg("seed"),
           nb::arg("worker"),
           nb::arg("batch"),
           nb::arg("rows"),
           nb::arg("tensors"));
}

}  // namespace murmur::python
