"""Metropolis Monte Carlo of a cluster expansion in Numba: one chain, the change of energy from all terms through a site."""

import sys
import time

import numba
import numpy as np

folder, sites, beta = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
coefficients = np.fromfile(f"{folder}/coefficients.bin", dtype=np.float64)
starts = np.fromfile(f"{folder}/starts.bin", dtype=np.int32)
members = np.fromfile(f"{folder}/members.bin", dtype=np.int32)

by_site = [[] for _ in range(sites)]
for term in range(len(coefficients)):
    for k in range(starts[term], starts[term + 1]):
        by_site[members[k]].append(term)

site_starts = np.cumsum([0] + [len(terms) for terms in by_site]).astype(np.int32)
site_terms = np.concatenate([np.array(terms, dtype=np.int32) for terms in by_site])


@numba.njit(fastmath=True)
def sweeps(spins, count, beta, coefficients, starts, members, site_starts, site_terms):
    n = len(spins)
    accepted = 0
    for _ in range(count * n):
        site = np.random.randint(n)
        total = 0.0
        for at in range(site_starts[site], site_starts[site + 1]):
            term = site_terms[at]
            product = coefficients[term]
            for k in range(starts[term], starts[term + 1]):
                product *= spins[members[k]]
            total += product
        change = -2.0 * total
        if change <= 0.0 or np.random.random() < np.exp(-beta * change):
            spins[site] = -spins[site]
            accepted += 1
    return accepted


spins = np.where(np.random.default_rng(1).random(sites) < 0.5, 1.0, -1.0)
arguments = (beta, coefficients, starts, members, site_starts, site_terms)
sweeps(spins, 20, *arguments)
print("ready", flush=True)

for line in sys.stdin:
    repeats = int(line.split()[1])
    began = time.perf_counter()
    sweeps(spins, repeats, *arguments)
    print((time.perf_counter() - began) / repeats, flush=True)
