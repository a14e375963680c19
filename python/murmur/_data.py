# SPDX-License-Identifier: Apache-2.0
"""Batches as functions of (worker, batch): what a simulation, a loop of one's own and a resumed run read alike."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable

import numpy as np


def _is_array(value: Any) -> bool:
    return hasattr(value, "shape") and hasattr(value, "dtype")


def _is_arrays(value: Any) -> bool:
    return _is_array(value) or (isinstance(value, tuple) and len(value) > 0 and all(map(_is_array, value)))


def _length(dataset: Any) -> int:
    if isinstance(dataset, tuple):
        lengths = {len(each) for each in dataset}
        if len(lengths) != 1:
            raise ValueError(f"the arrays of a dataset have {sorted(lengths)} examples; all have as many")
        return lengths.pop()
    return len(dataset)


def _take(dataset: Any, indices: np.ndarray, collate: Callable | None) -> Any:
    """The examples with these numbers as one batch."""
    if collate is None and type(dataset).__name__ == "TensorDataset":
        dataset = dataset.tensors
    if collate is None and _is_arrays(dataset):
        if isinstance(dataset, tuple):
            return tuple(_take(each, indices, None) for each in dataset)
        if type(dataset).__module__.startswith("torch"):
            import torch

            return dataset[torch.from_numpy(indices)]
        return dataset[indices]
    examples = [dataset[int(index)] for index in indices]
    if collate is None:
        from torch.utils.data import default_collate as collate
    return collate(examples)


class Batches:
    """The batches of every worker, shuffled anew in every epoch.

    datasets: one map-style dataset (with len() and []), an array, or a tuple of arrays: shuffled, and dealt to the workers in
    equal shares; or a list with one of these per worker.
    collate_fn: makes a batch of a list of examples; by default torch's default_collate, and arrays are indexed.

    batches(worker, batch) is batch number `batch` of a worker. It is a function of the two numbers and the seed: the same in a
    simulation and in a loop of one's own, batches(optimizer.rank, optimizer.batch).
    """

    def __init__(self, datasets: Any, workers: int, *, batch_size: int = 32, seed: int = 1, collate_fn: Callable | None = None):
        if batch_size < 1:
            raise ValueError(f"batch_size={batch_size}; 1 or more are possible")
        self._seed = seed
        self._size = batch_size
        self._collate = collate_fn
        self._orders: dict[int, tuple[int, np.ndarray]] = {}
        if isinstance(datasets, list):
            if len(datasets) != workers:
                raise ValueError(f"{len(datasets)} datasets for {workers} workers; give one per worker, or one to be dealt to all")
            self._datasets: Sequence[Any] = datasets
            self._own = [np.arange(_length(each)) for each in datasets]
        else:
            self._datasets = [datasets] * workers
            dealt = self._generator(workers, 0).permutation(_length(datasets))
            share = len(dealt) // workers
            self._own = [dealt[w * share : (w + 1) * share] for w in range(workers)]
        fewest = min(map(len, self._own))
        if fewest < batch_size:
            raise ValueError(f"a worker has {fewest} examples; a batch has {batch_size}: give more, or a smaller batch_size")

    @property
    def steps_per_epoch(self) -> int:
        """Of the worker with the fewest examples."""
        return min(map(len, self._own)) // self._size

    @property
    def examples(self) -> list[int]:
        """How many each worker has."""
        return [len(own) for own in self._own]

    def __call__(self, worker: int, batch: int) -> Any:
        own = self._own[worker]
        epoch, place = divmod(batch, len(own) // self._size)
        known = self._orders.get(worker)
        if known is None or known[0] != epoch:
            known = self._orders[worker] = (epoch, own[self._generator(worker, epoch).permutation(len(own))])
        return _take(self._datasets[worker], known[1][place * self._size : (place + 1) * self._size], self._collate)

    def _generator(self, worker: int, epoch: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(np.random.SeedSequence([self._seed, worker, epoch])))


class Parts:
    """The test data in parts: of a dataset, as in Batches, in its order; or a list of batches as they are."""

    def __init__(self, test: Any, batch_size: int, collate_fn: Callable | None):
        self._test = test
        self._size = batch_size
        self._collate = collate_fn
        self._ready = isinstance(test, list)
        self._examples = len(test) if self._ready else _length(test)
        self.count = self._examples if self._ready else -(-self._examples // batch_size)

    def __call__(self, part: int) -> Any:
        if self._ready:
            return self._test[part]
        begin = part * self._size
        return _take(self._test, np.arange(begin, min(begin + self._size, self._examples)), self._collate)

    def size(self, part: int) -> int:
        """Examples of a part; of a ready one 1, as its mean is all that is known."""
        return 1 if self._ready else min(self._size, self._examples - part * self._size)
