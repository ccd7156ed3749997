"""Periodic k-nearest neighbours with scipy's cKDTree.

usage: neighbours.py ATOMS POINTS EDGE K   (two files of float64 triples, the edge of the cubic box)
prints: seconds of the query on one thread and on all, the same with displacement vectors, mean distance of the K-th neighbour
"""
import sys
import time

import numpy as np
from scipy.spatial import cKDTree

atoms = np.fromfile(sys.argv[1]).reshape(-1, 3)
points = np.fromfile(sys.argv[2]).reshape(-1, 3)
edge, k = float(sys.argv[3]), int(sys.argv[4])


def search(workers):
    tree = cKDTree(atoms, boxsize=edge)
    distances, indices = tree.query(points, k=k, workers=workers)
    # What a caller needs next: the displacement vectors.
    displacements = atoms[indices] - points[:, None, :]
    displacements -= edge * np.round(displacements / edge)
    return distances, displacements


def median_seconds(workers, runs=3):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        distances, _ = search(workers)
        times.append(time.perf_counter() - start)
    return sorted(times)[runs // 2], distances


def median_seconds_of_query(workers, runs=3):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        cKDTree(atoms, boxsize=edge).query(points, k=k, workers=workers)
        times.append(time.perf_counter() - start)
    return sorted(times)[runs // 2]


one, distances = median_seconds(1)
everything, _ = median_seconds(-1)
print(median_seconds_of_query(1), median_seconds_of_query(-1), one, everything, distances[:, -1].mean())
