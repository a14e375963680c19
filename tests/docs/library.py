#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""library.py ROOT BUILD COMPILER: the programs of docs/library.md are compiled against this build's library, and run.

Lines of the page that are set apart (C++) must stand in the example that it names; docs/api.md must be what
scripts/api-reference makes, and name everything that the library shows.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from pages import blocks_of


def run(words, folder=None):
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def quoted(root, page):
    """Lines behind "(C++):" must be those of the example."""
    text = (root / page).read_text(encoding="utf-8")
    examples = [(root / f"examples/cpp/{name}.cpp").read_text(encoding="utf-8") for name in ("own_module", "own_loop")]
    example = " ".join(" ".join(examples).split())
    for block in re.findall(r"\(C\+\+\):\n\n((?:    .*\n)+)", text):
        for line in block.splitlines():
            if " ".join(line.split()) not in example:
                sys.exit(f"{page}: the example has no line\n{line}")


def named(root, build):
    """What libmurmur.so shows is in docs/api.md."""
    page = (root / "docs/api.md").read_text(encoding="utf-8")
    shown = run(["nm", "-DC", "--defined-only", build / "libmurmur.so"])
    names = set(re.findall(r"murmur::v0_1::(?:\w+(?:<\w+>)?::)?(\w+)(?:\[abi:cxx11\])?\(", shown))
    missing = sorted(name for name in names if not re.search(rf"\b{name}\(", page))
    if missing or "step" not in names:
        sys.exit(f"docs/api.md does not name {missing}")


def main():
    root, build, compiler = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3]
    count = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for block in blocks_of(root, "docs/library.md"):
            if block.language != "cpp":
                continue
            (folder / "page.cpp").write_text(block.text, encoding="utf-8")
            run([compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", f"-I{root}/include", folder / "page.cpp", "-o", folder / "page",
                 build / "libmurmur.so", f"-Wl,-rpath,{build}"])
            print(f"{block.place}\n{run([folder / 'page'], folder)}")
            count += 1
    quoted(root, "docs/library.md")
    run([sys.executable, "-B", root / "scripts/api-reference", "--check"])
    named(root, build)
    if count < 2:
        sys.exit("docs/library.md has no programs")


if __name__ == "__main__":
    main()
