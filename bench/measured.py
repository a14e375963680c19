# SPDX-License-Identifier: Apache-2.0
"""What the scripts of bench/ share: building, running, and a table of figures next to their limits."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"


# The suffix of the programs of bench/ for each implementation of MPI, and its launchers.
LAUNCHERS = {
    "Open MPI": ("openmpi", ("mpirun.openmpi", "mpirun")),
    "MPICH": ("mpich", ("mpiexec.mpich", "mpiexec.hydra", "mpiexec")),
}
# More processes than cores, and as root in a container. From Open MPI 5 on the launcher is PRRTE.
LAUNCH_SETTINGS = {
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "PRTE_MCA_hwloc_default_binding_policy": "none",
}
if os.geteuid() == 0:
    LAUNCH_SETTINGS |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def launchers():
    """The name, the suffix and the launcher of each available MPI."""
    for name, (suffix, programs) in LAUNCHERS.items():
        found = next(filter(None, map(shutil.which, programs)), None)
        if found:
            yield name, suffix, found


@dataclass
class Figure:
    name: str
    value: float
    unit: str
    limit: float = None  # None: shown without a limit
    at_most: bool = False  # whether the limit is an upper bound
    reference: str = ""  # what the figure was compared with
    ratio: float = None  # figure / reference; if given, the limit applies to it

    @property
    def met(self):
        if self.limit is None:
            return None
        judged = self.value if self.ratio is None else self.ratio
        return judged <= self.limit if self.at_most else judged >= self.limit


def build(*targets):
    """Builds programs in a separate folder, so that the settings are always those of a release."""
    quietly(["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
             "-DMURMUR_BENCH=ON", "-DMURMUR_TESTS=OFF"])  # fmt: skip
    quietly(["cmake", "--build", BUILD, "--target", *targets])


def quietly(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}{done.stderr}\nfailed: {' '.join(map(str, command))}")
    return done.stdout


def run_json(command):
    return json.loads(quietly(command))


def seconds(command, repeats):
    """The median wall time of what command() returns, after one run that loads files into memory."""
    return _median_time(lambda: quietly(command()), repeats)


def seconds_until(command, is_done, repeats):
    """The median time until is_done(the command), which is polled every millisecond; the command then runs on."""

    def run():
        line = command()
        with subprocess.Popen(line, stdout=subprocess.DEVNULL) as process:
            while not is_done(line) and process.poll() is None:
                time.sleep(0.001)
            reached = time.perf_counter()
        if process.returncode != 0:
            sys.exit(f"failed: {' '.join(map(str, line))}")
        return reached

    return _median_time(run, repeats)


def _median_time(run, repeats):
    """run() returns the time at which the measured part ended, or None if that is when it returns."""
    times = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        ended = run()
        times.append((ended if isinstance(ended, float) else time.perf_counter()) - started)
    return statistics.median(times[1:])


def machine():
    with open("/proc/cpuinfo") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return {
        "processor": models[0] if models else os.uname().machine,
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 2),  # without this program's own load
        "date": time.strftime("%Y-%m-%d"),
    }


def _number(value):
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def show(title, figures, where, as_json):
    """Prints the figures; ends the program with 1 if a limit is missed."""
    if as_json:
        rows = [{**vars(figure), "met": figure.met} for figure in figures]
        print(json.dumps({"title": title, "machine": where, "figures": rows}, indent=1))
    else:
        print(f"{title}\n{where['processor']}, {where['cores']} cores, load before {where['load_before']}, {where['date']}")
        table = [("figure", "value", "unit", "reference", "ratio", "limit", "")]
        for f in figures:
            limit = "" if f.limit is None else f"{'<=' if f.at_most else '>='} {f.limit:g}"
            ratio = "" if f.ratio is None else f"{f.ratio:.2f}"
            met = {None: "", True: "met", False: "MISSED"}[f.met]
            table.append((f.name, _number(f.value), f.unit, f.reference, ratio, limit, met))
        widths = [max(map(len, column)) for column in zip(*table)]
        for row in table:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    sys.exit(1 if any(figure.met is False for figure in figures) else 0)
