# SPDX-License-Identifier: Apache-2.0
# murmur/learning, in three parts:
#   murmur_learning            the folder itself, which tests and benchmarks link
#   murmur_learning_library    the same as libmurmur_learning.so, exporting one function
#   murmur_learning_on_demand  what the program links: loads that library when something of it is asked for
# Without torch the first and the last are without_torch.cpp, and there is no library.
set(folders FOLDERS core problems data models)
if(NOT MURMUR_WITH_TORCH)
  murmur_library(learning ${folders} ONLY "/without_torch.cpp$")
  add_library(murmur_learning_on_demand ALIAS murmur_learning)
  return()
endif()

murmur_library(learning ${folders} KERNELS LIBRARIES murmur_torch murmur_matmul
               WITHOUT "/(without_torch|on_demand|library_table).cpp$|${MURMUR_OTHER_MATMUL}")

add_library(murmur_learning_library SHARED murmur/learning/library_table.cpp)
set_target_properties(murmur_learning_library PROPERTIES OUTPUT_NAME murmur_learning
                      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
target_link_libraries(murmur_learning_library PRIVATE murmur_learning)
target_link_options(murmur_learning_library PRIVATE -Wl,--no-undefined
                    -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/learning_symbols.map)
set_target_properties(murmur_learning_library PROPERTIES LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/learning_symbols.map)

add_library(murmur_learning_on_demand STATIC murmur/learning/on_demand.cpp)
target_link_libraries(murmur_learning_on_demand
                      PUBLIC murmur_flags murmur_core murmur_problems murmur_data murmur_models PRIVATE ${CMAKE_DL_LIBS})
target_link_options(murmur_learning_on_demand INTERFACE -Wl,--export-dynamic-symbol=_ZN6murmur1?check_*)
add_dependencies(murmur_learning_on_demand murmur_learning_library)
