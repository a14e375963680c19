#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""snippets.py ROOT BUILD PAGE: writes, compiles and runs the code of docs/PAGE.md.

The page says where its snippets go, in these forms:

    Write `PATH`:                    the block that follows is that file
    Add to `PATH`:                   the block that follows goes before the end of the list in that file
    Declare `WHAT` in `PATH`         goes before the end of the namespace
    list `WHAT` in `PATH`            goes to the end of the only list of that file

Then the tests that PROMISES names are linked with it and run, and every command of the page is run.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from images import write_images
from overlay import Overlay
from pages import blocks_of, commands_in


@dataclass
class Promise:
    like: str  # the source whose compiler flags the new one takes
    tests: dict  # program: which of its tests cover the new file
    says: list = field(default_factory=list)  # (command of murmur, text that its output must contain)
    again: tuple = ()  # sources that include a changed header and must be recompiled
    loads: str = ""  # a library of torch's part, which the program loads from beside it
    train: tuple = ()  # added to the page's `train`, to make it short


TORCH = "murmur/learning/torch/"  # a library of its own, which the program loads
LIKE_TORCH = TORCH + "models/bert.cpp"  # the source whose compiler flags a new one there takes

PROMISES = {
    "add-an-algorithm": Promise(
        like="murmur/algorithms/dsgd.cpp",
        tests={"test_laws": "*dqhm*", "test_oracles": "*"},
        says=[("list algorithms", "dqhm")],
        again=("tests/oracles/golden_test.cpp", "tests/laws/traffic_laws_test.cpp")),
    "add-a-topology": Promise(
        like="murmur/topology/graphs/star.cpp",
        tests={"test_topology": "*"},
        says=[("list topologies", "wheel"), ("topology wheel --workers 9", "a worker hears 3 to 8")]),
    "add-a-way-of-talking": Promise(
        like="murmur/engine/ways/mixing.cpp",
        tests={"test_laws": "*dsgd_clipped*"},
        says=[("list algorithms", "dsgd-clipped")],
        again=("murmur/engine/ways/named.cpp", "tests/laws/traffic_laws_test.cpp")),
    "add-a-codec": Promise(
        like="murmur/codecs/sign.cpp",
        tests={"test_codecs": "*bfloat16*", "test_laws": "*bfloat16*"},
        says=[("list codecs", "bfloat16")],
        again=("tests/codecs/codec_laws_test.cpp", "tests/laws/compression_laws_test.cpp", "tests/laws/compressed_average_laws_test.cpp")),
    "add-a-dataset": Promise(
        like="murmur/data/images/mnist.cpp",
        tests={"test_data": "*"},
        says=[("list datasets", "kmnist"), ("data kmnist", "1024 training and 128 test examples"),
              ("list augmentations", "invert")],
        train=("--steps-limit", "2")),
    "add-a-model": Promise(
        like="murmur/models/lenet.cpp",
        tests={"test_models": "*", "test_learning": "Modules.*:Gradient.*"},
        says=[("list models", "all-conv"), ("list models", "mixer")],
        loads="libmurmur_torch.so",
        train=("--steps-limit", "2", "--set", "evaluation.examples=20")),
}


def before_last(pattern, text, what):
    places = [match.start() for match in re.finditer(pattern, text, re.MULTILINE)]
    return text[: places[-1]] + what + text[places[-1]:]


def apply(overlay, root, page):
    """Applies the page to the overlay; returns the sources to be compiled."""
    blocks = [block for block in blocks_of(root, page) if block.language == "cpp"]
    new, changed = [], set()
    for block in blocks:
        write = re.search(r"Write `([^`]+)`:$", block.before)
        add = re.search(r"Add to `([^`]+)`:$", block.before)
        if write:
            overlay.write(write[1], block.text)
            new.append(write[1])
        elif add:
            overlay.write(add[1], before_last(r"^};", overlay.read(add[1]), block.text))
        else:
            raise RuntimeError(f"{block.place}: which file is this? Write `PATH`: or Add to `PATH`: says it")
    prose = " ".join((root / page).read_text(encoding="utf-8").split())
    for what, path in re.findall(r"Declare `([^`]+)` in `([^`]+)`", prose):
        overlay.write(path, before_last(r"^$\n^}  // namespace", overlay.read(path), what + "\n"))
    for what, path in re.findall(r"list `([^`]+)` in `([^`]+)`", prose):
        text, count = re.subn(r"(\w\(\))\};", rf"\1, {what}}};", overlay.read(path))
        if count != 1:
            raise RuntimeError(f"{page}: {path} has {count} lists, not one")
        overlay.write(path, text)
        changed.add(path)
    return new, sorted(changed)


def run(words, environment=None):
    """Runs a command without this environment's MURMUR_ variables; returns its output."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MURMUR_")}
    done = subprocess.run(words, capture_output=True, text=True, env={**clean, **(environment or {})})
    print(f"{shlex.join(map(str, words))}: {done.returncode}")
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def run_tests(program, wanted):
    said = run([program, f"--gtest_filter={wanted}", "--gtest_brief=1"])
    if not re.search(r"^\[==========\] [1-9]\d* tests? ", said, re.MULTILINE):
        raise RuntimeError(f"{program} has no tests {wanted}")


def run_commands(root, page, promise, program, folder):
    environment = {"MURMUR_OUTPUT": str(folder), "MURMUR_DATA": str(folder / "data")}
    write_images(folder / "data/kmnist")
    for block in blocks_of(root, page):
        for command in commands_in(block.text) if block.language == "sh" else ():
            words = shlex.split(command)
            if words[0] != "build/release/murmur":
                raise RuntimeError(f"{block.place}: {command} is no command of the program")
            words[0] = program
            run(words + list(promise.train if words[1] == "train" else ()), environment)
    for command, what in promise.says:
        if what not in run([program, *command.split()], environment):
            raise RuntimeError(f"murmur {command} does not say '{what}'")


def main():
    root, build, name = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3]
    page, promise = f"docs/{name}.md", PROMISES[name]
    overlay = Overlay(root, build, build / "tests/docs" / name)
    os.chdir(root)
    try:
        new, changed = apply(overlay, root, page)
        for path in new:
            overlay.compile(path, like=LIKE_TORCH if path.startswith(TORCH) else promise.like)
        for path in [*changed, *promise.again]:
            overlay.compile(path)
        for test, wanted in promise.tests.items():
            run_tests(overlay.link(f"tests/{test}", () if test == "test_learning" else (TORCH,)), wanted)
        if promise.loads:
            overlay.link(promise.loads)
        with tempfile.TemporaryDirectory() as folder:
            run_commands(root, page, promise, overlay.link_program((TORCH,)), Path(folder))
    except RuntimeError as error:
        sys.exit(f"{page}: {error}")


if __name__ == "__main__":
    main()
