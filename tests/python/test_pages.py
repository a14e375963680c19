# SPDX-License-Identifier: Apache-2.0
"""The code of docs/python.md, a page in one program, as it stands."""
import re
import unittest

from support import HERE, needs_torch, python


@needs_torch
class Pages(unittest.TestCase):
    def test_the_page_runs(self):
        page = (HERE.parent.parent / "docs/python.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        self.assertGreater(len(blocks), 3)
        said = python("\n".join(blocks))
        self.assertRegex(said, r"\n[0-9a-f]{16}\n")


if __name__ == "__main__":
    unittest.main()
