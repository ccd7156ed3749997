"""Trajectories for the other scripts."""
import gzip
import numpy as np

def frames(path):
    """Positions from the lower corner and edge of each frame of a LAMMPS dump with the columns id type x y z in a cube."""
    lines, out, i = gzip.open(path, "rt").read().split("\n"), [], 0
    while i < len(lines) and lines[i].startswith("ITEM: TIMESTEP"):
        n = int(lines[i + 3]); low, high = map(float, lines[i + 5].split())
        x = np.array([line.split()[2:5] for line in lines[i + 9:i + 9 + n]], float) - low
        out.append((x % (high - low), high - low)); i += 9 + n
    return out
