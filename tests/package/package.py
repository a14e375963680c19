#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""package.py ROOT BUILD COMPILER CHECK: the library as others use it.

symbols      libmurmur.so shows the interface of include/murmur alone, and needs neither torch nor fmt
installed    the installed program runs, also after its folder was moved
found        find_package(murmur) in an empty folder: versions, targets, a program that runs
pkg-config   the same by pkg-config
own-loop     a loop of one's own with torch, alone and in several processes
headers      what <murmur/simulation.h> adds to the headers of the standard library that it includes
part         add_subdirectory(): no flags, variables, tests or names reach the project around it
fetched      the same by FetchContent, from a folder

What is installed lies in a folder of its own, so nothing of the build tree is found by chance. A project that has
murmur as a part is configured, and its own program compiled; the library is that of this build, as it would be the
same.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT, BUILD, COMPILER, CHECK = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3], sys.argv[4]
HERE = Path(__file__).resolve().parent
EXAMPLE = ROOT / "examples/cpp/least_squares.cpp"
OTHERS = re.compile(r"(typeinfo|typeinfo name|vtable) for murmur::v0_1::Error|murmur::check_(context|failed)\(.*\)|MURMUR_0\.1")
FUNCTION = re.compile(r"murmur::v0_1::(?:(\w+)(?:<(?:float|double)>)?::)?(~?\w+|operator=)(?:\[abi:cxx11\])?\([^()]*\)(?: const)?")


def run(words, folder=None, fails=False, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MURMUR_", "CMAKE_", "LD_"))}
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True, env={**clean, **environment})
    if (done.returncode == 0) == fails:
        sys.exit(f"{' '.join(map(str, words))}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def installed(folder):
    """The prefix of a package that was installed elsewhere and moved."""
    run(["cmake", "--install", BUILD, "--prefix", folder / "first"])
    (folder / "first").rename(folder / "moved")
    return folder / "moved"


def library_folder(prefix):
    return next(prefix.rglob("libmurmur.so")).parent


def digests(output):
    found = re.findall(r"digest ([0-9a-f]{16})", output)
    if len(found) != 2 or found[0] == found[1]:
        sys.exit(f"two digests are expected in\n{output}")
    return found


def declared():
    """Classes of include/murmur with their members, and "" with its functions."""
    names = {"": set()}
    for header in (ROOT / "include/murmur").glob("*.h"):
        text = re.sub(r"//.*", "", header.read_text())
        for found in re.finditer(r"^(?:class|struct) (\w+) [^;{]*\{\n(.*?)^\};", text, re.M | re.S):
            names[found[1]] = set(re.findall(r"(~?\w+|operator=)\(", found[2].split("\n private:")[0]))
            text = text.replace(found[0], "")
        names[""] |= set(re.findall(r"^\S.*\b(\w+)\(.*\);", text, re.M))
    return names


def is_api(name, names):
    function = FUNCTION.fullmatch(name)
    return bool(OTHERS.fullmatch(name) or function and function[2] in names.get(function[1] or "", ()))


def check_symbols(folder):
    library = library_folder(installed(folder))
    shown = [line.split(maxsplit=2)[2] for line in run(["nm", "-DC", "--defined-only", library / "libmurmur.so"]).splitlines()]
    names = declared()
    strange = [name for name in shown if not is_api(re.sub(r"@@?MURMUR_0\.1$", "", name), names)]
    wanted = ("murmur::v0_1::BasicSimulation<float>::step(double)", "murmur::v0_1::program(int, char**)", "murmur::check_failed")
    missing = [name for name in wanted if not any(entry.startswith(name) for entry in shown)]
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", run(["readelf", "-d", library / "libmurmur.so"]))
    if strange or missing or any(re.match(r"lib(torch|c10|fmt|gomp|mpi)", name) for name in needed):
        sys.exit(f"strange: {strange}\nmissing: {missing}\nneeded: {needed}")
    for plugin in library.glob("libmurmur_*.so"):
        dynamic = run(["readelf", "-d", plugin])
        shown = run(["nm", "-D", "--defined-only", plugin]).split("\n")[:-1]
        alone = plugin.name == "libmurmur_sentencepiece.so"
        if ("libmurmur.so." in dynamic) == alone or len(shown) != 1 or "_plugin" not in shown[0]:
            sys.exit(f"{plugin}:\n{dynamic}\n{shown}")
    soname = re.search(r"\(SONAME\).*\[(.*)\]", run(["readelf", "-d", library / "libmurmur.so"]))[1]
    version = re.search(r"VERSION (\d+\.\d+)\.", (ROOT / "CMakeLists.txt").read_text())[1]
    if soname != f"libmurmur.so.{version}":
        sys.exit(f"the name of the library is {soname}")


def check_installed(folder):
    prefix = installed(folder)
    program = prefix / "bin/murmur"
    assert "libmurmur.so" in run(["ldd", program]), "the program has no libmurmur.so"
    assert str(prefix) in re.search(r"libmurmur\.so\S* => (\S+)", run(["ldd", program]))[1]
    assert run([program, "--version"]).startswith("murmur ")
    assert '"step": 10' in run([program, "solve", ROOT / "examples/toys/consensus.toml"], folder=folder)
    if (BUILD / "libmurmur_torch.so").exists():
        assert "cannot be loaded" not in run([program, "doctor"], folder=folder)


def configure(folder, source, *options, fails=False):
    words = ["cmake", "-S", source, "-B", folder / "build", "-G", "Ninja" if shutil.which("ninja") else "Unix Makefiles"]
    return run([*words, f"-DCMAKE_CXX_COMPILER={COMPILER}", f"-DSOURCE={EXAMPLE}", *options], fails=fails)


def check_found(folder):
    prefix = installed(folder)
    for wanted in ("0.2", "0.1.9", "1.0"):
        said = configure(folder, HERE / "found", f"-DCMAKE_PREFIX_PATH={prefix}", f"-DWANTED={wanted}", fails=True)
        assert "compatible with requested version" in " ".join(said.split()), said
    configure(folder, HERE / "found", f"-DCMAKE_PREFIX_PATH={prefix}", "-DWANTED=0.1", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
    run(["cmake", "--build", folder / "build"])
    digests(run([folder / "build/consumer"]))


def check_pkg_config(folder):
    prefix = installed(folder)
    place = {"PKG_CONFIG_PATH": str(next(prefix.rglob("murmur.pc")).parent)}
    flags = run(["pkg-config", "--cflags", "--libs", "murmur"], **place).split()
    assert any(str(prefix) in os.path.realpath(flag[2:]) for flag in flags), flags
    library = library_folder(prefix)
    by_other = shutil.which("clang++") if "clang" not in COMPILER else shutil.which("g++")
    said = set()
    for compiler in filter(None, (COMPILER, by_other)):
        run([compiler, "-std=c++20", EXAMPLE, "-o", folder / "consumer", *flags, f"-Wl,-rpath,{library}"])
        said.add(tuple(digests(run([folder / "consumer"]))))
    assert len(said) == 1, said


def check_headers(folder):
    header = ROOT / "include/murmur/simulation.h"
    texts = [(ROOT / "include/murmur" / name).read_text() for name in ("simulation.h", "options.h", "task.h")]
    standard = sorted(set(re.findall(r"#include <([a-z]+)>", "".join(texts))))
    strange = {what for what in re.findall(r"#include <([^>]+)>", "".join(texts)) if "/" in what} - {"murmur/options.h", "murmur/task.h"}
    assert not strange, strange
    (folder / "standard.cpp").write_text("".join(f"#include <{name}>\n" for name in standard))
    (folder / "ours.cpp").write_text(f'#include "{header}"\n')
    sizes = []
    for name in ("standard", "ours"):
        text = run([COMPILER, "-std=c++20", "-E", "-P", f"-I{ROOT}/include", folder / f"{name}.cpp"])
        sizes.append(len(text))
    assert sizes[1] <= 1.1 * sizes[0], sizes
    for header in sorted((ROOT / "include/murmur").glob("*.h")):  # each by itself
        if header.name != "torch.h":
            run([COMPILER, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c++", "-include", header, "/dev/null",
                 f"-I{ROOT}/include"])


def check_part(folder, *options):
    configure(folder, HERE / "part", f"-DMURMUR={ROOT}", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *options)
    commands = json.loads((folder / "build/compile_commands.json").read_text())
    (command,) = [entry["command"] for entry in commands if Path(entry["file"]) == EXAMPLE]
    strange = re.findall(r" -(?:W\S+|f\S+|D(?!NDEBUG)\S+|O2)", command)
    assert not strange, command
    words = command.split()
    run([*words[: words.index("-o")], "-o", folder / "consumer.o", "-c", EXAMPLE], folder=folder / "build")
    run([COMPILER, folder / "consumer.o", "-o", folder / "consumer", BUILD / "libmurmur.so", f"-Wl,-rpath,{BUILD}"])
    digests(run([folder / "consumer"]))
    wanted = run(["ninja", "-t", "commands", "consumer"], folder=folder / "build")
    assert "murmur_shared.dir" in wanted and "-o consumer" in wanted, wanted


def torch_flags(library):
    cache = (BUILD / "CMakeCache.txt").read_text()
    torch = [re.search(rf"^torch_{part}_library:FILEPATH=(.+)$", cache, re.M)[1] for part in ("cpu", "c10")]
    (include,) = (BUILD / "torch_include").iterdir()
    return ["-isystem", include / "torch/csrc/api/include", "-isystem", include, f"-I{library.parent}/include", f"-L{library}",
            "-lmurmur", *torch, f"-Wl,-rpath,{library}:{Path(torch[0]).parent}"]


def check_own_loop(folder):
    """The loop of a user, alone and under every mpirun."""
    prefix = installed(folder)
    library = library_folder(prefix)
    program = folder / "own_loop"
    run([COMPILER, "-std=c++20", "-O0", "-Wall", "-Wextra", ROOT / "examples/cpp/own_loop.cpp", "-o", program,
         *torch_flags(library)])
    assert run([program]).startswith("1 workers: "), "alone"
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
               "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe"}
    said = set()
    for plugin, launcher in (("openmpi", "mpirun.openmpi"), ("mpich", "mpiexec.mpich")):
        if shutil.which(launcher) and (library / f"libmurmur_{plugin}.so").exists():
            (line,) = re.findall("^4 workers: .*$", run([launcher, "-n", "4", program], **allowed), re.M)
            said.add(line)
    assert len(said) <= 1, said


def main():
    check = {
        "symbols": check_symbols,
        "installed": check_installed,
        "found": check_found,
        "pkg-config": check_pkg_config,
        "headers": check_headers,
        "part": check_part,
        "own-loop": check_own_loop,
        "fetched": lambda folder: check_part(folder, "-DFETCH=ON"),
    }[CHECK]
    with tempfile.TemporaryDirectory() as name:
        check(Path(name).resolve())


if __name__ == "__main__":
    main()
