#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tidy.py ROOT [RULE]: holds the files below ROOT against the rules of rules.py, or one of them."""
import sys

import rules
from source_tree import read_tree


def main():
    root = sys.argv[1]
    chosen = [rule for rule in rules.RULES if len(sys.argv) < 3 or rule.__name__ == sys.argv[2]]
    files = read_tree(root)
    sources = [file for file in files if file.is_cpp]
    if not chosen or not sources:
        sys.exit(f"nothing to check: {len(chosen)} rules, {len(sources)} sources below {root}")
    found = 0
    for rule in chosen:
        for path, line, sentence in rules.findings(rule, files):
            print(f"{path}:{line}: {sentence}")
            found += 1
    print(f"{len(files)} files, {len(chosen)} rules, {found} findings")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
