#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compiled.py ROOT BUILD [ELSEWHERE...]: every source file belongs to a target of this build.

ELSEWHERE: patterns of paths that another configuration compiles (learning without torch, say).
"""
import json
import re
import sys
from pathlib import Path


def main():
    root, build, elsewhere = Path(sys.argv[1]).resolve(), Path(sys.argv[2]), sys.argv[3:]
    commands = json.loads((build / "compile_commands.json").read_text())
    compiled = {Path(command["directory"], command["file"]).resolve() for command in commands}
    forgotten = 0
    for folder in ("murmur", "tests", "bench"):
        for path in sorted((root / folder).rglob("*.cpp")):
            name = path.relative_to(root).as_posix()
            if path not in compiled and not any(re.search(pattern, name) for pattern in elsewhere):
                print(f"{name}: no target compiles it")
                forgotten += 1
    ours = sum(path.is_relative_to(root) for path in compiled)
    print(f"{ours} sources in targets, {forgotten} in none")
    sys.exit(1 if forgotten or not ours else 0)


if __name__ == "__main__":
    main()
