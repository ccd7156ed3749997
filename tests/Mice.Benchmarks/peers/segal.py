#!/usr/bin/python3
"""The published sampler and training step of SEGAL in PyTorch: npj Comput. Mater. 8, 61 (2022), Ising model on a 10 x 10 torus.

Three masked dense layers without biases, two inputs and two outputs a site; temperature and field stand before the input of every layer. Every site of a sample takes a pass through all
layers. REINFORCE with R = (F - mean F)/|mean F| by condition, RMSprop.

usage: segal.py THREADS; then lines `step N`, `step-cpu N`, `sample N` or `sample-cpu N` on standard input, N times each
answers: seconds, or processor seconds, of one
usage: segal.py FOLDER: ln q of the states in FOLDER/states.bin (bytes) at the conditions in FOLDER/conditions.bin under the weights in FOLDER/weights.bin (32-bit numbers), one a line
"""
import os
import sys
import time

# OpenBLAS does not listen to torch.set_num_threads.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = sys.argv[1] if sys.argv[1].isdigit() else "1"
import numpy as np
import torch

SIDE, SAMPLES, RATE = 10, 50, 10 ** -2.92281
N, OUT, IN = SIDE * SIDE, 2 * SIDE * SIDE, 2 * SIDE * SIDE + 2


def mask(first):
    """Outputs of a site see both conditions and the sites before it; those of later layers its own units too."""
    site = torch.arange(OUT)[:, None] // 2
    column = torch.arange(OUT)[None, :] // 2
    return torch.cat([torch.ones(OUT, 2), (column < site if first else column <= site).float()], 1)


masks = [mask(layer == 0) for layer in range(3)]


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(IN, OUT, bias=False) for _ in masks])
        for layer, m in zip(self.layers, masks):
            layer.weight.data.mul_(m * 2 ** 0.5)
            layer.weight.register_hook(lambda gradient, m=m: gradient * m)

    def forward(self, conditions, x):
        for i, layer in enumerate(self.layers):
            x = layer(torch.cat([conditions, x], 1))
            if i < 2:
                x = torch.tanh(x)
        return torch.log_softmax(x.view(-1, N, 2), 2)


def sample(network, conditions):
    """One pass through all layers for every site."""
    x = torch.zeros(len(conditions), OUT)
    with torch.no_grad():
        for i in range(N):
            up = torch.bernoulli(network(conditions, x)[:, i, 1].exp())
            x[:, 2 * i], x[:, 2 * i + 1] = 1 - up, up
    return x


def logarithms(network, conditions, x):
    return (network(conditions, x) * x.view(-1, N, 2)).sum((1, 2))


def draw():
    """Five temperatures drawn anew with five fields each."""
    temperatures = torch.rand(5) * 2 + 1.5
    fields = torch.tensor([-0.4, -0.2, 0.0, 0.2, 0.4])
    return torch.cartesian_prod(temperatures, fields).repeat_interleave(SAMPLES, 0)


def step(network, optimiser):
    conditions = draw()
    x = sample(network, conditions)
    ln_q = logarithms(network, conditions, x)
    spins = (x[:, 1::2] - x[:, 0::2]).view(-1, SIDE, SIDE)
    energy = -(spins * (spins.roll(1, 1) + spins.roll(1, 2))).sum((1, 2)) - conditions[:, 1] * spins.sum((1, 2))
    potential = (energy / conditions[:, 0] + ln_q.detach()).view(-1, SAMPLES)
    mean = potential.mean(1, keepdim=True)
    loss = (((potential - mean) / mean.abs()).view(-1) * ln_q).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


def compare(folder):
    def read(name, kind):
        return np.fromfile(os.path.join(folder, name), kind)

    network, weights, next_weight = Network(), read("weights.bin", np.float32), 0
    for layer, m in zip(network.layers, masks):
        layer.weight.data.zero_()
        for row in range(OUT):
            seen = int(m[row].sum())
            layer.weight.data[row, :seen] = torch.from_numpy(weights[next_weight:next_weight + seen])
            next_weight += seen
    states = torch.from_numpy(read("states.bin", np.uint8).astype(np.int64)).view(-1, N)
    x = torch.nn.functional.one_hot(states, 2).float().view(-1, OUT)
    conditions = torch.from_numpy(read("conditions.bin", np.float32)).view(-1, 2)
    with torch.no_grad():
        for value in logarithms(network.double(), conditions.double(), x.double()):
            print(f"{value:.12g}")


def serve(threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    network = Network()
    optimiser = torch.optim.RMSprop(network.parameters(), lr=RATE)
    print("ready", flush=True)
    for line in sys.stdin:
        task, repeats = line.split()
        clock = time.process_time if task.endswith("-cpu") else time.perf_counter
        start = clock()
        for _ in range(int(repeats)):
            if task.startswith("step"):
                step(network, optimiser)
            else:
                sample(network, draw())
        print((clock() - start) / int(repeats), flush=True)


if os.path.isdir(sys.argv[1]):
    compare(sys.argv[1])
else:
    serve(int(sys.argv[1]))
