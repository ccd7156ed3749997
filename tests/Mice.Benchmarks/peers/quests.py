"""The published implementation of QUESTS, side by side.

usage: quests.py PACKAGE ATOMS TEST REFERENCE   (a checkout of the package, extended XYZ, descriptors as .npy)
reads lines `task repeats` (descriptors, entropy10000, entropy20000, delta, each with -default for the default batch), answers with seconds per repeat
"""
import os
import pathlib
import shutil
import sys
import tempfile
import time

os.environ["NUMBA_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import ase.io
import numba
import numpy as np

package, atoms, test, reference = sys.argv[1:5]
folder = pathlib.Path(tempfile.mkdtemp())
shutil.copytree(pathlib.Path(package) / "quests", folder / "quests")

if tuple(map(int, numba.__version__.split(".")[:2])) < (0, 57):
    # The one call that older versions of numba know in another form only.
    file = folder / "quests" / "descriptor.py"
    text = file.read_text()
    here = "np.round(frac_coords, decimals=12)"
    assert here in text
    file.write_text(text.replace(here, "np.round_(frac_coords, 12, np.empty_like(frac_coords))"))

sys.path.insert(0, str(folder))
from quests.descriptor import get_descriptors
from quests.entropy import delta_entropy, entropy

frames = ase.io.read(atoms, index=":")
x, y = np.load(test), np.load(reference)
h, batch, default = 0.057, 200, 20000

tasks = {
    "descriptors": lambda: get_descriptors(frames, k=32, cutoff=5.0).sum(),
    "entropy10000": lambda: entropy(x[:10000], h=h, batch_size=batch),
    "entropy10000-default": lambda: entropy(x[:10000], h=h, batch_size=default),
    "entropy20000": lambda: entropy(x[:20000], h=h, batch_size=batch),
    "entropy20000-default": lambda: entropy(x[:20000], h=h, batch_size=default),
    "delta": lambda: delta_entropy(x, y, h=h, batch_size=batch).mean(),
    "delta-default": lambda: delta_entropy(x, y, h=h, batch_size=default).mean(),
}

print("ready", flush=True)

for line in sys.stdin:
    name, repeats = line.split()

    if name.startswith("value:"):
        print(float(tasks[name[6:]]()), flush=True)
        continue

    start = time.perf_counter()

    for _ in range(int(repeats)):
        tasks[name]()

    print((time.perf_counter() - start) / int(repeats), flush=True)

shutil.rmtree(folder)
