# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for datasets: four IDX files of striped images in four classes, enough for sixteen workers, and CIFAR-10."""
import gzip
import struct
import zipfile


def _idx(extents, values):
    return struct.pack(f">HBB{len(extents)}I", 0, 8, len(extents), *extents) + bytes(values)


def write_images(folder):
    folder.mkdir(parents=True)
    for prefix, count in (("train", 1024), ("t10k", 128)):
        pixels = [(150 if row % 4 == i % 4 else 20) + (37 * i + 11 * row + column) % 90
                  for i in range(count) for row in range(8) for column in range(8)]
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(_idx((count, 8, 8), pixels))
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(_idx((count,), [i % 4 for i in range(count)]))


def write_arrays(file):
    """Eight classes of points in four dimensions, as numpy.savez writes them: float32 rows, int64 labels."""
    def npy(kind, shape, raw):
        header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + raw

    with zipfile.ZipFile(file, "w") as arrays:
        for part, count in (("train", 1024), ("test", 128)):
            values = [(i % 8) * (k + 1) / 8 + (7 * i + k) % 5 / 10 for i in range(count) for k in range(4)]
            arrays.writestr(f"{part}_x.npy", npy("<f4", (count, 4), struct.pack(f"<{len(values)}f", *values)))
            labels = [i % 8 for i in range(count)]
            arrays.writestr(f"{part}_y.npy", npy("<i8", f"({count},)", struct.pack(f"<{count}q", *labels)))


def write_new_images(file):
    """Three images without labels, as numpy.savez writes them."""
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 1, 28, 28), }".ljust(117) + "\n"
    raw = bytes(i * k % 251 for i in range(1, 4) for k in range(784))
    with zipfile.ZipFile(file, "w") as arrays:
        arrays.writestr("x.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + raw)


def write_cifar10(folder):
    """As many images as CIFAR-10 has, of ten kinds: the program refuses fewer."""
    folder.mkdir(parents=True)
    ten = b"".join(bytes([i]) + bytes((20 * i + 7 * k) % 256 for k in range(3072)) for i in range(10))
    batch = gzip.compress(ten * 1000, compresslevel=1)
    for name in [*(f"data_batch_{k}.bin.gz" for k in range(1, 6)), "test_batch.bin.gz"]:
        (folder / name).write_bytes(batch)
