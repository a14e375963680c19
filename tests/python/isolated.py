#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""isolated.py FILE: the tests of a file, in an empty folder and without a variable that could lead to the build tree."""
import os
import subprocess
import sys
import tempfile

kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LD_", "CMAKE_"))}
kept |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
         "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe", "PYTHONPATH": os.path.dirname(os.path.abspath(sys.argv[1]))}
with tempfile.TemporaryDirectory() as folder:
    sys.exit(subprocess.run([sys.executable, "-B", "-m", "unittest", "-v", os.path.splitext(os.path.basename(sys.argv[1]))[0]],
                            cwd=folder, env=kept).returncode)
