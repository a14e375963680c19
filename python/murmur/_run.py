# SPDX-License-Identifier: Apache-2.0
"""What a run left: metrics as a frame, models, the report."""
from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from murmur._murmur import Error

if TYPE_CHECKING:
    import pandas


class Report:
    """report.html of a run, one file that needs no network; a notebook shows it."""

    def __init__(self, path: Path):
        self.path = path

    def save(self, path: str | os.PathLike) -> Path:
        return Path(shutil.copyfile(self.path, path))

    def _repr_html_(self) -> str:
        import html

        page = html.escape(self.path.read_text(encoding="utf-8"), quote=True)
        return f'<iframe srcdoc="{page}" width="100%" height="800" style="border: 0"></iframe>'

    def __repr__(self) -> str:
        return f"Report({str(self.path)!r})"


def make_report(folder: Path) -> Report:
    from murmur._program import call

    call(["report", os.fspath(folder)])
    return Report(folder / "report.html")


class Run:
    """The folder of a run: what `murmur train` and murmur.simulate() leave."""

    def __init__(self, folder: str | os.PathLike):
        self.folder = Path(folder)
        if not (self.folder / "metrics.jsonl").exists():
            raise Error(f"{self.folder} is no folder of a run: there is no metrics.jsonl in it")

    @property
    def metrics(self) -> pandas.DataFrame:
        """A line per evaluation: step, epoch, wall_s and every metric of docs/files.md."""
        import pandas

        lines = [json.loads(line) for line in (self.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
        return pandas.DataFrame([{**{k: v for k, v in line.items() if k != "values"}, **line.get("values", {})} for line in lines])

    @property
    def summary(self) -> dict[str, Any]:
        """summary.json."""
        return json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))

    @property
    def digest(self) -> str:
        """Of all models at the end: 16 hexadecimal digits, the same in every world."""
        return self.summary["digest"]

    @property
    def config(self) -> str:
        """The settings with their values, as a configuration file."""
        return (self.folder / "config.toml").read_text(encoding="utf-8")

    def report(self) -> Report:
        return make_report(self.folder)

    def _repr_html_(self) -> str:
        return self.report()._repr_html_()

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r})"


def remove_at_end(owner: Any) -> Path:
    """A new folder that is removed when `owner` is."""
    folder = Path(tempfile.mkdtemp(prefix="murmur-"))
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return folder / "run"
