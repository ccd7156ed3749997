"""Ising kernels in Numba, as written by hand everywhere: Swendsen-Wang by union-find, heat-bath sweeps site by site.

usage: ising.py SIZE TEMPERATURE; then lines `swendsen-wang N` or `heat-bath N` on standard input, N sweeps
answers: seconds per sweep
"""
import sys
import time

import numpy as np
from numba import njit

size = int(sys.argv[1])
temperature = float(sys.argv[2])


@njit
def find(parent, i):
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit
def join(parent, a, b):
    a = find(parent, a)
    b = find(parent, b)
    if a < b:
        parent[b] = a
    elif b < a:
        parent[a] = b


@njit
def swendsen_wang(spins, parent, flip, keep, sweeps):
    n = spins.shape[0]
    for _ in range(sweeps):
        for i in range(n * n):
            parent[i] = i
            flip[i] = np.random.random() < 0.5
        for r in range(n):
            for c in range(n):
                i = r * n + c
                right = c + 1 if c + 1 < n else 0
                down = r + 1 if r + 1 < n else 0
                if spins[r, c] == spins[r, right] and np.random.random() < keep:
                    join(parent, i, r * n + right)
                if spins[r, c] == spins[down, c] and np.random.random() < keep:
                    join(parent, i, down * n + c)
        for r in range(n):
            for c in range(n):
                if flip[find(parent, r * n + c)]:
                    spins[r, c] = -spins[r, c]


@njit
def heat_bath(spins, up, sweeps):
    n = spins.shape[0]
    for _ in range(sweeps):
        for r in range(n):
            for c in range(n):
                field = (spins[r - 1, c] + spins[r + 1 if r + 1 < n else 0, c]
                         + spins[r, c - 1] + spins[r, c + 1 if c + 1 < n else 0])
                spins[r, c] = 1 if np.random.random() < up[(field + 4) // 2] else -1


spins = np.ones((size, size), np.int8)
parent = np.zeros(size * size, np.int32)
flip = np.zeros(size * size, np.bool_)
keep = 1.0 - np.exp(-2.0 / temperature)
up = 1.0 / (1.0 + np.exp(-2.0 * np.arange(-4, 5, 2) / temperature))
swendsen_wang(spins, parent, flip, keep, 200)
heat_bath(spins, up, 10)
print("ready", flush=True)

for line in sys.stdin:
    task, sweeps = line.split()
    start = time.perf_counter()
    if task == "swendsen-wang":
        swendsen_wang(spins, parent, flip, keep, int(sweeps))
    else:
        heat_bath(spins, up, int(sweeps))
    print((time.perf_counter() - start) / int(sweeps), flush=True)
