# SPDX-License-Identifier: Apache-2.0
"""The rates and weight decays of groups of parameters, as factors of those of the first group. A schedule multiplies all rates by
one number: factors that are the same up to rounding stay as they are, so a step has the bits of a simulation with these factors."""
from __future__ import annotations

from typing import Any

from murmur._murmur import Error

_ROUNDING = 1e-9


class GroupFactors:
    def __init__(self, groups: list[dict[str, Any]], common: float | None):
        """weight_decay: of factor 1, that of the defaults, or the first one that a group has; None: the method's."""
        self.weight_decay = common
        for group in groups:
            if not self.weight_decay and group["weight_decay"] is not None:
                self.weight_decay = group["weight_decay"]
        self._factors: list[list[float]] | None = None

    def changed(self, groups: list[dict[str, Any]]) -> list[tuple[int, float, float]]:
        """(group, factor of the rate, factor of the decay) where these are others than at the last call."""
        before = self._factors or [[1.0, 1.0] for _ in groups]
        self._factors = [
            [
                _factor(old[0], group["lr"], groups[0]["lr"], "rate", number),
                old[1] if group["weight_decay"] is None else _factor(old[1], group["weight_decay"], self.weight_decay, "weight decay", number),
            ]
            for number, (old, group) in enumerate(zip(before, groups))
        ]
        return [(number, *new) for number, (old, new) in enumerate(zip(before, self._factors)) if old != new]


def _factor(old: float, value: float, base: float | None, what: str, group: int) -> float:
    value, base = float(value), float(base or 0)
    if abs(value - old * base) <= _ROUNDING * abs(value):
        return old
    if not base > 0:
        raise Error(f"the {what} of group {group} is {value}, and that of the first group, or of all, is {base}; it is to be more than 0")
    return value / base
