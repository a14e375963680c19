#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""vectorized.py BUILD SOURCE: gcc reports that it vectorised the hot loops of one source.

Hot are the kernels of algorithms (KernelOf<...>::loop and ::map of core/kernel.h, function by function), and
elsewhere the loops over coordinates below a signature with __restrict (line by line, as they are inlined).
A kernel that only copies may have become a memcpy. The source is compiled again with the build's own command.
"""
import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

KERNEL = re.compile(r"murmur::detail::KernelOf<.*>::(loop|map)\b")
VECTORIZED = re.compile(r"^(\S+?):(\d+):\d+: optimized: +loop vectorized", re.MULTILINE)


def report(build, source):
    """What gcc's vectoriser says of the source, function by function: {name: text}."""
    commands = json.loads((build / "compile_commands.json").read_text())
    (command,) = [c for c in commands if Path(c["directory"], c["file"]).resolve() == source]
    words = shlex.split(command["command"])
    words = words[: words.index("-o")] + ["-S", "-o", "/dev/null", str(source)]
    with tempfile.NamedTemporaryFile() as dump:
        words.append(f"-fdump-tree-vect-optimized={dump.name}")
        subprocess.run(words, cwd=command["directory"], check=True)
        text = Path(dump.name).read_text()
    functions = re.split(r"^;; Function ", text, flags=re.MULTILINE)[1:]
    return {function.split("\n", 1)[0]: function for function in functions}


def hot_lines(source):
    """Lines of the outermost `for` below each signature with __restrict."""
    lines = source.read_text().splitlines()
    wanted = set()
    for number, line in enumerate(lines):
        if "__restrict" not in line:
            continue
        for below in range(number, min(number + 25, len(lines))):
            if re.match(r"  for \(.* < count;", lines[below]):
                wanted.add(below + 1)
                break
            if lines[below].startswith("}"):
                break
    return wanted


def main():
    build, source = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
    functions = report(build, source)
    failures, checked = [], 0
    for name, text in functions.items():
        if KERNEL.search(name):
            checked += 1
            if not VECTORIZED.search(text) and "memcpy" not in text:
                failures.append(f"not vectorised: {name.split(' (')[0]}")
    reported = {
        int(line)
        for text in functions.values()
        for file, line in VECTORIZED.findall(text)
        if Path(file).name == source.name
    }
    for line in sorted(hot_lines(source)):
        checked += 1
        if line not in reported:
            failures.append(f"not vectorised: {source}:{line}")
    print("\n".join(failures))
    print(f"{checked} hot loops, {len(failures)} not vectorised")
    sys.exit(1 if failures or not checked else 0)


if __name__ == "__main__":
    main()
