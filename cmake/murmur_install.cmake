# SPDX-License-Identifier: Apache-2.0
# cmake --install: the program, libmurmur.so with the libraries that it loads, headers, and what find_package(murmur)
# and pkg-config read. All of it may be moved to another folder afterwards.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
if(MURMUR_PYTHON)  # folders of the package
  foreach(what BIN LIB INCLUDE)
    string(TOLOWER ${what} folder)
    set(CMAKE_INSTALL_${what}DIR murmur/${folder})
    set(CMAKE_INSTALL_FULL_${what}DIR ${CMAKE_INSTALL_PREFIX}/murmur/${folder})
  endforeach()
endif()

# From bin/ to lib/, whatever they are called.
file(RELATIVE_PATH to_libraries ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set_target_properties(murmur_program PROPERTIES INSTALL_RPATH "$ORIGIN/${to_libraries}")
set_target_properties(murmur_shared PROPERTIES INSTALL_RPATH "$ORIGIN")
if(MURMUR_PLUGINS)
  set_target_properties(${MURMUR_PLUGINS} PROPERTIES INSTALL_RPATH "$ORIGIN")
endif()
if(MURMUR_WITH_TORCH)  # torch stays where it is
  get_filename_component(torch_folder ${torch_cpu_library} DIRECTORY)
  set_target_properties(murmur_learning_library PROPERTIES INSTALL_RPATH "$ORIGIN;${torch_folder}")
endif()

install(TARGETS murmur_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(MURMUR_PLUGINS)
  install(TARGETS ${MURMUR_PLUGINS} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
# A wheel holds no links, so there the library has one name alone.
set(one_name "")
if(MURMUR_PYTHON)
  set_target_properties(murmur_shared PROPERTIES VERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  set(one_name NAMELINK_SKIP)
endif()
install(TARGETS murmur_shared murmur_torch_headers EXPORT murmur
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ${one_name} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/murmur DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/murmur)
install(EXPORT murmur NAMESPACE murmur:: FILE murmurTargets.cmake DESTINATION ${package})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/murmurConfig.cmake.in ${PROJECT_BINARY_DIR}/murmurConfig.cmake
                              INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/murmurConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/murmurConfig.cmake ${PROJECT_BINARY_DIR}/murmurConfigVersion.cmake
        DESTINATION ${package})

if(MURMUR_PYTHON)  # without a name to link to
  return()
endif()
file(RELATIVE_PATH to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(${PROJECT_SOURCE_DIR}/cmake/murmur.pc.in ${PROJECT_BINARY_DIR}/murmur.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/murmur.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
