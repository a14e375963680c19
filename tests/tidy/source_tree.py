# SPDX-License-Identifier: Apache-2.0
"""The files of the project, as the rules of rules.py see them."""
import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDERS = ("murmur", "include", "tests", "bench", "cmake", "scripts", "examples", "docs", ".ci")
AT_THE_ROOT = ("CMakeLists.txt", "README.md", "CMakePresets.json", ".clang-format", ".clang-tidy")
CPP = (".h", ".cpp")

_TOKENS = re.compile(
    r"//[^\n]*|/\*.*?\*/|R\"(\w*)\(.*?\)\1\"|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def without_comments_and_strings(text):
    """The code alone, line by line where it was; what an include names is kept."""

    def blank(match):
        start = text.rfind("\n", 0, match.start()) + 1
        if text[start:match.start()].lstrip().startswith("#include"):
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())

    return _TOKENS.sub(blank, text)


@dataclass
class File:
    path: str  # from the root, with slashes
    text: str
    code: str = field(init=False)

    def __post_init__(self):
        self.code = without_comments_and_strings(self.text) if self.is_cpp else self.text

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_cpp(self):
        return self.path.endswith(CPP)

    @property
    def is_header(self):
        return self.path.endswith(".h")

    @property
    def is_test(self):
        return self.path.startswith("tests/")

    @property
    def lines(self):
        return self.text.splitlines()

    def includes(self):
        """(line number, '<' or '"', what) of every include."""
        for number, line in enumerate(self.code.splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
            if match:
                yield number, match.group(1), match.group(2)


def read_tree(root):
    root = Path(root)
    paths = [root / name for name in AT_THE_ROOT]
    for folder in FOLDERS:
        paths += sorted((root / folder).rglob("*"))
    files = []
    for path in paths:
        if path.is_file() and not {"__pycache__", "seeds"} & set(path.parts):
            try:
                files.append(File(path.relative_to(root).as_posix(), path.read_text("utf-8")))
            except UnicodeDecodeError:
                pass  # data of a test, not text
    return files
