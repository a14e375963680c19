# SPDX-License-Identifier: Apache-2.0
"""Every rule finds what it is there for, and only that."""
import unittest

import rules
from source_tree import File, without_comments_and_strings

TOP = "// SPDX-License-Identifier: Apache-2.0\n// What it is for.\n"


def found(rule, path, text, *others):
    files = [File(path, text), *(File(other, "") for other in others)]
    return [line for where, line, _ in rule(files) if where == path]


class Rules(unittest.TestCase):
    def test_code_is_what_is_left_without_comments_and_strings(self):
        text = 'int a = 1\'000; // rand(\nauto s = "rand("; /* rand(\n rand( */ auto r = R"(rand()";\n'
        code = without_comments_and_strings(text)
        self.assertNotIn("rand", code)
        self.assertIn("1'000;", code)
        self.assertEqual(code.count("\n"), text.count("\n"))

    def test_spdx(self):
        self.assertEqual(found(rules.spdx_line_first, "murmur/core/a.h", "#pragma once\n\n"), [1])
        self.assertEqual(found(rules.spdx_line_first, "murmur/core/a.h", TOP), [])
        script = "#!/usr/bin/env bash\n# SPDX-License-Identifier: Apache-2.0\n"
        self.assertEqual(found(rules.spdx_line_first, "scripts/a", script), [])
        self.assertEqual(found(rules.spdx_line_first, "scripts/a", "#!/bin/sh\ntrue\n"), [1])

    def test_headers(self):
        self.assertEqual(found(rules.pragma_once, "murmur/core/a.h", TOP + "#pragma once\n"), [])
        self.assertEqual(found(rules.pragma_once, "murmur/core/a.h", TOP), [1])
        self.assertEqual(found(rules.file_comment_second, "murmur/core/a.h", "// a\n#pragma once\n"), [2])
        self.assertEqual(found(rules.every_header_is_included, "murmur/core/a.h", TOP), [1])

    def test_algorithm_texts(self):
        text = "template <class S>\nstruct Alone {};\n"
        files = [File("murmur/algorithms/a.cpp", text), File("murmur/algorithms/b/c.cpp", "\n" + text)]
        self.assertEqual([(path, line) for path, line, _ in rules.distinct_algorithm_texts(files)],
                         [("murmur/algorithms/b/c.cpp", 3)])
        self.assertEqual(list(rules.distinct_algorithm_texts(files[:1])), [])

    def test_lengths(self):
        self.assertEqual(found(rules.lengths, "murmur/core/a.h", "\n" * 150), [])
        self.assertEqual(found(rules.lengths, "murmur/core/a.h", "\n" * 151), [150])
        self.assertEqual(found(rules.lengths, "murmur/core/a.cpp", "\n" * 301), [300])
        self.assertEqual(found(rules.lengths, "tests/core/a.cpp", "\n" * 501), [500])

    def test_layering(self):
        def layering(folder, include):
            return found(rules.layering, f"murmur/{folder}/a.cpp", f'#include "murmur/{include}/b.h"\n')

        self.assertEqual(layering("core", "core"), [])
        self.assertEqual(layering("engine", "core"), [])
        self.assertEqual(layering("core", "engine"), [1])
        self.assertEqual(layering("files", "threads"), [1])
        self.assertEqual(layering("run", "cli"), [1])
        self.assertEqual(layering("elsewhere", "core"), [1])
        self.assertEqual(found(rules.layering, "murmur/core/a.cpp", '// #include "murmur/cli/b.h"\n'), [])

    def test_rooms(self):
        def rooms(room, include):
            return found(rules.rooms, f"murmur/{room}/a.cpp", f'#include "murmur/{include}/b.h"\n')

        self.assertEqual(rooms("run/report", "run/text"), [])
        self.assertEqual(rooms("run/text", "run/text"), [])
        self.assertEqual(rooms("run/text", "run/report"), [1])
        self.assertEqual(rooms("run/plot", "run/config"), [1])
        self.assertEqual(rooms("run/elsewhere", "core"), [1])
        self.assertEqual(rooms("run", "core"), [1])
        self.assertEqual(rooms("engine", "engine/exchange"), [])
        self.assertEqual(rooms("engine/exchange", "engine"), [1])
        self.assertEqual(rooms("core", "run/report"), [])

    def test_halls(self):
        def halls(count):
            names = [f"murmur/core/f{k}.h" for k in range(count)]
            return found(rules.no_halls, names[0], "", *names[1:])

        self.assertEqual(halls(rules.MOST_FILES), [])
        self.assertEqual(halls(rules.MOST_FILES + 1), [1])

    def test_includes(self):
        rule = rules.includes_from_the_root
        text = '#include "murmur/core/b.h"\n#include "b.h"\n#include <murmur/core/b.h>\n'
        self.assertEqual(found(rule, "murmur/core/a.cpp", text, "murmur/core/b.h"), [2, 3])
        rooms = rules.libraries_in_their_rooms
        self.assertEqual(found(rooms, "murmur/learning/a.cpp", "#include <torch/torch.h>\n"), [])
        self.assertEqual(found(rooms, "murmur/learning/a.h", "#include <torch/torch.h>\n"), [1])
        self.assertEqual(found(rooms, "murmur/engine/a.cpp", "#include <mpi.h>\n"), [1])

    def test_standard_headers(self):
        rule = rules.standard_headers
        self.assertEqual(found(rule, "tests/core/a.cpp", "\nauto a = std::max(1, b);\n"), [2])
        self.assertEqual(found(rule, "tests/core/a.cpp", "#include <algorithm>\nauto a = std::max(1, b);\n"), [])
        self.assertEqual(found(rule, "tests/core/a.cpp", "auto a = std::numeric_limits<int>::max();\n"), [1])
        files = [File("murmur/core/a.h", "#include <algorithm>\n"),
                 File("murmur/core/a.cpp", '#include "murmur/core/a.h"\nauto a = std::max(1, b);\n')]  # fmt: skip
        self.assertEqual(list(rule(files)), [])

    def test_banned_calls(self):
        def banned(code, path="murmur/run/a.cpp"):
            return len(found(rules.banned_calls, path, code + "\n"))

        for code in (
            "using namespace std;",
            "std::rand();",
            "std::mt19937 r;",
            "time(nullptr);",
            "::system(command);",
            "std::cout << 1;",
            'fmt::print("a");',
            "std::exit(1);",
            "abort();",
            "assert(a);",
            "delete p;",
            "auto* p = new Thing(1);",
            "#ifdef MURMUR_HAS_MPI",
        ):
            self.assertEqual(banned(code), 1, code)
        for code in (
            "trial.rand_seed();",
            "lifetime(nullptr);",
            "result.system();",
            "fmt::print(stderr, text);",
            "static_assert(a);",
            "Thing(const Thing&) = delete;",
            "// std::cout << 1;",
            "#if defined(__clang__)",
            "on_exit(1);",
        ):
            self.assertEqual(banned(code), 0, code)
        self.assertEqual(banned("std::this_thread::sleep_for(a);", "tests/comm/a.cpp"), 1)
        self.assertEqual(banned("std::chrono::steady_clock::now();", "tests/comm/a.cpp"), 1)
        self.assertEqual(banned("throw UserError(a);", "murmur/engine/a.cpp"), 1)
        self.assertEqual(banned("throw UserError(a);"), 0)

    def test_finished_and_portable(self):
        rule = rules.finished_and_portable
        self.assertEqual(found(rule, "docs/a.md", "fine\n"), [])
        self.assertEqual(found(rule, "docs/a.md", "TO" "DO later\n"), [1])
        self.assertEqual(found(rule, "docs/a.md", "see /ho" "me/me/x\n"), [1])
        self.assertEqual(found(rule, "docs/a.md", "a \nb"), [1, 2])

    def test_links(self):
        rule = rules.links_lead_somewhere
        self.assertEqual(found(rule, "docs/a.md", "[b](../docs/b.md#c) [d](docs)\n", "docs/b.md"), [1])
        self.assertEqual(found(rule, "docs/a.md", "[b](b.md) [c](https://c) [d](../docs)\n", "docs/b.md"), [])


if __name__ == "__main__":
    unittest.main()
