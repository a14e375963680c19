#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""W1 with torch.func: the gradients of all workers as one vectorised call on stacked parameters."""
import work


def build(w1):
    import torch
    from torch.func import grad_and_value, vmap
    from torch.nn import functional

    torch.set_num_threads(w1.threads)
    images, labels, batches = (torch.from_numpy(a) for a in (w1.images, w1.labels, w1.batches))
    xs = [torch.from_numpy(a).repeat(work.WORKERS, *[1] * a.ndim) for a in w1.start]
    vs = [torch.zeros_like(x) for x in xs]

    def loss_of(parameters, inputs, targets):
        hidden = functional.relu(functional.linear(inputs, *parameters[:2]))
        return functional.cross_entropy(functional.linear(hidden, *parameters[2:]), targets)

    gradients_of = vmap(grad_and_value(loss_of))

    @torch.no_grad()
    def step(batch):
        gradients, losses = gradients_of(xs, images[batch], labels[batch])
        for x, v, g in zip(xs, vs, gradients):
            v.mul_(work.MOMENTUM).add_(g)
            x.sub_(g.add_(v, alpha=work.MOMENTUM), alpha=work.LEARNING_RATE)
            x.copy_((x + x.roll(1, 0) + x.roll(-1, 0)).div_(3))
        return losses

    def run():
        for batch in batches:
            losses = step(batch)
        return losses.mean()

    return run


if __name__ == "__main__":
    work.main("pytorch-vmap", build)
