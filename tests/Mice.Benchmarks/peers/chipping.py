"""Chipping and aggregation on a ring in Numba: waiting times and a list of occupied sites, as in Mice."""

import sys
import time

import numba
import numpy as np

sites, hop_rate = int(sys.argv[1]), float(sys.argv[2])


@numba.njit
def run(masses, occupied, duration, hop_rate):
    last = len(masses) - 1
    chip = 1.0 / (1.0 + hop_rate)
    count = 0
    for site in range(len(masses)):
        if masses[site] > 0:
            occupied[count] = site
            count += 1
    clock = -chip / count * np.log(1.0 - np.random.random())
    while clock < duration:
        draw = np.random.randint(2 * count)
        place = draw >> 1
        site = occupied[place]
        target = site + ((draw & 1) << 1) - 1
        if target < 0:
            target = last
        elif target > last:
            target = 0
        held = masses[site]
        moved = 1 if np.random.random() < chip else held
        if masses[target] == 0:
            occupied[count] = target
            count += 1
        masses[target] += moved
        masses[site] = held - moved
        if moved == held:
            count -= 1
            occupied[place] = occupied[count]
        clock -= chip / count * np.log(1.0 - np.random.random())


masses = np.ones(sites, dtype=np.int32)
occupied = np.zeros(sites, dtype=np.int32)
run(masses, occupied, 0.25 * sites**2, hop_rate)
print("ready", flush=True)

for line in sys.stdin:
    repeats = int(line.split()[1])
    began = time.perf_counter()
    run(masses, occupied, float(repeats), hop_rate)
    print((time.perf_counter() - began) / repeats, flush=True)
