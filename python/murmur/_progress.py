# SPDX-License-Identifier: Apache-2.0
"""A line per evaluation, in a terminal or a notebook."""
from __future__ import annotations

import sys
import time


class Progress:
    def __init__(self, wanted: bool | None, steps: int):
        self._shown = wanted if wanted is not None else sys.stderr.isatty() or "ipykernel" in sys.modules
        self._steps = steps
        self._began = time.monotonic()

    def show(self, step: int, metrics: dict[str, float]) -> None:
        if not self._shown:
            return
        words = [f"step {step} of {self._steps}"]
        words += [f"{name} {metrics[name]:.4g}" for name in ("train/loss", "local/loss", "local/accuracy", "average/accuracy") if name in metrics]
        print(", ".join([*words, f"{time.monotonic() - self._began:.1f} s"]), file=sys.stderr, flush=True)
