"""PyTorch's side of the training benchmark. Reads lines `critic:bound:batch repeats`, answers with seconds per training step.

usage: information.py THREADS X Y COLUMNS   (X and Y are files of row-major float32)
"""
import sys
import time

import numpy as np
import torch
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(int(sys.argv[1]))
columns = int(sys.argv[4])
x_all, y_all = (torch.from_numpy(np.fromfile(f, dtype=np.float32).reshape(-1, columns)) for f in sys.argv[2:4])
WIDTH = 16


def mlp(widths):
    layers = []
    for a, b in zip(widths, widths[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Separable(nn.Module):
    def __init__(self):
        super().__init__()
        self.x, self.y = mlp([columns, 64, 64, WIDTH]), mlp([columns, 64, 64, WIDTH])

    def forward(self, x, y):
        return self.x(x) @ self.y(y).T / WIDTH ** 0.5


class Concatenated(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = mlp([2 * columns, 64, 64, 1])

    def forward(self, x, y):
        n = len(x)
        pairs = torch.cat([x[:, None].expand(n, n, columns), y[None].expand(n, n, columns)], -1)
        return self.net(pairs.reshape(n * n, 2 * columns)).reshape(n, n)


def infonce(f):
    return (f.diagonal() - f.logsumexp(1)).mean() + np.log(len(f))


def dv(f):
    n = len(f)
    off = f.masked_fill(torch.eye(n, dtype=torch.bool), -torch.inf)
    return f.diagonal().mean() - off.logsumexp((0, 1)) + np.log(n * (n - 1))


def training(critic, bound, batch):
    model = critic()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    order, at = torch.randperm(len(x_all)), 0

    def step():
        nonlocal order, at
        if at + batch > len(order):
            order, at = torch.randperm(len(x_all)), 0
        rows = order[at:at + batch]
        at += batch
        optimiser.zero_grad(set_to_none=True)
        value = bound(model(x_all[rows], y_all[rows]))
        (-value).backward()
        optimiser.step()
        return value.item()

    return step


critics, bounds, tasks = {"separable": Separable, "concatenated": Concatenated}, {"infonce": infonce, "dv": dv}, {}
print("ready", flush=True)
for line in sys.stdin:
    name, repeats = line.split()
    if name not in tasks:
        critic, bound, batch = name.split(":")
        tasks[name] = training(critics[critic], bounds[bound], int(batch))
    start = time.perf_counter()
    for _ in range(int(repeats)):
        tasks[name]()
    print((time.perf_counter() - start) / int(repeats), flush=True)
