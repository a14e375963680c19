#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gradients of ResNet-20 with group normalization in plain PyTorch: milliseconds per batch of 32 random images.

The network of He et al. for images of 32 x 32, as torchvision would write it: BasicBlock, with GroupNorm of two groups.
"""
import argparse
import json
import time

import torch
from torch import nn


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.GroupNorm(2, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.GroupNorm(2, outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.GroupNorm(2, outputs))

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet20(nn.Module):
    def __init__(self, blocks=3, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.GroupNorm(2, 16)
        self.relu = nn.ReLU(inplace=True)
        inputs, layers = 16, []
        for outputs in (16, 32, 64):
            for _ in range(blocks):
                layers.append(BasicBlock(inputs, outputs))
                inputs = outputs
        self.layers = nn.Sequential(*layers)
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        return self.fc(self.layers(self.relu(self.bn1(self.conv1(x)))).mean((2, 3)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    model = ResNet20()
    loss_of = nn.CrossEntropyLoss()
    images, labels = torch.randn(32, 3, 32, 32), torch.randint(10, (32,))

    def gradient():
        started, cpu_started = time.perf_counter(), time.process_time()
        model.zero_grad()
        loss_of(model(images), labels).backward()
        return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - cpu_started)

    for _ in range(3):  # buffers and primitives are made
        gradient()
    ends, times = time.perf_counter() + options.seconds, []
    while not times or time.perf_counter() < ends:
        times.append(gradient())
    wall, cpu = zip(*times)
    print(json.dumps({"parameters": sum(p.numel() for p in model.parameters()), "wall": wall, "cpu": cpu}))


if __name__ == "__main__":
    main()
