"""PyTorch's side of the tensor benchmark. Reads lines `task repeats`, answers with seconds per repeat."""
import sys
import time

import torch
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(int(sys.argv[1]))


def training(model, x):
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimiser.zero_grad()
        loss = (model(x) - 1.0).square().mean()
        loss.backward()
        optimiser.step()
        return loss.item()

    return step


def overhead():
    a, b = torch.ones(1), torch.ones(1)

    def thousand():
        for _ in range(1000):
            a + b

    return thousand


def mlp():
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 1))
    return training(model, torch.randn(2048, 64))


def cnn2():
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.AdaptiveMaxPool2d(8),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.AdaptiveMaxPool2d(4),
        nn.Flatten(), nn.Linear(512, 1))
    return training(model, torch.randn(256, 1, 16, 16))


class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3, 4))


def cnn3():
    model = nn.Sequential(
        nn.Conv3d(1, 22, 3, padding=1), nn.LeakyReLU(0.01), nn.Dropout3d(0.15), nn.AdaptiveMaxPool3d(20),
        Mean(), nn.Linear(22, 1))
    return training(model, torch.randn(16, 1, 20, 20, 20))


tasks = {"overhead": overhead(), "mlp": mlp(), "cnn2": cnn2(), "cnn3": cnn3()}
print("ready", flush=True)
for line in sys.stdin:
    task, repeats = line.split()
    work = tasks[task]
    start = time.perf_counter()
    for _ in range(int(repeats)):
        work()
    print((time.perf_counter() - start) / int(repeats), flush=True)
