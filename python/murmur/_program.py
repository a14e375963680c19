# SPDX-License-Identifier: Apache-2.0
"""What the program `murmur` does with files, from Python: it runs in a process of its own, so Ctrl+C ends it as in a shell."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from murmur._murmur import Error
from murmur._run import Run, remove_at_end
from murmur._settings import flat


def cmake_dir() -> str:
    """For -DCMAKE_PREFIX_PATH: find_package(murmur) of the C++ library that this package carries."""
    return os.fspath(Path(__file__).resolve().parent / "lib/cmake/murmur")


def call(words: list[str], shown: bool = False) -> str:
    """`murmur WORDS`; returns what it prints. Throws Error with its message. `shown`: progress lines are those of this process."""
    command = [sys.executable, "-m", "murmur", *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=None if shown else subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or "").strip() or f"`murmur {' '.join(words)}` ended with {done.returncode}"
        raise Error(said.removeprefix("murmur: "))
    return done.stdout


def _assignments(settings: Mapping[str, Any] | None) -> list[str]:
    return [word for key, value in flat(settings or {}) for word in ("--set", f"{key}={value}")]


def train(file: str | os.PathLike, settings: Mapping[str, Any] | None = None, *, output: str | os.PathLike | None = None) -> Run:
    """`murmur train FILE`, with other values for some of its settings: {"algorithm.name": "dsgdm-n"}.

    output: the folder of the run; by default a temporary one, which is removed with the Run. A network of the program cannot be
    trained by this package alone: an Error says how to get the program.
    """
    run = Run.__new__(Run)
    folder = Path(output) if output is not None else remove_at_end(run)
    call(["train", os.fspath(file), "--output", os.fspath(folder), *_assignments(settings)], shown=True)
    run.__init__(folder)
    return run


def plan(file: str | os.PathLike, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`murmur plan FILE --json`: memory, traffic, mixing time and warnings of a run, before anything is computed."""
    return json.loads(call(["plan", os.fspath(file), "--json", *_assignments(settings)]))


class Topology:
    """A graph of workers with its weights; `facts` is what `murmur topology --json` says of it."""

    def __init__(self, facts: dict[str, Any]):
        self.facts = facts
        self.workers: int = facts["workers"]
        self.period: int = facts["period"] or 1  # steps until the graphs come again

    def matrix(self, step: int = 0) -> np.ndarray:
        """The mixing matrix of a step, [workers, workers]: w[i, j] is the weight of worker j's model in the next one of worker i."""
        shown = self.facts["steps"]
        if step < 0:
            raise ValueError(f"step={step}; steps are counted from 0")
        if step >= len(shown) and self.facts["random"]:
            raise ValueError(f"step={step}; the first {len(shown)} were asked for: topology(..., steps={step + 1})")
        return np.array(shown[step % len(shown)]["weights"])

    @property
    def spectrum(self) -> np.ndarray:
        """The eigenvalues of the mixing matrix, of the largest modulus first: real of a symmetric one."""
        values = np.linalg.eigvalsh(self.matrix()) if self.facts["symmetric"] else np.linalg.eigvals(self.matrix())
        return values[np.argsort(-np.abs(values), kind="stable")]

    @property
    def spectral_gap(self) -> float:
        """1 minus the second largest modulus of an eigenvalue."""
        return self.facts["spectral_gap"]

    def __repr__(self) -> str:
        return f"Topology({self.facts['name']!r}, workers={self.workers})"


def topology(name: str, workers: int = 16, *, steps: int | None = None, seed: int | None = None, **options: Any) -> Topology:
    """A graph by its name, with its options: topology("ring", 16, weighting="uniform").matrix().

    steps: how many of one that changes with the step; by default its period.
    """
    words = ["topology", name, "--workers", str(workers), "--json"]
    words += _assignments({f"topology.{key}": value for key, value in options.items()})
    if seed is not None:
        words += ["--seed", str(seed)]
    if steps is None:
        steps = json.loads(call(words))["period"] or 1
    return Topology(json.loads(call([*words, "--steps", str(steps)])))
