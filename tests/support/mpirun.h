// SPDX-License-Identifier: Apache-2.0
// Starts programs by the launchers of this build's MPI implementations, which CMake passes in;
// without any, the tests that need one are not built.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "tests/support/shell.h"
#include "tests/support/temporary_folder.h"

namespace murmur::testing {

struct Launcher {
  std::string name;
  std::string program;
  std::vector<std::string> options = {};  // before -n
};

inline std::ostream& operator<<(std::ostream& out, const Launcher& launcher) {
  return out << launcher.name;
}

// The available launchers, with their names.
inline std::vector<Launcher> launchers() {
  std::vector<Launcher> found;
  for (const Launcher& launcher :
       {Launcher{"OpenMpi", MURMUR_OPENMPI_RUN}, Launcher{"Mpich", MURMUR_MPICH_RUN}}) {
    if (!launcher.program.empty()) {
      found.push_back(launcher);
    }
  }
  return found;
}

// The settings that Open MPI needs where tests run: as root in a container, more processes than
// cores, and several worlds on the same cores; from version 5 on its launcher is PRRTE.
inline const std::vector<std::string>& launch_settings() {
  static const std::vector<std::string> kSettings{
      "OMPI_ALLOW_RUN_AS_ROOT=1",
      "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
      "OMPI_MCA_rmaps_base_oversubscribe=1",
      "OMPI_MCA_hwloc_base_binding_policy=none",
      "PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe",
      "PRTE_MCA_hwloc_default_binding_policy=none"};
  return kSettings;
}

// LAUNCHER -n PROCESSES COMMAND, for a shell. A world that hangs is ended after two minutes.
inline std::string launched(const Launcher& launcher,
                            int processes,
                            const std::vector<std::string>& command) {
  std::string words = "env";
  for (const std::string& setting : launch_settings()) {
    words += " " + setting;
  }
  words += " timeout 120 " + quoted(launcher.program);
  for (const std::string& option : launcher.options) {
    words += " " + quoted(option);
  }
  words += " -n " + std::to_string(processes);
  for (const std::string& word : command) {
    words += " " + quoted(word);
  }
  return words + " < /dev/null";
}

inline Ran launch(const Launcher& launcher,
                  int processes,
                  const std::vector<std::string>& command) {
  const TemporaryFolder folder;
  return shell(folder.path(), launched(launcher, processes, command));
}

}  // namespace murmur::testing
