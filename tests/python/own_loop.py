# SPDX-License-Identifier: Apache-2.0
"""own_loop.py SETTINGS: the loop of a user, whose settings are JSON; prints the digest. And what it shares with simulations."""
import json
import math
import os
import sys

import torch
import torch.nn.functional as F

import murmur

STEPS = 12
RATE = 0.1


def make_model(dropout=0.0, dtype=torch.float32):
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Linear(10, 16), torch.nn.BatchNorm1d(16), torch.nn.ReLU(), torch.nn.Dropout(dropout), torch.nn.Linear(16, 4)
    ).to(dtype)


def batch_of(worker, batch):
    """Without random numbers: those of torch's default generator are the model's."""
    places = torch.arange(80, dtype=torch.float64).reshape(8, 10)
    return torch.sin(places * (worker + 1) + batch), (torch.arange(8) + worker + batch) % 4


def loss_of(model, batch):
    x, y = batch
    return F.cross_entropy(model(x.to(next(model.parameters()).dtype)), y)


def rate_at(step):
    """Of torch's StepLR(5, 0.5)."""
    return RATE * 0.5 ** (step // 5)


def groups_of(model):
    named = list(model.named_parameters())
    return [{"params": [each for name, each in named if name.endswith("weight")], "lr": RATE, "weight_decay": 0.01},
            {"params": [each for name, each in named if name.endswith("bias")], "lr": 2 * RATE, "weight_decay": 0.0}]


def make_optimizer(model, settings):
    common = {"topology": "ring", "seed": 5, "overlap": settings.get("overlap", False), "staged": settings.get("staged")}
    if settings.get("average_buffers"):
        return murmur.optim.QGDSGDmN(model, RATE, average_buffers=True, **common)
    if settings.get("outer"):
        base = murmur.optim.SGD(model.parameters(), RATE, momentum=0.9, seed=5, staged=settings.get("staged"))
        return murmur.optim.SlowMo(base, sync_every=4, momentum=0.6)
    if "kill_at" in settings:  # with shared memory it is known after processes.timeout_s
        common["settings"] = {"processes.shared_memory": False}
    if settings.get("groups"):
        return murmur.optim.QGDSGDmN(groups_of(model), RATE, model=model, **common)
    return murmur.optim.QGDSGDmN(model.parameters(), RATE, **common)


def train(settings):
    torch.set_num_threads(1)
    model = make_model(settings.get("dropout", 0.0), getattr(torch, settings.get("dtype", "float32")))
    if int(os.environ.get("OMPI_COMM_WORLD_RANK", os.environ.get("PMI_RANK", os.environ.get("RANK", "0")))) > 0:
        with torch.no_grad():  # the first process's start is sent to all
            model[0].weight.fill_(math.pi)
    optimizer = make_optimizer(model, settings)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 5, 0.5)
    for step in range(STEPS):
        optimizer.zero_grad()
        loss_of(model, batch_of(optimizer.rank, optimizer.batch)).backward()
        if settings.get("fail_at") == [optimizer.rank, step]:
            raise RuntimeError("a fault of the loop")
        if settings.get("kill_at") == [optimizer.rank, step]:
            os.kill(os.getpid(), 9)
        optimizer.step()
        schedule.step()
    digest = optimizer.digest()
    if optimizer.rank == 0:
        print(f"digest {digest}", flush=True)


if __name__ == "__main__":
    train(json.loads(sys.argv[1]))
