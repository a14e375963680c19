#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""W1 on flat tensors: all parameters of all workers are one matrix, gradients come one worker at a time
without modules or optimizers, update and mixing are a few operations on the whole matrix."""
import math

import work


def build(w1):
    import torch
    from torch.nn import functional

    torch.set_num_threads(w1.threads)
    images, labels, batches = (torch.from_numpy(a) for a in (w1.images, w1.labels, w1.batches))
    start = torch.cat([torch.from_numpy(a).reshape(-1) for a in w1.start])
    x = start.repeat(work.WORKERS, 1)
    v = torch.zeros_like(x)
    g = torch.zeros_like(x)
    sizes = [math.prod(shape) for shape in work.SHAPES]
    # Leaves of autograd that share their memory with the rows of x.
    leaves = [
        [part.view(shape).detach().requires_grad_() for part, shape in zip(row.split(sizes), work.SHAPES)]
        for row in x
    ]

    def gradient(i, examples):
        w1_, b1, w2, b2 = leaves[i]
        hidden = functional.relu(functional.linear(images[examples], w1_, b1))
        loss = functional.cross_entropy(functional.linear(hidden, w2, b2), labels[examples])
        torch.cat([part.reshape(-1) for part in torch.autograd.grad(loss, leaves[i])], out=g[i])
        return loss.detach()

    def step(batch):
        losses = [gradient(i, batch[i]) for i in range(work.WORKERS)]
        with torch.no_grad():
            v.mul_(work.MOMENTUM).add_(g)
            x.sub_(g.add_(v, alpha=work.MOMENTUM), alpha=work.LEARNING_RATE)
            x.copy_((x + x.roll(1, 0) + x.roll(-1, 0)).div_(3))
        return losses

    def run():
        for batch in batches:
            losses = step(batch)
        return torch.stack(losses).mean()

    return run


if __name__ == "__main__":
    work.main("pytorch-flat", build)
