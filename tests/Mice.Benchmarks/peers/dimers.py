"""Directed loops with the least bouncing of interacting dimers in Numba: one chain, turns from cumulative probabilities of all counts of parallel dimers."""

import sys
import time

import numba
import numpy as np

side, beta, worms = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
pairings = (((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2)))


def turns(counts):
    """Cumulative probabilities of the new direction, [old, new]."""
    w = np.exp(beta * np.array(counts))
    bounce = np.maximum(0.0, 2.0 * w - w.sum())
    left = w - bounce
    differences = [(left[list(a)].sum() - left[list(b)].sum()) / 2.0 for a, b in pairings]
    share = max(0.0, (left.sum() / 2.0 - sum(abs(d) for d in differences)) / 6.0)
    amounts = np.full((4, 4), share)
    np.fill_diagonal(amounts, bounce)
    for (a, b), d in zip(pairings, differences):
        i, k = a if d > 0.0 else b
        amounts[i, k] = amounts[k, i] = share + abs(d)
    return np.cumsum(amounts / w[:, None], axis=1)


table = np.array([turns((n % 3, n // 3 % 3, n // 9 % 3, n // 27)) for n in range(81)])
rows, columns = np.divmod(np.arange(side * side), side)
neighbours = np.stack(
    [
        rows * side + (columns + 1) % side,
        (rows + 1) % side * side + columns,
        rows * side + (columns - 1) % side,
        (rows - 1) % side * side + columns,
    ],
    axis=1,
).astype(np.int32)


@numba.njit(fastmath=True)
def loops(partner, worms, table, neighbours):
    """Visits of all heads; partner is the direction from every site to its partner, 4 at the tail."""
    visits = 0
    for _ in range(worms):
        tail = np.random.randint(len(partner))
        old = partner[tail]
        partner[tail] = 4
        head = neighbours[tail, old]
        back = old ^ 2
        while True:
            visits += 1
            a = partner[neighbours[head, 0]]
            b = partner[neighbours[head, 1]]
            c = partner[neighbours[head, 2]]
            d = partner[neighbours[head, 3]]
            counts = (b == 0) + (d == 0) + 3 * ((a == 1) + (c == 1)) + 9 * ((b == 2) + (d == 2)) + 27 * ((a == 3) + (c == 3))
            u = np.random.random()
            new = 0
            while new < 3 and u >= table[counts, back, new]:
                new += 1
            target = neighbours[head, new]
            partner[head] = new
            old = partner[target]
            partner[target] = new ^ 2
            if target == tail:
                break
            head = neighbours[target, old]
            back = old ^ 2
    return visits


partner = np.where(np.arange(side * side) % 2 == 0, 0, 2).astype(np.uint8)
loops(partner, 100 * worms, table, neighbours)
print("ready", flush=True)

# Seconds of a visit.
for line in sys.stdin:
    sweeps = int(line.split()[1])
    began = time.perf_counter()
    visits = loops(partner, sweeps * worms, table, neighbours)
    print((time.perf_counter() - began) / visits, flush=True)
