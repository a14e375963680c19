#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""W1 in the usual way: a module and an optimizer per worker, mixed one parameter after the other."""
import work


def build(w1):
    import torch
    from torch import nn

    torch.set_num_threads(w1.threads)
    images, labels, batches = (torch.from_numpy(a) for a in (w1.images, w1.labels, w1.batches))
    models = [
        nn.Sequential(nn.Linear(work.INPUTS, work.HIDDEN), nn.ReLU(), nn.Linear(work.HIDDEN, work.CLASSES))
        for _ in range(work.WORKERS)
    ]
    parameters = [list(model.parameters()) for model in models]
    with torch.no_grad():
        for own in parameters:
            for parameter, value in zip(own, w1.start):
                parameter.copy_(torch.from_numpy(value))
    optimizers = [
        torch.optim.SGD(own, lr=work.LEARNING_RATE, momentum=work.MOMENTUM, nesterov=True) for own in parameters
    ]

    @torch.no_grad()
    def mix():
        for same in zip(*parameters):
            before = [parameter.clone() for parameter in same]
            for i, parameter in enumerate(same):
                parameter.add_(before[i - 1]).add_(before[(i + 1) % work.WORKERS]).div_(3)

    def step(batch):
        loss_sum = 0.0
        for i in range(work.WORKERS):
            optimizers[i].zero_grad()
            loss = nn.functional.cross_entropy(models[i](images[batch[i]]), labels[batch[i]])
            loss.backward()
            optimizers[i].step()
            loss_sum += loss.item()
        mix()
        return loss_sum / work.WORKERS

    def run():
        for batch in batches:
            loss = step(batch)
        return loss

    return run


if __name__ == "__main__":
    work.main("pytorch-loop", build)
