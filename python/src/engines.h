// SPDX-License-Identifier: Apache-2.0
// The classes of _murmur: Simulation32, Simulation64, Worker32, Worker64, CompiledModel.
#pragma once

#include <nanobind/nanobind.h>

namespace murmur::python {

template <class S>
void bind_simulation(nanobind::module_& module, const char* name);
template <class S>
void bind_worker(nanobind::module_& module, const char* name);
void bind_compiled(nanobind::module_& module);

extern template void bind_simulation<float>(nanobind::module_&, const char*);
extern template void bind_simulation<double>(nanobind::module_&, const char*);
extern template void bind_worker<float>(nanobind::module_&, const char*);
extern template void bind_worker<double>(nanobind::module_&, const char*);

}  // namespace murmur::python
