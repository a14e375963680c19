# SPDX-License-Identifier: Apache-2.0
"""The pages of README.md and docs, taken apart: fenced blocks, and the commands in them."""
import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Block:
    page: str  # relative to the root
    line: int  # of its first line of text
    language: str
    text: str
    before: str  # the paragraph before the block

    @property
    def place(self):
        return f"{self.page}:{self.line}"


def blocks_of(root, page):
    text = (root / page).read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        before = text[: match.start()].rstrip("\n").split("\n\n")[-1]
        yield Block(page, text.count("\n", 0, match.start()) + 2, match[1], match[2], before)


def pages(root):
    return ["README.md"] + sorted(str(path.relative_to(root)) for path in (Path(root) / "docs").rglob("*.md"))


def commands_in(shell_text):
    """Lines without comments and empty lines; a backslash at the end of a line continues it."""
    joined = shell_text.replace("\\\n", " ")
    for line in joined.splitlines():
        command = re.sub(r"(^|\s+)#.*$", "", line).strip()
        if command:
            yield " ".join(command.split())
