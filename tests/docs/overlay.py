# SPDX-License-Identifier: Apache-2.0
"""A tree with some files added or changed, without a copy of the rest: changed files are in a folder that the
compiler searches first, and their objects precede the build's libraries when a program is linked.
"""
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path


class Overlay:
    def __init__(self, root, build, folder):
        self.root, self.build, self.folder, self.tree = root, build, folder, folder / "tree"
        commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
        self.commands = {Path(c["directory"], c["file"]).resolve(): c for c in commands}
        self.objects = {}  # source, relative to the root: object
        shutil.rmtree(folder, ignore_errors=True)
        self.tree.mkdir(parents=True)

    def read(self, path):
        changed = self.tree / path
        return (changed if changed.exists() else self.root / path).read_text(encoding="utf-8")

    def write(self, path, text):
        file = self.tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def compile(self, path, like=None):
        """Uses the flags of the file itself or, if it is new, those of `like`."""
        command = self.commands[(self.root / (like or path)).resolve()]
        words = shlex.split(command["command"])
        words = words[: next(k for k, word in enumerate(words) if word in ("-MD", "-o"))]
        place = words.index(f"-I{self.root}")
        source = self.tree / path if (self.tree / path).exists() else self.root / path
        self.objects[path] = self.folder / (path.replace("/", "_") + ".o")
        words[place:place] = [f"-I{self.tree}"]
        self._run([*words, "-o", str(self.objects[path]), "-c", str(source)], command["directory"])

    def link(self, target, without=()):
        """Links the build's program or library with the overlay's objects, in place of its own or before its libraries,
        but for those of sources in the folders `without`."""
        commands = self._run(["ninja", "-t", "commands", target], self.build).splitlines()
        words = shlex.split(re.match(r": && (.*?) && ", commands[-1])[1].replace(r"\$", "$"))
        program = self.folder / Path(target).name
        words[words.index("-o") + 1] = str(program)
        for path, compiled in self.objects.items():
            if path.startswith(tuple(without)):
                continue
            own = f".dir/{path.removeprefix('tests/')}.o"
            if path.startswith("tests/"):
                words = [str(compiled) if word.endswith(own) else word for word in words]
            else:
                words.insert(words.index("-o"), str(compiled))
        self._run(words, self.build)
        return program

    def link_program(self, without=()):
        """The program with the overlay's objects: a copy beside a libmurmur.so that has them."""
        (library,) = (path.name for path in self.build.glob("libmurmur.so.*.*.*"))
        self.link(library, without).rename(self.folder / library.rsplit(".", 1)[0])
        return Path(shutil.copy2(self.build / "murmur", self.folder / "murmur"))

    @staticmethod
    def _run(words, folder):
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{shlex.join(words)}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout
