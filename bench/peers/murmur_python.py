#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""murmur in Python beside plain PyTorch, in one run: murmur_python.py [--workers 16] [--steps 60] [--threads 1]

simulate   16 MLPs (784-200-10, batch 32) on a ring with QG-DSGDm-N: murmur.simulate(), and a loop that has the same gossip written by
           hand with torch._foreach operations; gradient steps per second
step       step() of murmur.optim.SGD, alone, and of torch.optim.SGD(foreach=True), of 65 tensors of a ResNet-20's size; us
"""
import argparse
import time

import torch
import torch.nn.functional as F

import murmur

BATCH, RATE, MOMENTUM = 32, 0.1, 0.9


def make_model():
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(784, 200), torch.nn.ReLU(), torch.nn.Linear(200, 10))


def data_of(workers):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(workers, 64, BATCH, 784, generator=generator), torch.randint(10, (workers, 64, BATCH), generator=generator)


def by_hand(workers, steps, x, y):
    models = [make_model() for _ in range(workers)]
    rows = [list(model.parameters()) for model in models]
    memory = [[torch.zeros_like(p) for p in row] for row in rows]
    for step in range(steps):
        before = [[p.detach().clone() for p in row] for row in rows]
        with torch.enable_grad():
            for w, model in enumerate(models):
                model.zero_grad()
                F.cross_entropy(model(x[w, step % 64]), y[w, step % 64]).backward()
        with torch.no_grad():
            for row, m in zip(rows, memory):
                g = [p.grad for p in row]
                v = torch._foreach_add(torch._foreach_mul(m, MOMENTUM), g)
                torch._foreach_add_(row, torch._foreach_add(torch._foreach_mul(v, MOMENTUM), g), alpha=-RATE)
            mixed = []
            for w in range(workers):
                total = torch._foreach_add(torch._foreach_add(rows[w - 1], rows[w]), rows[(w + 1) % workers])
                mixed.append(torch._foreach_mul(total, 1 / 3))
            for row, new, old, m in zip(rows, mixed, before, memory):
                torch._foreach_copy_(row, new) if hasattr(torch, "_foreach_copy_") else [p.copy_(n) for p, n in zip(row, new)]
                moved = torch._foreach_mul(torch._foreach_sub(old, new), (1 - MOMENTUM) / RATE)
                torch._foreach_mul_(m, MOMENTUM)
                torch._foreach_add_(m, moved)


def simulated(workers, steps, x, y, threads):
    murmur.simulate(make_model, lambda m, b: F.cross_entropy(m(b[0]), b[1]), lambda w, b: (x[w, b % 64], y[w, b % 64]), workers=workers,
                    threads=threads, steps=steps, lr=RATE, algorithm="qg-dsgdm-n", topology="ring")


def seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def best_us(work, count=200, rounds=7):
    return min(seconds(lambda: [work() for _ in range(count)]) for _ in range(rounds)) / count * 1e6


def resnet_tensors():
    widths = [3, 16, *[16] * 6, *[32] * 6, *[64] * 6]
    shapes = [shape for a, b in zip(widths, widths[1:]) for shape in ((b, a, 3, 3), (b,), (b,))]
    return [torch.nn.Parameter(torch.randn(shape)) for shape in [*shapes, (10, 64), (10,)]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    x, y = data_of(arguments.workers)
    count = arguments.workers * arguments.steps
    rates = {"by hand": 0.0, "murmur": 0.0}
    for _ in range(3):  # in turn, so that what else the machine does meets both
        rates["by hand"] = max(rates["by hand"], count / seconds(lambda: by_hand(arguments.workers, arguments.steps, x, y)))
        rates["murmur"] = max(rates["murmur"], count / seconds(lambda: simulated(arguments.workers, arguments.steps, x, y, arguments.threads)))
    print(f"simulate, {arguments.threads} threads: by hand {rates['by hand']:.0f}/s, murmur {rates['murmur']:.0f}/s, {rates['murmur'] / rates['by hand']:.2f} times")

    theirs, ours = resnet_tensors(), resnet_tensors()
    for each in (*theirs, *ours):
        each.grad = torch.randn_like(each)
    sgd, own = torch.optim.SGD(theirs, 0.01, foreach=True), murmur.optim.SGD(ours, 0.01)
    kernel = torch.cat([each.detach().flatten() for each in ours])
    gradient = torch.randn_like(kernel)
    print(f"step of {len(ours)} tensors: torch.optim.SGD {best_us(sgd.step):.0f} us, murmur.optim.SGD {best_us(own.step):.0f} us, of which "
          f"copying gradients {best_us(own._take_gradients):.0f} us, and x -= lr g in one tensor {best_us(lambda: kernel.add_(gradient, alpha=-0.01)):.0f} us")


if __name__ == "__main__":
    main()
