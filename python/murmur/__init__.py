# SPDX-License-Identifier: Apache-2.0
"""Decentralized and communication-efficient training of deep networks.

    run = murmur.simulate(model_fn, loss_fn, datasets, algorithm="qg-dsgdm-n", topology="ring", workers=16, steps=1000, lr=0.1)
    optimizer = murmur.optim.QGDSGDmN(model.parameters(), lr=0.1, topology="ring")        # one process per worker, under mpirun

Torch is imported when something of it is asked for. docs/python.md is the page to begin with.
"""
from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from murmur._murmur import Error, version

__version__ = version()

_PLACES = {
    "simulate": "_simulate",
    "compare": "_compare",
    "compile": "_compile",
    "Batches": "_data",
    "Run": "_run",
    "Simulation": "_arrays",
    "Gradient": "_arrays",
    "Worker": "_arrays",
    "train": "_program",
    "plan": "_program",
    "topology": "_program",
    "Topology": "_program",
    "seed_draws": "_draws",
    "cmake_dir": "_program",
}
__all__ = ["Error", "optim", *sorted(_PLACES)]

if TYPE_CHECKING:
    from murmur import optim as optim
    from murmur._arrays import Gradient as Gradient, Simulation as Simulation, Worker as Worker
    from murmur._compare import compare as compare
    from murmur._compile import compile as compile
    from murmur._data import Batches as Batches
    from murmur._draws import seed_draws as seed_draws
    from murmur._program import Topology as Topology, cmake_dir as cmake_dir, plan as plan, topology as topology, train as train
    from murmur._run import Run as Run
    from murmur._simulate import simulate as simulate


def __getattr__(name: str):
    if name == "optim":
        return importlib.import_module("murmur.optim")
    if name in _PLACES:
        value = getattr(importlib.import_module(f"murmur.{_PLACES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'murmur' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES, "optim"])
