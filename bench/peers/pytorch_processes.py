#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""W1 with PyTorch in sixteen processes over Gloo, in the usual way. Prints one JSON line.

    pytorch_processes.py alone|ring|ddp [--steps N] [--repeats N]

alone: every process trains on its own; ring: models to both neighbors by isend and irecv, and the mean of three; ddp:
DistributedDataParallel, so all have one model.
"""
import argparse
import json
import multiprocessing
import os
import tempfile
import time
from pathlib import Path

import work

RUNS = ("alone", "ring", "ddp")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", choices=RUNS)
    parser.add_argument("--steps", type=int, default=468)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    if min(options.steps, options.repeats) < 1:
        parser.error("--steps and --repeats must be 1 or more")
    return options


def make_model(w1):
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(work.INPUTS, work.HIDDEN), nn.ReLU(), nn.Linear(work.HIDDEN, work.CLASSES))
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), w1.start):
            parameter.copy_(torch.from_numpy(value))
    return model


class Ring:
    def __init__(self, model, rank):
        import torch

        self.parameters = list(model.parameters())
        self.next, self.previous = (rank + 1) % work.WORKERS, (rank - 1) % work.WORKERS
        self.row = torch.nn.utils.parameters_to_vector(self.parameters).detach()
        self.heard = [torch.empty_like(self.row) for _ in range(2)]

    def mix(self):
        import torch
        import torch.distributed as dist

        with torch.no_grad():
            self.row.copy_(torch.nn.utils.parameters_to_vector(self.parameters))
            pending = [dist.isend(self.row, self.next, tag=0), dist.isend(self.row, self.previous, tag=1)]
            pending += [
                dist.irecv(self.heard[0], self.previous, tag=0),
                dist.irecv(self.heard[1], self.next, tag=1),
            ]
            for each in pending:
                each.wait()
            mean = (self.row + self.heard[0] + self.heard[1]) / 3
            torch.nn.utils.vector_to_parameters(mean, self.parameters)


def train(rank, w1, options, meeting):
    import torch
    import torch.distributed as dist
    from torch import nn

    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=work.WORKERS)
    images, labels = torch.from_numpy(w1.images), torch.from_numpy(w1.labels)
    batches = torch.from_numpy(w1.batches)[:, rank]
    model = make_model(w1)
    ring = Ring(model, rank) if options.run == "ring" else None
    trained = nn.parallel.DistributedDataParallel(model) if options.run == "ddp" else model
    optimizer = torch.optim.SGD(model.parameters(), lr=work.LEARNING_RATE, momentum=work.MOMENTUM, nesterov=True)
    rates = []
    for repeat in range(options.repeats + 1):
        dist.barrier()
        started = time.perf_counter()
        for batch in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(trained(images[batch]), labels[batch]).backward()
            optimizer.step()
            if ring is not None:
                ring.mix()
        dist.barrier()
        if repeat > 0:  # the first one warms up
            rates.append(round(work.WORKERS * options.steps / (time.perf_counter() - started), 1))
    if rank == 0:
        print(json.dumps({"peer": f"pytorch {options.run}", "rates": rates}), flush=True)
    dist.destroy_process_group()


def main():
    options = parse()
    work.limit_threads(1)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    w1 = work.prepare(work.PACKAGE, options.steps, 1)
    processes = multiprocessing.get_context("fork")  # they share the data; torch is not imported yet
    with tempfile.TemporaryDirectory() as folder:
        all_of_them = [
            processes.Process(target=train, args=(rank, w1, options, Path(folder) / "meeting"))
            for rank in range(work.WORKERS)
        ]
        for each in all_of_them:
            each.start()
        for each in all_of_them:
            each.join()
    if any(each.exitcode != 0 for each in all_of_them):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
