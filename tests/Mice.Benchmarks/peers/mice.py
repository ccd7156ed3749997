"""MICE of a square Ising torus in plain PyTorch, as its paper has it: for each size of halves a convolutional critic that sees two halves
side by side as one image, the Donsker-Varadhan bound with product pairs by shuffling a batch, Adam, held-out evaluation.

A. Nir et al., PNAS 117, 30234 (2020): one to three layers of 8 to 16 filters of 3x3, two fully connected layers, ReLU; the held-out
values are smoothed by an exponential moving average. All sizes are trained in turns, so that there is an estimate at any time.

usage: mice.py SNAPSHOTS.npy BLOCK_ENTROPY LARGEST_HALF THREADS SECONDS
SNAPSHOTS.npy: int8 of -1 and 1, [n, side, side]; the first half trains, the other evaluates
BLOCK_ENTROPY: entropy per site of the 4x4 block from which halving starts
LARGEST_HALF: sites of the largest halves with a critic; M = a + b*(length of the interface) beyond
prints `seconds s` after every round, until SECONDS are over
"""
import sys
import time

import numpy as np
import torch
from torch import nn

BLOCK, BATCH, STEPS, FILTERS, HIDDEN, RATE, CROPS, SMOOTHING = 4, 256, 50, 8, 128, 1e-3, 4, 0.5

torch.manual_seed(1)
torch.set_num_threads(int(sys.argv[4]))
block_entropy, largest, limit = float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[5])
start = time.perf_counter()
spins = torch.from_numpy(np.load(sys.argv[1]))
training, held = torch.arange(len(spins)).chunk(2)
side = spins.shape[1]


def doublings():
    """Depth, length and interface of the halves of all blocks up to the torus, which closes around the cut."""
    rows = columns = BLOCK
    while rows < side or columns < side:
        if rows <= columns:
            depth, length, rows = rows, columns, 2 * rows
        else:
            depth, length, columns = columns, rows, 2 * columns
        yield depth, length, 2 * length if 2 * depth == side else length


def images(chosen, depth, length):
    """Two halves of each chosen snapshot, one on top of the other, anywhere in it and either way round: [n, 2 depth, length]."""
    n = len(chosen)
    across = (torch.randint(side, (n, 1, 1)) + torch.arange(2 * depth)[:, None]) % side
    along = (torch.randint(side, (n, 1, 1)) + torch.arange(length)) % side
    rows, columns = (across, along) if torch.rand(()) < 0.5 else (along, across)
    return spins[chosen[:, None, None], rows, columns] * (2.0 * torch.randint(2, (n, 1, 1)) - 1.0)


def shuffled(image, depth):
    """Each upper half with the lower half of another snapshot."""
    return torch.cat([image[:, :depth], image[:, depth:].roll(int(torch.randint(1, len(image), ())), 0)], 1)


class Level:
    def __init__(self, depth, length, interface):
        self.depth, self.length, self.interface, self.volume = depth, length, interface, depth * length
        self.critic = nn.Sequential(
            nn.Conv2d(1, FILTERS, 3, padding=1), nn.ReLU(),
            nn.Flatten(), nn.Linear(FILTERS * 2 * self.volume, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))
        self.adam = torch.optim.Adam(self.critic.parameters(), lr=RATE)
        self.smooth, self.best = None, 0.0

    def scores(self, chosen):
        joint = images(chosen, self.depth, self.length)
        both = torch.cat([joint, shuffled(joint, self.depth)])
        return self.critic(both[:, None]).squeeze(1).chunk(2)

    def step(self):
        joint, product = self.scores(training[torch.randperm(len(training))[:BATCH]])
        loss = product.logsumexp(0) - np.log(len(product)) - joint.mean()
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        self.adam.step()

    @torch.no_grad()
    def evaluate(self):
        """M is the best smoothed value so far: training that goes wrong later on does not count."""
        joint, product = (torch.cat(s) for s in zip(*(self.scores(held) for _ in range(CROPS))))
        value = float(joint.mean() - product.logsumexp(0) + np.log(len(product)))
        self.smooth = value if self.smooth is None else SMOOTHING * self.smooth + (1 - SMOOTHING) * value
        self.best = max(self.best, self.smooth)


def beyond(levels):
    """a + b*interface through the means of the two longest interfaces of the critics."""
    by_length = {}
    for level in levels:
        by_length.setdefault(level.interface, []).append(level.best)
    (x1, y1), (x2, y2) = [(length, np.mean(by_length[length])) for length in sorted(by_length)[-2:]]
    return lambda interface: y2 + (y2 - y1) / (x2 - x1) * (interface - x2)


halves = list(doublings())
levels = [Level(*h) for h in halves if h[0] * h[1] <= largest]
while time.perf_counter() - start < limit:
    for level in levels:
        for _ in range(STEPS):
            level.step()
        level.evaluate()
    entropy = block_entropy - sum(0.5 * level.best / level.volume for level in levels)
    tail = [h for h in halves if h[0] * h[1] > largest]
    if tail:
        law = beyond(levels)
        entropy -= sum(0.5 * law(interface) / (depth * length) for depth, length, interface in tail)
    print(f"{time.perf_counter() - start:.2f} {entropy:.6f}", flush=True)
