# SPDX-License-Identifier: Apache-2.0
# fmt without its shared library: murmur_fmt are its headers, and core/libraries/fmt_inside.cpp compiles what they leave to a
# library. Where that does not fit the installed version, fmt is used as headers alone, which takes 4 s more per source.
file(WRITE ${PROJECT_BINARY_DIR}/fmt_probe.cpp "
#include <cstdio>
#include <vector>
#include <fmt/ranges.h>
int main() {
  try {
    fmt::print(stderr, \"{:L} {:.3f} {:a} {}\", 1000, 0.5, 0.5F, fmt::join(std::vector<double>{1}, \",\"));
    fmt::print(\"{:{}}\", 0.5, 3);
  } catch (const fmt::format_error&) {
    return 1;
  }
}
")
get_target_property(fmt_include fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
try_compile(MURMUR_FMT_INSIDE ${PROJECT_BINARY_DIR}/fmt_probe
            SOURCES ${PROJECT_BINARY_DIR}/fmt_probe.cpp ${PROJECT_SOURCE_DIR}/murmur/core/libraries/fmt_inside.cpp
            CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${fmt_include}"
            CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
add_library(murmur_fmt INTERFACE)
if(MURMUR_FMT_INSIDE)
  target_include_directories(murmur_fmt SYSTEM INTERFACE ${fmt_include})
  target_compile_definitions(murmur_fmt INTERFACE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
  set(MURMUR_OTHER_FMT "")
else()
  target_link_libraries(murmur_fmt INTERFACE fmt::fmt-header-only)
  set(MURMUR_OTHER_FMT WITHOUT "/core/libraries/fmt_inside.cpp$")
  message(STATUS "fmt ${fmt_VERSION}: headers alone")
endif()
