# SPDX-License-Identifier: Apache-2.0
"""murmur.compare(): methods beside each other, with a model of one's own or from a file."""
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

from murmur._run import Report, Run, remove_at_end

if TYPE_CHECKING:
    import pandas


class Comparison:
    """Runs by method, setting and seed, in one folder."""

    def __init__(self, folder: Path | None = None):
        self.folder = remove_at_end(self) if folder is None else folder
        self.runs: dict[tuple[str, str, int], Run] = {}

    @property
    def metrics(self) -> pandas.DataFrame:
        """Every line of every run, with its method, setting and seed."""
        import pandas

        frames = [run.metrics.assign(method=m, setting=s, seed=seed) for (m, s, seed), run in self.runs.items()]
        return pandas.concat(frames, ignore_index=True)

    def table(self, metric: str = "eval/loss_local_mean") -> pandas.DataFrame:
        """The metric at the end of the runs: its mean and standard deviation over seeds, by method and setting."""
        last = self.metrics.sort_values("step").groupby(["method", "setting", "seed"], sort=False).tail(1)
        if metric not in last:
            raise KeyError(f"there is no metric '{metric}'; there are {', '.join(sorted(c for c in last if '/' in c))}")
        return last.groupby(["method", "setting"], sort=False)[metric].agg(["mean", "std", "count"])

    def report(self) -> Report:
        """Of a file: the page of `murmur compare`. Of one's own model: the table, with a link to the report of every run."""
        page = self.folder / "report.html"
        if not page.exists():
            links = "".join(f'<li><a href="{run.report().path}">{" ".join(map(str, name))}</a></li>' for name, run in self.runs.items())
            page.write_text(f"<!doctype html><title>murmur</title>{self.table().to_html()}<ul>{links}</ul>", encoding="utf-8")
        return Report(page)

    def _repr_html_(self) -> str:
        return self.report()._repr_html_()


def compare(
    model_fn: Any,
    loss_fn: Callable | None = None,
    datasets: Any = None,
    *,
    methods: Mapping[str, Mapping[str, Any]] | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    seeds: Sequence[int] = (1,),
    folder: str | os.PathLike | None = None,
    **common: Any,
) -> Comparison:
    """Runs murmur.simulate() for every method, setting and seed.

    methods: by name, arguments of simulate(): {"QG": {"algorithm": "qg-dsgdm-n"}, "local": {"algorithm": "dsgdm-n", "lr": 0.05}}.
    settings: likewise, of what is compared in: {"ring": {"topology": "ring"}}; `datasets` may be one of them. common: arguments of
    all. A method's arguments override a setting's, and these the common ones.

    compare("file.toml") is `murmur compare FILE`.
    """
    if isinstance(model_fn, (str, os.PathLike)):
        return _from_file(model_fn, folder)
    from murmur._simulate import simulate

    if not methods:
        raise TypeError('methods={"a name": {"algorithm": ...}, ...} says what is compared')
    comparison = Comparison(None if folder is None else Path(folder))
    for setting, of_setting in (settings or {"": {}}).items():
        for method, of_method in methods.items():
            for seed in seeds:
                arguments = {"datasets": datasets, **common, **of_setting, **of_method, "seed": seed}
                place = comparison.folder / "-".join(filter(None, (method, setting, str(seed)))).replace("/", "-")
                comparison.runs[method, setting, seed] = simulate(model_fn, loss_fn, arguments.pop("datasets"), folder=place, **arguments)
    return comparison


def _from_file(file: str | os.PathLike, folder: str | os.PathLike | None) -> Comparison:
    from murmur._program import call

    comparison = Comparison(None if folder is None else Path(folder))
    call(["compare", os.fspath(file), "--output", os.fspath(comparison.folder)], shown=True)
    for place in sorted(comparison.folder.rglob("metrics.jsonl")):
        words = place.parent.relative_to(comparison.folder).as_posix()
        comparison.runs[words, "", 0] = Run(place.parent)
    return comparison
