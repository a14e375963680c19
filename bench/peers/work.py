# SPDX-License-Identifier: Apache-2.0
"""W1, the workload on which all peers and murmur itself are measured.

16 workers on a ring, each an MLP 784-128-10 on its own slice of Fashion-MNIST, batch 32, DSGDm-N:

    v = 0.9 v + g,   y_i = x_i - lr (g + 0.9 v),   x_i = (y_{i-1} + y_i + y_{i+1}) / 3

for 468 steps (four epochs). Every peer starts from the same parameters and sees the same batches, so
the losses it prints must agree up to rounding. The time covers the steps: gathering the batch,
gradient, update, mixing; not reading data, drawing batches, compilation or evaluation.
"""
import argparse
import gzip
import json
import os
import resource
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WORKERS = 16
BATCH = 32
INPUTS, HIDDEN, CLASSES = 784, 128, 10
MOMENTUM = 0.9
LEARNING_RATE = 0.05
SHAPES = ((HIDDEN, INPUTS), (HIDDEN,), (CLASSES, HIDDEN), (CLASSES,))
PACKAGE = Path("/usr/share/datasets/fashion-mnist")


@dataclass
class Work:
    images: np.ndarray  # examples x 784, float32, normalised
    labels: np.ndarray  # examples, int64
    batches: np.ndarray  # steps x workers x 32 indices, int64
    start: list  # the arrays of SHAPES, the same for all workers
    threads: int


def read_idx(path):
    with gzip.open(path, "rb") as file:
        data = file.read()
    dimensions = data[3]
    shape = np.frombuffer(data, ">i4", dimensions, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def draw_batches(examples, steps, random):
    """Each worker has an equal slice of the shuffled examples and visits it in a new order in every epoch."""
    slices = random.permutation(examples)[: examples // WORKERS * WORKERS].reshape(WORKERS, -1)
    per_epoch = slices.shape[1] // BATCH
    epochs = []
    for _ in range(-(-steps // per_epoch)):
        orders = [random.permutation(own)[: per_epoch * BATCH].reshape(per_epoch, BATCH) for own in slices]
        epochs.append(np.stack(orders, axis=1))
    return np.concatenate(epochs)[:steps]


def draw_start(random):
    """As in torch.nn.Linear: uniform within 1 / sqrt(inputs)."""
    arrays = []
    for shape, inputs in zip(SHAPES, (INPUTS, INPUTS, HIDDEN, HIDDEN)):
        bound = 1 / np.sqrt(inputs)
        arrays.append(random.uniform(-bound, bound, shape).astype(np.float32))
    return arrays


def prepare(folder, steps, threads):
    pixels = read_idx(folder / "train-images-idx3-ubyte.gz").reshape(-1, INPUTS).astype(np.float32)
    pixels /= 255
    random = np.random.default_rng(1)
    return Work(
        images=(pixels - pixels.mean()) / pixels.std(),
        labels=read_idx(folder / "train-labels-idx1-ubyte.gz").astype(np.int64),
        batches=draw_batches(len(pixels), steps, random),
        start=draw_start(random),
        threads=threads,
    )


def parse(peer):
    parser = argparse.ArgumentParser(description=f"W1 with {peer}; prints one JSON line")
    parser.add_argument("--threads", type=int, default=1, help="compute threads")
    parser.add_argument("--steps", type=int, default=468)
    parser.add_argument("--repeats", type=int, default=5, help="the figure is their median")
    parser.add_argument("--data", type=Path, default=PACKAGE, help="folder of Fashion-MNIST's files")
    options = parser.parse_args()
    if min(options.threads, options.steps, options.repeats) < 1:
        parser.error("--threads, --steps and --repeats must be 1 or more")
    if not (options.data / "train-images-idx3-ubyte.gz").exists():
        parser.error(f"no Fashion-MNIST in {options.data}; install it: apt-get install dataset-fashion-mnist")
    return options


def limit_threads(threads):
    """To be called before torch or jax is imported: both read their environment on import."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"):  # the last sizes XLA's pools
        os.environ[name] = str(threads)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(peer, build):
    """build(work) returns a function that performs all steps once and returns the last step's mean loss."""
    options = parse(peer)
    limit_threads(options.threads)
    run = build(prepare(options.data, options.steps, options.threads))
    first_loss = run()  # warms up, and compiles where there is a compiler
    gradient_steps = WORKERS * options.steps
    rates = []
    cpu_rates = []
    for _ in range(options.repeats):
        cpu, started = cpu_seconds(), time.perf_counter()
        run()
        rates.append(gradient_steps / (time.perf_counter() - started))
        cpu_rates.append(gradient_steps / (cpu_seconds() - cpu))
    result = {
        "peer": peer,
        "gradient_steps_per_second": round(statistics.median(rates), 1),
        "rates": [round(rate, 1) for rate in rates],
        "cpu_rates": [round(rate, 1) for rate in cpu_rates],  # per second of processor time
        "threads": options.threads,
        "workers": WORKERS,
        "steps": options.steps,
        "loss": round(float(first_loss), 4),
    }
    json.dump(result, sys.stdout)
    print()
