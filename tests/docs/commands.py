#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""commands.py ROOT PROGRAM: runs the commands of README.md, docs/*.md and the heads of examples/*.toml.

For each page the following run in its own copy of docs, examples and scripts, from top to bottom:

* every command in a ```sh block. SHORTER shortens training and changes nothing else; commands that install, build or
  measure are listed in ELSEWHERE with the reason. A command that is neither is a failure, and so is an entry of
  ELSEWHERE that no page has. The pages of snippets.py are run there, with the program that they build;
* every ```toml block, with SHORTER. One without `workers` is a part: its tables replace those of PART_OF.

Figures that a command draws must equal those of the tree, and docs/configuration.md must name every key that a run
writes into its config.toml.
"""
import filecmp
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from images import write_arrays, write_cifar10, write_images, write_new_images
from pages import FENCE, blocks_of, commands_in, pages
from snippets import PROMISES
from texts import write_ag_news, write_texts, write_translations

PROGRAM = "build/release/murmur"
SHORTER = {
    "train": ["--steps-limit", "2", "--set", "evaluation.examples=100"],
    "compare": ["--seed", "1", "--set", "schedule.steps=2", "--set", "evaluation.examples=100"],
    "solve": [],
    "list": [],
    "topology": [],
    "plan": [],
    "doctor": [],
    "data": [],
    "report": [],
    "export": [],
    "evaluate": ["--set", "evaluation.examples=100"],
    "predict": [],
}
SCRIPTS = ("scripts/plot-toys", "scripts/cut-figure")
PART_OF = "examples/quasi-global.toml"
OWN_ARRAYS = "mine.npz"
OWN_IMAGES = "/where/the/four/files/are"  # in a page: stands for a folder of the reader's

BUILDS = "installs and builds: the tests run in what it has built"
MEASURES = "a benchmark: minutes, on a machine that does nothing else"
HOSTS = "makes network namespaces, which needs root; tests/network does, where it can"
ELSEWHERE = {
    "scripts/demo": BUILDS,
    "scripts/test": BUILDS,
    "scripts/setup": BUILDS,
    "cmake --preset release": BUILDS,
    "cmake --build --preset release": BUILDS,
    "ctest --preset release": "runs this test",
    "bench/w1 --rounds 2 --repeats 3": MEASURES,
    "build/bench/bench_round": MEASURES,
    "build/bench/bench_learning_gradient": MEASURES,
    "build/bench/bench_learning_optimizer": MEASURES,
    "bench/resnet": MEASURES,
    "bench/start": MEASURES,
    "bench/memory": MEASURES,
    "bench/timeline": MEASURES,
    "mpirun -n 4 build/bench/bench_buckets 12": MEASURES,
    "bench/processes --rounds 1": MEASURES,
    "bench/cluster --parts steps,clock,cores --quiet-cores --rounds 1": MEASURES,
    "bench/cluster --parts bandwidth --rounds 2": MEASURES,
    "bench/cluster --parts cores --rounds 3": MEASURES,
    "scripts/network --hosts 4 --mbit 1000 -- build/bench/bench_cluster --gradient silent": MEASURES,
    "scripts/network --hosts 4 --mbit 1000 -- build/release/murmur train examples/quasi-global.toml": HOSTS,
}


class Desk:
    """A copy of the tree as a user has it after the build, without its sources."""

    def __init__(self, root, program, folder, data):
        self.folder = folder
        for name in ("docs", "examples", "scripts"):
            shutil.copytree(root / name, folder / name)
        write_texts(folder)
        write_translations(folder / "translations")
        write_new_images(folder / "new.npz")
        (folder / "build").mkdir()
        (folder / "build/release").symlink_to(program.parent, target_is_directory=True)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("MURMUR_")}
        self.environment["MURMUR_DATA"] = str(data)

    def run(self, words):
        """The error, or an empty string."""
        done = subprocess.run(words, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        return "" if done.returncode == 0 else f"ended with {done.returncode}:\n{done.stderr or done.stdout}"


def words_of(command):
    """The words to run for a command of a page; None if this test does not run it."""
    words = shlex.split(command)
    if words[0] == PROGRAM and words[1] in SHORTER:
        return words + SHORTER[words[1]]
    return words if words[0] in SCRIPTS else None


def in_parts(toml):
    """The text before the first table, and the tables: {name: text}. [[a.b]] and [a.b] belong to [a]."""
    parts = {"": ""}
    name = ""
    for line in toml.splitlines(keepends=True):
        header = re.match(r"\[+([A-Za-z_]+)", line)
        name = header[1] if header else name
        parts[name] = parts.get(name, "") + line
    return parts


def whole_file(block, desk, images):
    """The block as a file that can be run, and the command that runs it."""
    text = block.text.replace(OWN_IMAGES, str(images))
    parts = in_parts(text)
    if not re.search(r"^workers\b", parts[""], re.MULTILINE):
        parts = {**in_parts((desk.folder / PART_OF).read_text(encoding="utf-8")), **parts, "": "workers = 16\n"}
    command = "solve" if "problem" in parts else "compare" if "compare" in parts else "train"
    return "".join(parts.values()), command


def check_toml(block, desk, images):
    text, command = whole_file(block, desk, images)
    file = desk.folder / f"block-{block.line}.toml"
    file.write_text(text, encoding="utf-8")
    if OWN_ARRAYS in text:
        write_arrays(desk.folder / OWN_ARRAYS)
    return desk.run([PROGRAM, command, file.name, *SHORTER[command], *([] if command == "solve" else ["--quiet"])])


def check_page(root, page, desk, images, used):
    """Pairs of a place and its error, which is empty if there is none."""
    for block in blocks_of(root, page):
        if block.language == "toml":
            yield block.place, check_toml(block, desk, images)
        typed_here = block.language == "sh" and Path(page).stem not in PROMISES
        for command in commands_in(block.text) if typed_here else ():
            words = words_of(command)
            if words:
                yield f"{block.place}: {command}", desk.run(words)
            elif command in ELSEWHERE:
                used.add(command)
            else:
                yield f"{block.place}: {command}", "is neither run by tests/docs/commands.py nor listed there"


def check_examples(root, desk):
    """The command in the head of an example names the example."""
    for example in sorted((root / "examples").glob("*.toml")):
        name = example.relative_to(root)
        found = re.findall(r"^#   (murmur .*)$", example.read_text(encoding="utf-8"), re.MULTILINE)
        if not any(str(name) in command for command in found):
            yield str(name), "has no command in its head: a line `#   murmur ... " + str(name) + "`"
        for command in found:
            words = words_of(command.replace("murmur", PROGRAM, 1))
            yield f"{name}: {command}", desk.run(words) if words else "is no command that this test knows"


TABLES = [*SHORTER["compare"], *"--set algorithm.learning_rate=0.1 --set schedule.steps=1".split(),
          *"--set evaluation.workers=1".split()]  # hours become seconds; nothing is tuned
IMAGES = "--set data.batch_size=2".split()
TRANSLATIONS = "--set data.folder=translations --set data.vocabulary_size=32 --set data.batch_tokens=64".split()


def check_tables(root, desk):
    """The tables of papers, in folders of examples: every cell is a run."""
    for example in sorted((root / "examples").glob("*/*.toml")):
        text = example.read_text(encoding="utf-8")
        name = str(example.relative_to(root))
        if "[compare]" in text:
            has_command = f"#   murmur compare {name}" in text
            small = TRANSLATIONS if 'name = "translation"' in text else IMAGES
            yield name, desk.run([PROGRAM, "compare", name, *TABLES, *small]) if has_command else "has no command in its head"


def figures_that_changed(root, desk):
    for figure in sorted((root / "docs/toys").glob("*.svg")):
        name = figure.relative_to(root)
        if not filecmp.cmp(figure, desk.folder / name, shallow=False):
            yield str(name), "is not what scripts/plot-toys draws"


def keys_without_a_word(root, desk):
    """Keys in the configurations that the examples' runs wrote, that docs/configuration.md does not name."""
    page = FENCE.sub("", (root / "docs/configuration.md").read_text(encoding="utf-8"))
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", page))))
    written = {}
    for file in desk.folder.rglob("runs/**/config.toml"):
        for name, value in tomllib.loads(file.read_text(encoding="utf-8")).items():
            written.update({f"{name}.{key}": key for key in value} if isinstance(value, dict) else {name: name})
    for path, key in sorted(written.items()):
        yield f"docs/configuration.md: {path}", "" if key in words else "is written by a run, and the page does not name it"


def results(root, program):
    used = set()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # so that syncs do not wait for a disk
    with tempfile.TemporaryDirectory(dir=memory) as name:
        images = Path(name) / "images"
        write_images(images)
        write_cifar10(Path(name) / "data/cifar10")
        write_ag_news(Path(name) / "data/ag_news")
        for number, page in enumerate([*pages(root), "examples"]):
            folder = Path(name) / str(number)
            folder.mkdir()
            desk = Desk(root, program, folder, Path(name) / "data")
            if page == "examples":
                yield from check_examples(root, desk)
                yield from check_tables(root, desk)
                yield from keys_without_a_word(root, desk)
            else:
                yield from check_page(root, page, desk, images, used)
            if page == "docs/toys.md":
                yield from figures_that_changed(root, desk)
    for command in sorted(set(ELSEWHERE) - used):
        yield command, "is listed in tests/docs/commands.py, and no page has it"


def main():
    root, program = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    count = failures = 0
    for place, trouble in results(root, program):
        count += 1
        failures += bool(trouble)
        print(f"{place}: {trouble}" if trouble else place)
    print(f"{count} commands, blocks and keys, {failures} failures")
    sys.exit(1 if failures or not count else 0)


if __name__ == "__main__":
    main()
