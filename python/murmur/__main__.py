# SPDX-License-Identifier: Apache-2.0
"""python -m murmur ARGUMENTS: the program `murmur`. --cmake-dir: where find_package(murmur) looks."""
import sys


def main() -> int:
    if sys.argv[1:] == ["--cmake-dir"]:
        from murmur._program import cmake_dir

        print(cmake_dir())
        return 0
    from murmur import _murmur

    return _murmur.program(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
