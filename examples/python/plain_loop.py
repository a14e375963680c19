# SPDX-License-Identifier: Apache-2.0
"""A plain training loop of PyTorch with a schedule and clipping. What murmur adds are two lines; the workers are processes:

    mpirun -n 4 python plain_loop.py
    torchrun --nproc-per-node 4 plain_loop.py
    python plain_loop.py --simulate 4          # the same digest, in this process
"""
import argparse
import math

import torch
import torch.nn.functional as F

import murmur

STEPS, RATE = 150, 0.1


def make_model():
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Linear(2, 64), torch.nn.BatchNorm1d(64), torch.nn.ReLU(), torch.nn.Dropout(0.1), torch.nn.Linear(64, 3)
    )


def draw(worker, batch):
    """Points of a spiral, whose arm this worker knows best. Noise has a generator of its own: torch's default one is the model's."""
    generator = torch.Generator().manual_seed(worker * 1_000_003 + batch)
    arms = torch.randint(3, (32,), generator=generator)
    labels = torch.where(torch.rand(32, generator=generator) < 0.5, worker % 3, arms)
    radius = torch.rand(32, generator=generator)
    angle = 4 * radius + 2 * math.pi / 3 * labels + 0.2 * torch.randn(32, generator=generator)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1), labels


def loss_of(model, batch):
    points, labels = batch
    return F.cross_entropy(model(points), labels)


def loop():
    torch.set_num_threads(1)
    model = make_model()
    optimizer = murmur.optim.QGDSGDmN(model.parameters(), lr=RATE, topology="ring")  # in place of torch.optim.SGD
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 50, 0.5)
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(model, draw(optimizer.rank, step))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 100.0)
        optimizer.step()
        schedule.step()
    distance, digest = optimizer.consensus_distance(), optimizer.digest()
    if optimizer.rank == 0:
        print(f"{optimizer.size} workers: loss {loss.item():.2f}, consensus distance {distance:.1e}, digest {digest}")


def simulate(workers):
    # The loop's clipping never acts at its bound, so both have the same bits; here it would be settings={"gradient.clip_norm": ...}.
    run = murmur.simulate(make_model, loss_of, draw, algorithm="qg-dsgdm-n", topology="ring", workers=workers, steps=STEPS,
                          lr=lambda step: RATE * 0.5 ** (step // 50))
    print(f"{workers} workers: consensus distance {run.consensus_distance():.1e}, digest {run.digest}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--simulate", type=int, metavar="WORKERS")
    arguments = parser.parse_args()
    simulate(arguments.simulate) if arguments.simulate else loop()
