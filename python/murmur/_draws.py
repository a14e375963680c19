# SPDX-License-Identifier: Apache-2.0
"""Random numbers that a module of torch draws from the default generator, dropout for example. Before each batch it is seeded
with a function of (seed, worker, batch), as include/murmur/torch/draws.h does: a batch has the same draws wherever its worker is
simulated, and in a loop of one's own."""
from __future__ import annotations

import threading
from typing import Callable, TypeVar

Value = TypeVar("Value")
_MASK = (1 << 64) - 1


def _mix(z: int) -> int:
    z = (z + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def draws_seed(seed: int, worker: int, batch: int) -> int:
    """SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), once per number."""
    return _mix(_mix(_mix(seed & _MASK) ^ worker) ^ batch)


def seed_draws(seed: int, worker: int, batch: int) -> None:
    """Seeds torch's default generator for a batch."""
    import torch

    torch.default_generator.manual_seed(draws_seed(seed, worker, batch))


class Draws:
    """Forward passes of several threads, each with the draws of its batch.

    The default generator is one of the whole process, so forward passes that draw are made one at a time. Which do is found out:
    as long as `wanted` (None) does not say it, passes are made one at a time and looked at, until every worker has made one. If
    none of these drew, they are made at the same time from then on; one that draws all the same is an error, as its numbers would
    be of chance.
    """

    def __init__(self, wanted: bool | None, workers: int, seed: int):
        import torch

        self._torch = torch
        self._generator = torch.default_generator
        self._lock = threading.Lock()
        self._seed = seed
        self._wanted = wanted
        self._free = wanted is False
        self._unseen = set() if wanted is not None else set(range(workers))
        self._state = None

    def __call__(self, worker: int, batch: int, forward: Callable[[], Value]) -> Value:
        if self._free:
            value = forward()
            if self._wanted is None and not self._torch.equal(self._generator.get_state(), self._state):
                raise RuntimeError(
                    f"batch {batch} of worker {worker} drew random numbers from torch's default generator, and the first batch of "
                    "every worker did not; pass draws=True, so that forward passes that draw are made one at a time"
                )
            return value
        with self._lock:
            self._generator.manual_seed(draws_seed(self._seed, worker, batch))
            before = self._generator.get_state() if self._unseen else None
            value = forward()
            if before is not None:
                self._look(worker, before)
            return value

    def _look(self, worker: int, before) -> None:
        self._unseen.discard(worker)
        if not self._torch.equal(self._generator.get_state(), before):
            self._unseen.clear()
            self._wanted = True
        elif not self._unseen:
            self._state = before
            self._free = True
