# SPDX-License-Identifier: Apache-2.0
"""What tests of the package share."""
import importlib.util
import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
has_torch = importlib.util.find_spec("torch") is not None
needs_torch = unittest.skipUnless(has_torch, "there is no torch in this environment")


def launchers():
    """Command lines of every mpirun of the build that is tested, and of processes that find each other as those of torchrun do."""
    found = {name: [command] for name in ("OPENMPI", "MPICH") if (command := os.environ.get(f"MURMUR_{name}_RUN")) and os.path.exists(command)}
    return {**found, "TCP": [sys.executable, "-B", str(HERE / "start.py")]}


def run(words, code=0, **environment):
    words = list(map(str, words))
    try:
        done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **environment}, timeout=120)
    except subprocess.TimeoutExpired as late:
        raise AssertionError(f"{words} did not end:\n{late.stdout}{late.stderr}") from late
    if code is not None and done.returncode != code:
        raise AssertionError(f"{words} ended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def python(code, **more):
    """A program of its own, in the empty folder of this test."""
    return run([sys.executable, "-B", "-c", code], **more)


def loop_digest(launcher, settings, processes=4):
    (digest,) = re.findall(r"digest ([0-9a-f]{16})", run([*launcher, "-n", processes, sys.executable, "-B", HERE / "own_loop.py", json.dumps(settings)]))
    return digest
