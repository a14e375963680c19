// SPDX-License-Identifier: Apache-2.0
// The module murmur._murmur: libmurmur.so as it is, for the package `murmur`, which is what people
// use. Errors are murmur.Error; what a function of Python throws comes out as it is.
#include <string>
#include <utility>
#include <vector>

#include "engines.h"
#include "rows.h"
#include <murmur/options.h>
#include <murmur/program.h>
#include <murmur/task.h>
#include <murmur/version.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace murmur::python {
namespace {

using Keys = std::vector<std::pair<std::string, std::string>>;

void make_options(Options* self, std::string file, std::string text, Keys keys) {
  new (self) Options{.keys = std::move(keys), .file = std::move(file), .text = std::move(text)};
}

int run_program(std::vector<std::string> words) {
  words.insert(words.begin(), "murmur");
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  const nb::gil_scoped_release others;
  return program(static_cast<int>(words.size()), pointers.data());
}

template <class S>
nb::list views_at(std::uintptr_t row, const std::vector<Named>& named) {
  return views_of(reinterpret_cast<S*>(row), placed<S>(parameters_of(named)), nb::none());
}

}  // namespace
}  // namespace murmur::python

NB_MODULE(_murmur, module) {
  namespace nb = nanobind;
  using namespace murmur::python;
  nb::exception<murmur::Error>(module, "Error", PyExc_ValueError);
  nb::class_<murmur::Options>(module, "Options")
      .def("__init__", &make_options, nb::arg("file"), nb::arg("text"), nb::arg("keys"))
      .def("config", &murmur::Options::config);
  module.def("version", [] { return std::string(murmur::version()); });
  module.def("program", &run_program, nb::arg("words"));
  // The tensors of a row within a call; nothing keeps its memory alive.
  module.def("views32", &views_at<float>);
  module.def("views64", &views_at<double>);
  bind_simulation<float>(module, "Simulation32");
  bind_simulation<double>(module, "Simulation64");
  bind_worker<float>(module, "Worker32");
  bind_worker<double>(module, "Worker64");
  bind_compiled(module);
}
