# SPDX-License-Identifier: Apache-2.0
"""What every file of the project keeps to. A rule takes files and yields (path, line, sentence)."""
import re

# A folder may include only folders of earlier rows, and itself. Those of one row do not know each other.
FLOORS = (
    ("core",),
    ("topology", "algorithms", "codecs", "problems", "comm", "files", "threads", "timing", "models"),
    ("data",),
    ("engine", "learning"),
    ("checkpoint",),
    ("run",),
    ("library",),
    ("cli",),
)
FLOOR_OF = {folder: floor for floor, row in enumerate(FLOORS) for folder in row}

# Rooms of a folder: one may include only those of earlier rows, and itself. "." are the folder's own files.
ROOMS = {
    "engine": (("observe", "settings"), ("exchange",), ("ways",), ("costs",), (".",)),
    "run": (
        ("text",),
        ("plot", "config"),
        ("records",),
        ("processes",),
        ("wiring",),
        ("warnings",),
        ("train", "solve"),
        ("compare", "model"),
        ("report",),
        ("inspect",),
    ),
}
ROW_OF = {folder: {room: row for row, rooms in enumerate(rows) for room in rooms} for folder, rows in ROOMS.items()}
MOST_FILES = 30  # of a folder's own: headers and sources

# Headers of one library, and the only place that may see them.
KEPT_IN = (
    (r"(torch|ATen|c10|caffe2)/", r"((murmur|tests)/learning/|tests/own_(module|torch_loop)/|bench/learning_)[^.]+\.cpp"
     r"|examples/cpp/own_[a-z_]+\.cpp|(include/murmur/torch|tests/own_torch_loop/).*\.h"),
    (r"mpi\.h", r"(murmur|tests)/comm/mpi/.*"),
    (r"dnnl[a-z_]*\.h(pp)?", r"murmur/learning/[a-z_]*onednn\.(h|cpp)"),
    (r"CLI/", r"murmur/cli/.*"),
    (r"toml\+\+/|toml\.hpp", r"murmur/(run|library)/.*"),
)

# (pattern in code, where it is forbidden, where it is allowed all the same, why)
BANNED = (
    (r"\busing\s+namespace\s+std\b", r".*", r"", "names of std are written out"),
    (r"\b(std::)?s?rand\s*\(|\brandom_device\b|\bmt19937", r".*", r"", "random numbers come from core/random.h"),
    (r"\btime\s*\(\s*(nullptr|NULL|0)\s*\)|\bgettimeofday\s*\(", r".*", r"", "clocks are std::chrono's, and not for results"),
    (r"(?<!std::filesystem::)(?<![\w.>])(std::)?(system|popen)\s*\(", r".*", r"tests/.*", "no shell is started"),
    (r"(?<![\w.>])(std::)?(printf|puts|putchar)\s*\(|\bstd::cout\b|fmt::print\s*\(\s*([,)]|stdout)",
     r"murmur/.*", r"murmur/cli/.*", "a library writes nothing to standard output"),
    (r"(?<![\w.>])(std::)?(exit|_exit|quick_exit)\s*\(", r"murmur/.*", r"murmur/cli/.*", "only main ends the process"),
    (r"(?<![\w.>])(std::)?abort\s*\(", r"murmur/.*", r"murmur/core/check\.cpp", "contracts are MURMUR_CHECK"),
    (r"(?<![\w.>])assert\s*\(", r".*", r"", "contracts are MURMUR_CHECK, on in every build"),
    (r"(?<![\w.>])(malloc|calloc|realloc|free)\s*\(|\bdelete\s+\w|\bnew\s+[A-Za-z_]+[\[({;]",
     r"murmur/.*", r"", "memory has an owner: containers and make_unique"),
    (r"\bstd::regex\b", r"murmur/.*", r"", "std::regex recurses without a bound"),
    (r"\bsleep_for\b|\bsleep_until\b|\bu?sleep\s*\(", r"tests/.*", r"", "tests wait for conditions, not for time"),
    (r"\b(steady|system|high_resolution)_clock\b", r"(tests|murmur/(core|topology|algorithms|problems|data|models))/.*", r"",
     "what is computed or tested does not depend on a clock"),
    (r"\bGTEST_SKIP\b|\bDISABLED_", r"tests/.*", r"", "a test that does not run proves nothing"),
    (r"#\s*if(def|ndef)?\b(?!.*(__clang__|__GNUC__|__has_attribute|__has_include|__SANITIZE|__x86_64__|__SSE|__AVX|__linux__))",
     r"murmur/.*", r"", "what may be missing is another source file, chosen by CMake"),
    (r"\bUserError\s*[({]", r"murmur/.*", r"murmur/(run|library|cli|core)/.*", "UserError is thrown in run, library and cli; elsewhere a Result"),
)

# What belongs to which header of the standard library: those that one library brings by the way and another does not.
STANDARD = {
    "algorithm": r"(adjacent_find|all_of|any_of|binary_search|clamp|copy|copy_if|copy_n|count|count_if|equal|equal_range|"
    r"fill|fill_n|find|find_if|for_each|generate|includes|is_permutation|is_sorted|lower_bound|max|max_element|min|"
    r"min_element|minmax|minmax_element|mismatch|none_of|nth_element|partial_sort|partition|remove|remove_if|reverse|"
    r"rotate|search|set_difference|sort|stable_sort|swap_ranges|transform|unique|upper_bound)\(",
    "array": r"array\b",
    "atomic": r"atomic<",
    "cmath": r"(abs|cbrt|ceil|copysign|cos|erf|exp|expm1|fabs|floor|fma|fmod|hypot|isfinite|isinf|isnan|llround|log|"
    r"log1p|log2|lround|nextafter|pow|round|signbit|sin|sqrt|trunc)\(",
    "cstring": r"(memcmp|memcpy|memmove|memset|strerror|strlen)\(",
    "functional": r"function<",
    "limits": r"numeric_limits<",
    "memory": r"(make_shared|make_unique|shared_ptr|unique_ptr)<",
    "numeric": r"(accumulate|gcd|inner_product|iota|lcm|partial_sum)\(",
    "optional": r"(nullopt|optional)\b",
    "sstream": r"[io]?stringstream\b",
    "thread": r"(thread\b|this_thread::)",
    "utility": r"(exchange|move|pair|swap)\b",
}

# Where keeping to a rule makes the code worse: (path, rule) and why.
EXCEPTIONS = {
    ("murmur/core/make_program.h", "lengths"): "one template and its parts, read from top to bottom",
    ("murmur/core/arena.h", "banned_calls"): "calloc's pages are zero without being touched",
    ("murmur/core/mutex.h", "banned_calls"): "waits have a deadline, and that is a clock's",
}

LONGEST = {".h": 150, ".cpp": 300, ".py": 300, ".sh": 300, ".cmake": 200}
LONGEST_AT_ALL = 500


def _line_of(text, position):
    return text.count("\n", 0, position) + 1


def spdx_line_first(files):
    for file in files:
        mark = "//" if file.is_cpp else "#"
        commented = file.is_cpp or file.path.endswith((".py", ".sh", ".cmake", ".toml", "CMakeLists.txt"))
        script = file.text.startswith("#!")
        if commented or script:
            line = file.lines[1 if script else 0] if len(file.lines) > 1 else ""
            if line != f"{mark} SPDX-License-Identifier: Apache-2.0":
                yield file.path, 1, f"starts with '{mark} SPDX-License-Identifier: Apache-2.0'"


def file_comment_second(files):
    for file in files:
        if file.is_header and not "".join(file.lines[1:2]).startswith("//"):
            yield file.path, 2, "a header says in a comment what it is for"


def pragma_once(files):
    for file in files:
        count = len(re.findall(r"^#pragma once$", file.code, re.MULTILINE))
        if file.is_header and count != 1:
            yield file.path, 1, f"has #pragma once once, not {count} times"


def lengths(files):
    for file in files:
        if file.path.startswith("docs/"):
            continue
        suffix = "." + file.name.rsplit(".", 1)[-1]
        most = LONGEST_AT_ALL if file.is_test else LONGEST.get(suffix, LONGEST_AT_ALL)
        if len(file.lines) > most:
            yield file.path, most, f"has {len(file.lines)} lines, at most {most} are good to read"


def layering(files):
    for file in files:
        parts = file.path.split("/")
        if parts[0] != "murmur" or not file.is_cpp:
            continue
        folder = parts[1]
        if folder not in FLOOR_OF:
            yield file.path, 1, f"murmur/{folder} is not on the floor plan"
            continue
        for number, bracket, what in file.includes():
            if bracket == "<":
                continue  # of include/, which depends on none of these folders
            target = what.split("/")[1] if what.startswith("murmur/") and what.count("/") > 1 else folder
            if target != folder and FLOOR_OF.get(target, len(FLOORS)) >= FLOOR_OF[folder]:
                yield file.path, number, f"murmur/{folder} may not include murmur/{target}"


def rooms(files):
    """Inside a folder with rooms, arrows go one way, too."""

    def room_of(path):
        parts = path.split("/")
        return parts[2] if len(parts) > 3 else "."

    for file in files:
        parts = file.path.split("/")
        rows = ROW_OF.get(parts[1]) if parts[0] == "murmur" and len(parts) > 2 and file.is_cpp else None
        if rows is None:
            continue
        here = room_of(file.path)
        if here not in rows:
            yield file.path, 1, f"murmur/{parts[1]}/{here} is not on the floor plan"
            continue
        for number, _, what in file.includes():
            there = room_of(what)
            if what.startswith(f"murmur/{parts[1]}/") and there != here and rows.get(there, len(rows)) >= rows[here]:
                yield file.path, number, f"murmur/{parts[1]}/{here} may not include murmur/{parts[1]}/{there}"


def no_halls(files):
    """A folder with many files of its own wants rooms."""
    own = {}
    for file in files:
        if file.is_cpp and file.path.startswith("murmur/"):
            own.setdefault(file.path.rsplit("/", 1)[0], []).append(file.path)
    for folder, paths in own.items():
        if len(paths) > MOST_FILES:
            yield paths[0], 1, f"{folder} has {len(paths)} files of its own, at most {MOST_FILES} are easy to look through"


def includes_from_the_root(files):
    known = {file.path for file in files}
    for file in files:
        for number, bracket, what in file.includes() if file.is_cpp else ():
            if bracket == '"' and what not in known:
                yield file.path, number, f'"{what}" is no file of the project, seen from its root'
            if bracket == "<" and what.startswith("murmur/") and f"include/{what}" not in known:
                yield file.path, number, f'<{what}> is ours: "{what}"'


def every_header_is_included(files):
    includes = {what for file in files if file.is_cpp for _, _, what in file.includes()}
    included = includes | {f"include/{what}" for what in includes}
    for file in files:
        if file.is_header and file.path not in included:
            yield file.path, 1, "is included by nobody"


def standard_headers(files):
    """What a file names of the standard library it includes, or a header of ours that it includes does."""
    by_path = {file.path: file for file in files if file.is_cpp}
    known = {}

    def brought_by(file):
        if file.path not in known:
            known[file.path] = set()  # a circle ends here
            for _, bracket, what in file.includes():
                more = brought_by(by_path[what]) if bracket == '"' and what in by_path else {what}
                known[file.path] |= more
        return known[file.path]

    for file in by_path.values():
        for header, names in STANDARD.items():
            match = re.search(r"\bstd::" + names, file.code)
            if match and header not in brought_by(file):
                yield file.path, _line_of(file.code, match.start()), f"names {match.group()}...: #include <{header}>"


def libraries_in_their_rooms(files):
    for file in files:
        for number, _, what in file.includes() if file.is_cpp else ():
            for header, room in KEPT_IN:
                if re.match(header, what) and not re.fullmatch(room, file.path):
                    yield file.path, number, f"<{what}> is included only in {room}"


def banned_calls(files):
    for file in files:
        for pattern, where, but, why in BANNED if file.is_cpp else ():
            if re.fullmatch(where, file.path) and not re.fullmatch(but, file.path):
                for match in re.finditer(pattern, file.code):
                    yield file.path, _line_of(file.code, match.start()), f"'{match.group().strip()}': {why}"


def finished_and_portable(files):
    unfinished = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|H" r"ACK)\b")
    machine = re.compile(r"(?<![\w.$}~-])/(work|home|root|farm|Users|mnt)/")
    for file in files:
        for number, line in enumerate(file.lines, 1):
            if unfinished.search(line):
                yield file.path, number, "is not finished: " + line.strip()
            if machine.search(line):
                yield file.path, number, "names a path of one machine: " + line.strip()
            if line != line.rstrip():
                yield file.path, number, "ends in white space"
        if file.text and not file.text.endswith("\n"):
            yield file.path, len(file.lines), "ends without a newline"


def distinct_algorithm_texts(files):
    """Templates that are template arguments: gcc 12 gives what is made of them external names, also where they stand
    in unnamed namespaces, so two of one name would share their kernels."""
    first = {}
    for file in files:
        if not re.fullmatch(r"murmur/algorithms/.*\.cpp", file.path):
            continue
        for match in re.finditer(r"^template <class S>\nstruct (\w+)", file.code, re.MULTILINE):
            other = first.setdefault(match.group(1), file.path)
            if other != file.path:
                line = _line_of(file.code, match.start(1))
                yield file.path, line, f"{match.group(1)} is a template of {other} too; the linker would mix them up"


def links_lead_somewhere(files):
    known = {file.path for file in files}
    folders = {path.rsplit("/", depth)[0] for path in known for depth in range(1, path.count("/") + 1)}
    for file in files:
        if not file.path.endswith(".md"):
            continue
        for match in re.finditer(r"\]\(([^)#\s]+)(#[^)]*)?\)", file.text):
            target = match.group(1)
            if "://" in target or target.startswith("mailto:"):
                continue
            parts = file.path.split("/")[:-1]
            for part in target.rstrip("/").split("/"):
                parts = parts[:-1] if part == ".." else parts if part == "." else [*parts, part]
            where = "/".join(parts)
            if where not in known and where not in folders and where != "LICENSE":
                yield file.path, _line_of(file.text, match.start()), f"links to {target}, which is not there"


def findings(rule, files):
    """What the rule finds, but for the exceptions."""
    for path, line, sentence in rule(files):
        if (path, rule.__name__) not in EXCEPTIONS:
            yield path, line, sentence


RULES = (
    spdx_line_first,
    file_comment_second,
    pragma_once,
    lengths,
    layering,
    rooms,
    no_halls,
    includes_from_the_root,
    every_header_is_included,
    standard_headers,
    libraries_in_their_rooms,
    banned_calls,
    finished_and_portable,
    distinct_algorithm_texts,
    links_lead_somewhere,
)
