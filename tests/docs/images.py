# SPDX-License-Identifier: Apache-2.0
"""Four IDX files of striped images in four classes, enough for sixteen workers."""
import struct


def _idx(extents, values):
    return struct.pack(f">HBB{len(extents)}I", 0, 8, len(extents), *extents) + bytes(values)


def write_images(folder):
    folder.mkdir(parents=True)
    for prefix, count in (("train", 1024), ("t10k", 128)):
        pixels = [(150 if row % 4 == i % 4 else 20) + (37 * i + 11 * row + column) % 90
                  for i in range(count) for row in range(8) for column in range(8)]
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(_idx((count, 8, 8), pixels))
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(_idx((count,), [i % 4 for i in range(count)]))
