#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""wheel.py ROOT CC CXX: builds the wheel from the clone, as `pip install .` does, and installs it into this interpreter's environment.

By the compilers of the build that tests it, so that ccache finds what was compiled there.
"""
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT, CC, CXX = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
WHEELS = ROOT / "build/wheels"
MOST_BYTES = 4_000_000
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def run(words):
    environment = {**os.environ, "CC": CC, "CXX": CXX, "CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1",
                   "CMAKE_BUILD_PARALLEL_LEVEL": str(len(os.sched_getaffinity(0)))}
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stdout[-8000:]}{done.stderr[-8000:]}")
    return done.stdout


def check(wheel):
    assert re.fullmatch(r"murmur_dl-[0-9.]+-cp310-abi3-linux_x86_64\.whl", wheel.name), wheel
    assert wheel.stat().st_size < MOST_BYTES, f"{wheel}: {wheel.stat().st_size} bytes"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        for name in ("murmur/py.typed", "murmur/lib/cmake/murmur/murmurConfig.cmake", "murmur/include/murmur/simulation.h"):
            assert name in names, name
        (library,) = [name for name in names if re.search(r"/libmurmur\.so", name)]
        archive.extract(library, WHEELS / "unpacked")
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", run(["readelf", "-d", WHEELS / "unpacked" / library]))
    strange = [name for name in needed if not re.match(r"(lib(z|stdc\+\+|m|gcc_s|c)|ld-linux-x86-64)\.so", name)]
    assert not strange, f"{library} needs {strange}"


def main():
    WHEELS.mkdir(parents=True, exist_ok=True)
    for old in WHEELS.glob("*.whl"):
        old.unlink()
    run([*PIP, "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", WHEELS, ROOT])
    (wheel,) = WHEELS.glob("*.whl")
    check(wheel)
    run([*PIP, "install", "--no-deps", "--force-reinstall", wheel])
    print(f"{wheel.name}: {wheel.stat().st_size} bytes")


if __name__ == "__main__":
    main()
