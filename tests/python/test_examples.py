# SPDX-License-Identifier: Apache-2.0
"""examples/python, each copied into an empty folder and run as a user would."""
import importlib.util
import json
import re
import shutil
import sys
import unittest

from support import HERE, launchers, needs_torch, python, run

EXAMPLES = HERE.parent.parent / "examples/python"


def digests(name, *words, launcher=()):
    shutil.copy(EXAMPLES / name, name)
    return re.findall(r"digest ([0-9a-f]{16})", run([*launcher, sys.executable, "-B", name, *words]))


class Examples(unittest.TestCase):
    def test_every_example_is_tested(self):
        tested = (HERE / "test_examples.py").read_text()
        for path in EXAMPLES.iterdir():
            self.assertIn(f'"{path.name}"', tested)

    def test_numpy(self):
        self.assertEqual(len(set(digests("numpy_least_squares.py"))), 2)

    @unittest.skipUnless(importlib.util.find_spec("jax"), "there is no JAX in this environment")
    def test_jax(self):
        self.assertEqual(len(digests("jax_loop.py")), 1)

    @needs_torch
    def test_the_plain_loop(self):
        one = digests("plain_loop.py")
        self.assertEqual(one, digests("plain_loop.py", "--simulate", "1"))
        for launcher in list(launchers().values())[:1]:
            self.assertEqual(digests("plain_loop.py", launcher=[*launcher, "-n", "2"]), digests("plain_loop.py", "--simulate", "2"))

    @needs_torch
    def test_fine_tuning(self):
        self.assertEqual(digests("fine_tuning.py"), digests("fine_tuning.py"))

    @needs_torch
    def test_the_notebook(self):
        cells = json.loads((EXAMPLES / "three_algorithms.ipynb").read_text())["cells"]
        lines = []
        for cell in cells:
            if cell["cell_type"] == "code":
                *before, last = "".join(cell["source"]).rstrip().split("\n\n")[-1].split("\n")
                text = "".join(cell["source"]).rstrip()
                is_value = last and not last.startswith((" ", ")", "import")) and "=" not in last
                lines.append(text[: len(text) - len(last)] + (f"value = {last}" if is_value else last))
        said = python("\n".join([*lines, "print(comparison.table('eval/accuracy_local_mean'))"]))
        self.assertIn("QG-DSGDm-N", said)


if __name__ == "__main__":
    unittest.main()
