# SPDX-License-Identifier: Apache-2.0
# libmurmur.so: all of murmur/ behind the headers of include/murmur, which alone it shows. The program is a main() on
# top of it. What is not always wanted are libraries of their own, which it loads from beside it:
#   libmurmur_torch.so                        learning/torch, with torch
#   libmurmur_sentencepiece.so                data/text/sentencepiece, which needs nothing of the others
#   libmurmur_openmpi.so, libmurmur_mpich.so  comm/mpi
# They need libmurmur.so for core/check.h, so that a contract broken in them knows the worker, the step and the seed.
murmur_library(library FOLDERS run OBJECTS)
set_target_properties(murmur_library PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
target_include_directories(murmur_library PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)

add_library(murmur_shared SHARED murmur/core/check.cpp murmur/cli/program.cpp)
set(symbols ${PROJECT_SOURCE_DIR}/cmake/library_symbols.map)
murmur_properties(murmur_shared)
set_target_properties(murmur_shared PROPERTIES OUTPUT_NAME murmur EXPORT_NAME murmur LINK_DEPENDS ${symbols}
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_link_libraries(murmur_shared PRIVATE murmur_library murmur_cli)
target_link_options(murmur_shared PRIVATE -Wl,--exclude-libs,ALL -Wl,--version-script=${symbols})
target_compile_features(murmur_shared INTERFACE cxx_std_20)
target_include_directories(murmur_shared INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
add_library(murmur::murmur ALIAS murmur_shared)

# <murmur/torch.h> is compiled against the user's torch, which the user finds and links.
add_library(murmur_torch_headers INTERFACE)
set_target_properties(murmur_torch_headers PROPERTIES EXPORT_NAME torch)
target_link_libraries(murmur_torch_headers INTERFACE murmur_shared)
add_library(murmur::torch ALIAS murmur_torch_headers)

# murmur_plugin(TARGET NAME SYMBOLS SOURCES...): libNAME.so, beside libmurmur.so.
set(MURMUR_PLUGINS "")
function(murmur_plugin target name symbols)
  add_library(${target} SHARED ${ARGN})
  murmur_properties(${target})
  set(map ${PROJECT_SOURCE_DIR}/cmake/${symbols})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
                        LINK_DEPENDS ${map})
  target_link_options(${target} PRIVATE -Wl,--version-script=${map} -Wl,--exclude-libs,ALL)
  # First, so that check_failed() is its own and not that of murmur_core; and kept, though nothing before it needs it.
  target_link_libraries(${target} PRIVATE -Wl,--push-state,--no-as-needed murmur_shared -Wl,--pop-state)
  set(MURMUR_PLUGINS ${MURMUR_PLUGINS} ${target} PARENT_SCOPE)
endfunction()

if(NOT MURMUR_PYTHON)
  add_library(murmur_sentencepiece SHARED murmur/data/text/sentencepiece/plugin.cpp)
  murmur_properties(murmur_sentencepiece)
  set(symbols ${PROJECT_SOURCE_DIR}/cmake/sentencepiece_symbols.map)
  set_target_properties(murmur_sentencepiece PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR} LINK_DEPENDS ${symbols})
  target_link_options(murmur_sentencepiece PRIVATE -Wl,--version-script=${symbols})
  target_link_libraries(murmur_sentencepiece PRIVATE murmur_flags sentencepiece::sentencepiece)
  list(APPEND MURMUR_PLUGINS murmur_sentencepiece)
  add_dependencies(murmur_data murmur_sentencepiece)
endif()

if(MURMUR_WITH_TORCH)
  murmur_plugin(murmur_learning_library murmur_torch torch_symbols.map murmur/learning/torch/torch_plugin.cpp)
  target_link_libraries(murmur_learning_library PRIVATE murmur_learning_torch)
endif()
set(MURMUR_MPI_LIBRARIES "")
file(GLOB mpi_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/murmur/comm/mpi/*.cpp)
foreach(implementation ${MURMUR_MPI})
  string(TOLOWER ${implementation} name)
  murmur_plugin(murmur_${name} murmur_${name} mpi_symbols.map ${mpi_sources})
  target_link_libraries(murmur_${name} PRIVATE murmur_flags murmur_core Threads::Threads PkgConfig::${implementation})
  list(APPEND MURMUR_MPI_LIBRARIES murmur_${name})
endforeach()

# A program that is linked to the parts of murmur, not to libmurmur.so, and loads what is loaded at run time.
function(murmur_loads_plugins target)
  target_link_options(${target} PRIVATE -Wl,--export-dynamic-symbol=_ZN6murmur1?check_*)
  if(MURMUR_PLUGINS)
    add_dependencies(${target} ${MURMUR_PLUGINS})
  endif()
endfunction()

add_executable(murmur_program murmur/cli/main.cpp)
murmur_properties(murmur_program)
target_link_libraries(murmur_program PRIVATE murmur_flags murmur_shared)
set_target_properties(murmur_program PROPERTIES OUTPUT_NAME murmur RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
if(MURMUR_PLUGINS)
  add_dependencies(murmur_program ${MURMUR_PLUGINS})
endif()
