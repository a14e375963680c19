# SPDX-License-Identifier: Apache-2.0
# Finds torch without its own CMake package, which insists on CUDA. Reads MURMUR_TORCH, defines
#   MURMUR_WITH_TORCH, MURMUR_TORCH_VERSION
#   murmur_torch    headers, libtorch_cpu and libc10
#   murmur_matmul   oneDNN for matrix products, where it is installed
# Torch's include folder carries its own fmt, protobuf and pybind11, so a folder of links to the four
# that we mean lies in the build tree and is what the compiler sees.

set(MURMUR_WITH_TORCH OFF)
set(MURMUR_TORCH_VERSION "none")
if(MURMUR_TORCH STREQUAL "none" OR NOT MURMUR_TORCH)
  return()
endif()

# The folder above include/ and lib/.
set(torch_hint "")
if(MURMUR_TORCH STREQUAL "wheel")
  set(torch_root ${PROJECT_SOURCE_DIR}/build/torch/torch)
  set(torch_hint "Run scripts/fetch-torch (or scripts/setup), or configure with -DMURMUR_TORCH=system, none or a folder.")
elseif(MURMUR_TORCH STREQUAL "system")
  set(torch_root /usr)
  set(torch_hint "Install it with: apt-get install libtorch-dev (Debian), or configure with -DMURMUR_TORCH=wheel or none.")
else()
  get_filename_component(torch_root ${MURMUR_TORCH} ABSOLUTE BASE_DIR ${CMAKE_BINARY_DIR})
  if(EXISTS ${torch_root}/torch/lib/libtorch_cpu.so)
    set(torch_root ${torch_root}/torch)
  endif()
  set(torch_hint "Give the folder that holds include/torch and lib/libtorch_cpu.so: an unpacked libtorch, or torch in site-packages.")
endif()

unset(torch_cpu_library CACHE)
unset(torch_c10_library CACHE)
find_library(torch_cpu_library torch_cpu PATHS ${torch_root}/lib ${torch_root}/lib/${CMAKE_LIBRARY_ARCHITECTURE} NO_DEFAULT_PATH)
find_library(torch_c10_library c10 PATHS ${torch_root}/lib ${torch_root}/lib/${CMAKE_LIBRARY_ARCHITECTURE} NO_DEFAULT_PATH)
mark_as_advanced(torch_cpu_library torch_c10_library)
set(torch_api ${torch_root}/include/torch/csrc/api/include)
if(NOT torch_cpu_library OR NOT torch_c10_library OR NOT EXISTS ${torch_api}/torch/version.h)
  message(FATAL_ERROR "MURMUR_TORCH=${MURMUR_TORCH}: torch's headers and libraries are not in ${torch_root}. ${torch_hint}")
endif()

# Newer versions keep the numbers in torch/headeronly/version.h.
foreach(header ${torch_api}/torch/version.h ${torch_root}/include/torch/headeronly/version.h)
  if(EXISTS ${header})
    file(STRINGS ${header} version_lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
    if(version_lines MATCHES "MAJOR ([0-9]+).*MINOR ([0-9]+).*PATCH ([0-9]+)")
      set(MURMUR_TORCH_VERSION ${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3})
    endif()
  endif()
endforeach()
if(MURMUR_TORCH_VERSION STREQUAL "none")
  message(FATAL_ERROR "MURMUR_TORCH=${MURMUR_TORCH}: the headers in ${torch_root}/include do not tell their version. ${torch_hint}")
endif()
if(MURMUR_TORCH_VERSION VERSION_LESS 1.13)
  message(FATAL_ERROR "MURMUR_TORCH=${MURMUR_TORCH} is torch ${MURMUR_TORCH_VERSION}; 1.13 or newer is needed. ${torch_hint}")
endif()
if(MURMUR_TORCH_VERSION VERSION_GREATER_EQUAL 2.16)
  message(STATUS "torch ${MURMUR_TORCH_VERSION} is newer than any this was tried with (1.13 to 2.15)")
endif()

# The mangled name of one function tells for which std::string the libraries were built.
file(STRINGS ${torch_c10_library} torch_new_strings REGEX "torchCheckFail.*__cxx11" LIMIT_COUNT 1)
if(NOT torch_new_strings)
  message(FATAL_ERROR "torch in ${torch_root} was built for the old C++ ABI (_GLIBCXX_USE_CXX11_ABI=0); "
    "use a libtorch with the C++11 ABI, or the default: -DMURMUR_TORCH=wheel")
endif()
if(MURMUR_TORCH_VERSION VERSION_LESS 2.0 AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "the headers of torch ${MURMUR_TORCH_VERSION} do not compile as C++20 with clang; "
    "configure with -DCMAKE_CXX_COMPILER=g++, or take a newer torch: -DMURMUR_TORCH=wheel")
endif()

# A wheel of torch is linked to libraries of CUDA that other wheels bring.
execute_process(COMMAND ldd ${torch_cpu_library} OUTPUT_VARIABLE torch_loads ERROR_QUIET)
if(torch_loads MATCHES "([^ \t\n]+) => not found")
  message(FATAL_ERROR "${torch_cpu_library} needs ${CMAKE_MATCH_1}, which is not on this machine; "
    "put the wheel that has it beside torch, or take the default: scripts/fetch-torch and -DMURMUR_TORCH=wheel")
endif()

# The version in the path: ccache takes two relative paths that end in different links for the same headers.
set(torch_include ${CMAKE_BINARY_DIR}/torch_include/${MURMUR_TORCH_VERSION})
file(REMOVE_RECURSE ${CMAKE_BINARY_DIR}/torch_include)
file(MAKE_DIRECTORY ${torch_include})
foreach(folder torch ATen c10 caffe2)
  file(CREATE_LINK ${torch_root}/include/${folder} ${torch_include}/${folder} SYMBOLIC)
endforeach()

add_library(murmur_torch INTERFACE)
target_include_directories(murmur_torch SYSTEM INTERFACE ${torch_include}/torch/csrc/api/include ${torch_include})
target_compile_definitions(murmur_torch INTERFACE _GLIBCXX_USE_CXX11_ABI=1)
target_link_libraries(murmur_torch INTERFACE ${torch_cpu_library} ${torch_c10_library} Threads::Threads)
set(MURMUR_WITH_TORCH ON)
message(STATUS "torch ${MURMUR_TORCH_VERSION}: ${torch_cpu_library}")

# oneDNN is not linked but loaded (learning/onednn.h says why), under the name that was found here.
# Of learning's sources, *onednn.cpp are compiled with it, and no_onednn.cpp without.
find_path(DNNL_INCLUDE_DIR dnnl.h)
find_library(DNNL_LIBRARY dnnl)
mark_as_advanced(DNNL_INCLUDE_DIR DNNL_LIBRARY)
add_library(murmur_matmul INTERFACE)
if(DNNL_INCLUDE_DIR AND DNNL_LIBRARY)
  file(REAL_PATH ${DNNL_LIBRARY} dnnl_file)
  get_filename_component(dnnl_name ${dnnl_file} NAME)
  string(REGEX MATCH "^libdnnl\\.so\\.[0-9]+" dnnl_name ${dnnl_name})
  target_include_directories(murmur_matmul SYSTEM INTERFACE ${DNNL_INCLUDE_DIR})
  target_link_libraries(murmur_matmul INTERFACE ${CMAKE_DL_LIBS})
  target_compile_definitions(murmur_matmul INTERFACE MURMUR_HAS_ONEDNN=1 MURMUR_ONEDNN_NAME="${dnnl_name}")
  set(MURMUR_OTHER_MATMUL "/learning/no_onednn.cpp$")
  message(STATUS "matrix products: oneDNN, ${DNNL_LIBRARY}")
else()
  target_compile_definitions(murmur_matmul INTERFACE MURMUR_HAS_ONEDNN=0)
  set(MURMUR_OTHER_MATMUL "/learning/(matmul_)?onednn.cpp$")
  message(STATUS "matrix products: torch's own (oneDNN is faster with some torch builds: apt-get install libdnnl-dev)")
endif()
