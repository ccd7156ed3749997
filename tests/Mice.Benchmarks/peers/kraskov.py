"""KSG-1 with scipy's cKDTree, as written by hand everywhere.

usage: kraskov.py X Y COLUMNS K WORKERS RUNS   (X and Y are files of row-major float64)
prints: the estimate in nats, seconds of the first run, median seconds of all further ones
"""
import sys
import time

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import digamma

columns, k, workers, runs = map(int, sys.argv[3:7])
x, y = (np.fromfile(f).reshape(-1, columns) for f in sys.argv[1:3])


def ksg():
    joint = np.hstack([x, y])
    radii = cKDTree(joint).query(joint, k=k + 1, p=np.inf, workers=workers)[0][:, k]
    inside = np.nextafter(radii, 0)  # query_ball_point takes in the border
    counts = [
        cKDTree(z).query_ball_point(z, inside, p=np.inf, workers=workers, return_length=True) for z in (x, y)]
    return digamma(k) + digamma(len(x)) - sum(digamma(n).mean() for n in counts)


times = []
for _ in range(runs):
    start = time.perf_counter()
    value = ksg()
    times.append(time.perf_counter() - start)
print(value, times[0], np.median(times[1:] or times))
