# SPDX-License-Identifier: Apache-2.0
"""The engine without a framework: gradients of arrays, by NumPy, JAX or anything that writes into an array."""
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np

from murmur import _murmur
from murmur._murmur import Error
from murmur._settings import Setting, make_options

Arrays = dict[str, np.ndarray]
_KINDS = {np.dtype(np.float32): "32", np.dtype(np.float64): "64"}


@dataclass
class Gradient:
    """One gradient to be computed: read x, write gradient, return the mean loss. Random draws are functions of (worker, batch)."""

    worker: int
    batch: int  # how many batches the worker has begun before this one
    step: int
    thread: int  # of the compute threads, counted from 0
    x: Arrays  # the model; not to be changed
    gradient: Arrays  # out
    buffers: Arrays  # the worker's own, to be used and changed; empty: they must not change


class _Rows:
    """Names and shapes of a model's arrays, and its views of rows, made once per row."""

    def __init__(self, parameters: Mapping[str, Any], buffers: Mapping[str, Any] | None, dtype: Any):
        arrays = {name: np.asarray(value) for name, value in parameters.items()}
        if dtype is None:
            dtype = np.float64 if any(each.dtype == np.float64 for each in arrays.values()) else np.float32
        if np.dtype(dtype) not in _KINDS:
            raise Error(f"dtype={dtype}; rows are of float32 or float64")
        self.kind = _KINDS[np.dtype(dtype)]
        self.start = {name: each.astype(dtype) for name, each in arrays.items()}
        self.start_buffers = {name: np.asarray(each).astype(dtype) for name, each in (buffers or {}).items()}
        self.shapes = [(name, list(each.shape)) for name, each in self.start.items()]
        self.buffer_shapes = [(name, list(each.shape)) for name, each in self.start_buffers.items()]
        self._views = getattr(_murmur, f"views{self.kind}")
        self._known: dict[tuple[int, bool], Arrays] = {}

    def at(self, address: int, of_buffers: bool = False) -> Arrays:
        """Within a call of the engine: nothing keeps the memory alive."""
        if address == 0:
            return {}
        found = self._known.get((address, of_buffers))
        if found is None:
            shapes = self.buffer_shapes if of_buffers else self.shapes
            found = self._known[address, of_buffers] = named(shapes, self._views(address, shapes))
        return found

    def write_start(self, worker: int, row: int, buffers: int) -> None:
        for places, values in ((self.at(row), self.start), (self.at(buffers, True), self.start_buffers)):
            for name, place in places.items():
                place[...] = values[name]


def named(shapes: Sequence[tuple[str, Any]], views: Sequence[Any]) -> Arrays:
    return {name: np.asarray(view) for (name, _), view in zip(shapes, views)}


class _Stepped:
    """What a simulation and a worker have alike: an engine, and the rows of its models."""

    _engine: Any
    _rows: _Rows

    @property
    def steps(self) -> int:
        return self._engine.steps()

    def average_model(self) -> Arrays:
        """The exact average, a copy."""
        return {name: each.copy() for name, each in named(self._rows.shapes, self._engine.average_model()).items()}

    def consensus_distance(self) -> float:
        return self._engine.consensus_distance()

    def digest(self) -> str:
        """Of all models: 16 hexadecimal digits."""
        return self._engine.digest()

    def save(self, folder: str | os.PathLike) -> None:
        self._engine.save(os.fspath(folder))

    def resume(self, folder: str | os.PathLike) -> None:
        """Goes on from the newest checkpoint in the folder; also behind a step that failed."""
        self._engine.resume(os.fspath(folder))


class Simulation(_Stepped):
    """Many workers in this process, step by step.

    parameters: the initial model, {name: array}. gradient(job: Gradient) -> loss writes job.gradient; called from several threads.
    buffers: what a pass changes beside the gradient, likewise. score(x, buffers, part) -> {name: (sum, count)} for each of
    `score_parts` parts of the test data, with arrays by name. dtype: float32, or float64, which it is if a parameter is.
    The rest as in murmur.simulate().
    """

    def __init__(
        self,
        parameters: Mapping[str, Any],
        gradient: Callable[[Gradient], float],
        *,
        workers: int | None = None,
        threads: int | None = None,
        seed: int | None = None,
        algorithm: Setting = None,
        topology: Setting = None,
        outer: Setting = None,
        buffers: Mapping[str, Any] | None = None,
        average_buffers: bool = False,
        score: Callable[[Arrays, Arrays, int], Mapping[str, tuple[float, int]]] | None = None,
        score_parts: int = 0,
        steps_per_epoch: int = 0,
        examples: Sequence[int] = (),
        dtype: Any = None,
        config: str | os.PathLike | None = None,
        settings: Mapping[str, Any] | None = None,
    ):
        rows = self._rows = _Rows(parameters, buffers, dtype)

        def compute(worker: int, batch: int, step: int, thread: int, x: int, into: int, own: int) -> float:
            return gradient(Gradient(worker, batch, step, thread, rows.at(x), rows.at(into), rows.at(own, True)))

        def judge(x: int, own: int, part: int) -> dict[str, tuple[float, int]]:
            assert score is not None
            return {name: (float(s), int(n)) for name, (s, n) in score(rows.at(x), rows.at(own, True), part).items()}

        options = make_options(
            config, algorithm=algorithm, topology=topology, outer=outer, settings=settings, workers=workers, threads=threads, seed=seed
        )
        self._engine = getattr(_murmur, f"Simulation{rows.kind}")(
            options, rows.shapes, rows.buffer_shapes, average_buffers, rows.write_start, compute, judge if score else None, score_parts,
            steps_per_epoch, list(examples),
        )  # fmt: skip

    def step(self, lr: float | None = None) -> list[float]:
        """One step of every worker; the loss of each before it. None: the rate of the settings."""
        return self._engine.step(lr)

    @property
    def workers(self) -> int:
        return self._engine.workers()

    @property
    def fields(self) -> list[str]:
        """What the algorithm keeps, the model "x" first."""
        return self._engine.fields()

    def row(self, worker: int, field: str = "x") -> Arrays:
        """Views of a worker's field; they outlive this simulation."""
        return named(self._rows.shapes, self._engine.row(worker, field))

    def buffers(self, worker: int) -> Arrays:
        return named(self._rows.buffer_shapes, self._engine.buffers(worker))

    def evaluate(self) -> dict[str, float]:
        """The metrics of a line of metrics.jsonl."""
        return self._engine.evaluate()

    def record(self, folder: str | os.PathLike) -> None:
        """From now on evaluate() also writes to the folder of a run."""
        self._engine.record(os.fspath(folder))

    def report(self) -> None:
        """Writes summary.json and report.html of the recorded run."""
        self._engine.report()

    def config(self) -> str:
        return self._engine.config()

    def warnings(self) -> list[str]:
        """About settings without the effect that they promise."""
        return self._engine.warnings()


class Worker(_Stepped):
    """One worker in this process, whose loop is yours; the others are in the processes that mpirun or torchrun started.

    Write the gradient of batch number `batch` at x into gradient, then step(lr). All processes construct it and step together.
    """

    def __init__(
        self,
        parameters: Mapping[str, Any],
        *,
        seed: int | None = None,
        algorithm: Setting = None,
        topology: Setting = None,
        outer: Setting = None,
        buffers: Mapping[str, Any] | None = None,
        average_buffers: bool = False,
        steps_per_epoch: int = 0,
        dtype: Any = None,
        communicator: int | None = None,
        config: str | os.PathLike | None = None,
        settings: Mapping[str, Any] | None = None,
    ):
        rows = _Rows(parameters, buffers, dtype)
        options = make_options(config, algorithm=algorithm, topology=topology, outer=outer, settings=settings, seed=seed)
        engine = self._engine = getattr(_murmur, f"Worker{rows.kind}")(
            options, rows.shapes, rows.buffer_shapes, average_buffers, rows.write_start, steps_per_epoch, communicator
        )
        self._rows = rows
        self.x: Arrays = named(rows.shapes, engine.x())
        self.gradient: Arrays = named(rows.shapes, engine.gradient())
        self.buffers: Arrays = named(rows.buffer_shapes, engine.buffers()) if rows.buffer_shapes else {}

    @property
    def rank(self) -> int:
        return self._engine.rank()

    @property
    def size(self) -> int:
        return self._engine.size()

    @property
    def batch(self) -> int:
        """The number of the batch that the next step is of."""
        return self._engine.batch()

    def step(self, lr: float | None = None) -> None:
        """Collective, as are average_model, consensus_distance, digest, save, resume and close."""
        self._engine.step(lr)

    def close(self) -> None:
        self._engine.close()
