# SPDX-License-Identifier: Apache-2.0
"""PyTorch's DistributedDataParallel over Gloo, with the gradient of bench/busy_problem.h: one worker per process.

Started on a network by bench/cluster, which passes the address of the first process in NETWORK_ADDRESS. The module's
backward sleeps as if a device were busy, layer by layer, last first; buckets and all else are DDP's defaults.
"""
import argparse
import json
import os
import time

os.environ.setdefault("GLOO_SOCKET_IFNAME", "eth0")
os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported

import torch  # noqa: E402
import torch.distributed as dist  # noqa: E402

BACKWARD = 2 / 3  # of a gradient's time


class Watch:
    """The times at which the device is done with each part of a gradient, however late the processor asks."""

    def __init__(self, gradient_s, layers):
        self.gradient_s, self.layers = gradient_s, layers
        self.begun, self.left = 0, layers

    def forward(self):
        self.begun, self.left = time.perf_counter(), self.layers
        self._sleep_until(1 - BACKWARD)

    def next_layer(self):
        self.left -= 1
        self._sleep_until(1 - BACKWARD * self.left / self.layers)

    def _sleep_until(self, share):
        rest = self.begun + share * self.gradient_s - time.perf_counter()
        if rest > 0:
            time.sleep(rest)


class Busy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, watch):
        ctx.watch, ctx.shape = watch, weight.shape
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        ctx.watch.next_layer()
        return gradient, torch.zeros(ctx.shape), None


class Model(torch.nn.Module):
    def __init__(self, parameters, watch):
        super().__init__()
        self.watch = watch
        size = parameters // watch.layers
        self.weights = torch.nn.ParameterList(torch.ones(size) for _ in range(watch.layers))

    def forward(self, x):
        self.watch.forward()
        for weight in self.weights:
            x = Busy.apply(x, weight, self.watch)
        return x.sum()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gradient-s", type=float, default=0.35)
    parser.add_argument("--parameters", type=int, default=10_000_000)
    parser.add_argument("--layers", type=int, default=40)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--warm-up", type=int, default=2)
    return parser.parse_args()


def main():
    options = parse()
    torch.set_num_threads(1)
    rank, size = int(os.environ["OMPI_COMM_WORLD_RANK"]), int(os.environ["OMPI_COMM_WORLD_SIZE"])
    address = f"tcp://{os.environ['NETWORK_ADDRESS']}:29500"
    dist.init_process_group("gloo", init_method=address, rank=rank, world_size=size)
    model = Model(options.parameters, Watch(options.gradient_s, options.layers))
    model = torch.nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x = torch.ones(1, requires_grad=True)
    for step in range(options.warm_up + options.steps):
        if step == options.warm_up:
            dist.barrier()
            begun = time.perf_counter()
        optimizer.zero_grad()
        model(x).backward()
        optimizer.step()
    seconds = torch.tensor(time.perf_counter() - begun)
    dist.all_reduce(seconds, dist.ReduceOp.MAX)
    if rank == 0:
        print(json.dumps({"run": "ddp", "step_ms": round(1e3 * seconds.item() / options.steps, 2)}), flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
