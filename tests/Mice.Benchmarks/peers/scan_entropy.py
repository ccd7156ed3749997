#!/usr/bin/python3
"""The scan entropy of atoms with PyTorch, SciPy and NumPy: the algorithm of Mice, as a physicist would script it.

Usage: scan_entropy.py DUMP.gz STEPS THREADS SYMMETRY. Prints one line of JSON with seconds for points (data preparation) and steps (training).
"""
import json, math, os, sys, time

# OpenBLAS does not listen to torch.set_num_threads.
os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[3]
import numpy as np, torch
from scipy.spatial import cKDTree
from dumps import frames

name, steps, threads, symmetry = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
torch.set_num_threads(threads); torch.manual_seed(0); rng = np.random.default_rng(0)
DEGREE, WIDTH, DEPTH, NOISE, BATCH, RATE = 8, 256, 3, 3, 2048, 2e-3

data = frames(name); atoms = len(data[0][0])
train = data[:len(data) * 3 // 4]
distance = np.mean([edge**3 / atoms for _, edge in data]) ** (1 / 3); cutoff = 2.3 * distance
trees = [cKDTree(x % edge, boxsize=edge) for x, edge in train]
core = 0.9999 * min(t.query(t.data, k=2)[0][:, 1].min() for t in trees)
centres, spacing, widths = [0.9 * core], 0.13 * distance, [0.85 * 0.13 * distance]
while centres[-1] + spacing <= cutoff - 1.13 * spacing:
    centres.append(centres[-1] + spacing); spacing *= 1.13; widths.append(0.85 * spacing)
centres, widths = np.array(centres), np.array(widths)

def operations(n):
    if symmetry == "isotropic":
        q = rng.normal(size=(n, 4)); a, b, c, d = (q / np.linalg.norm(q, axis=1, keepdims=True)).T
        m = np.stack([a*a+b*b-c*c-d*d, 2*(b*c-a*d), 2*(b*d+a*c), 2*(b*c+a*d), a*a-b*b+c*c-d*d, 2*(c*d-a*b),
                      2*(b*d-a*c), 2*(c*d+a*b), a*a-b*b-c*c+d*d], 1).reshape(n, 3, 3)
        return m * rng.choice([-1, 1], n)[:, None, None]
    p = rng.permuted(np.tile(np.arange(3), (n, 1)), axis=1)
    return np.eye(3)[p] * rng.choice([-1, 1], (n, 3))[:, :, None]

def past(tree, points, turn, k):
    r, index = tree.query(points, k=k, distance_upper_bound=cutoff)
    found = np.isfinite(r) & (r > 1e-9); d = tree.data[np.where(found, index, 0)] - points[:, None]
    d -= tree.boxsize[0] * np.round(d / tree.boxsize[0]); d = np.einsum("nij,nkj->nki", turn, d)
    return d, np.where(found & (d[..., 2] < 0), r, np.inf)

def canonical(d, r):
    """The nearest past atom gives the lateral frame."""
    order = np.argsort(r, 1)[:, :2]; a, b = (np.take_along_axis(d, order[:, i, None, None], 1)[:, 0] for i in (0, 1))
    if symmetry == "isotropic":
        h = np.hypot(a[:, 0], a[:, 1]) + 1e-12; c, s = (a[:, 0] / h)[:, None], (a[:, 1] / h)[:, None]
        x, y = c * d[..., 0] + s * d[..., 1], c * d[..., 1] - s * d[..., 0]
        side = np.where(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] < 0, -1, 1)[:, None]
        return np.stack([x, y * side, d[..., 2]], -1)
    return d

def features(d, r):
    safe = np.where(np.isfinite(r), r, 1.0); u = d / safe[..., None]; x, y, z = u[..., 0], u[..., 1], u[..., 2]
    angular, re, im = {}, np.ones_like(x), np.zeros_like(x)
    for m in range(DEGREE + 1):
        before, value = np.zeros_like(x), np.ones_like(x)
        for l in range(m, DEGREE + 1):
            if l > m: before, value = value, ((2*l - 1) * z * value - (l + m - 1) * before) / (l - m)
            if (l + m) % 2 == 0:
                norm = math.sqrt((2*l + 1) * math.factorial(l - m) / math.factorial(l + m) * (2 if m else 1)) * math.prod(range(1, 2*m, 2))
                angular[l, m] = [norm * value * re] + ([norm * value * im] if m else [])
        re, im = re * x - im * y, re * y + im * x
    angular = np.stack([v for key in sorted(angular) for v in angular[key]], -1)
    envelope = np.where(np.isfinite(r), 0.5 * (1 + np.cos(np.pi * safe / cutoff)), 0)
    radial = envelope[..., None] * np.exp(-0.5 * ((safe[..., None] - centres) / widths) ** 2)
    return np.einsum("nkr,nka->nra", radial, angular).reshape(len(d), -1).astype(np.float32)

K = int(atoms / data[0][1] ** 3 * 4 / 3 * math.pi * cutoff ** 3 * 1.3) + 8

def points(frame, at):
    """Features of the points outside the cores of the past."""
    tree, turn = trees[frame], operations(len(at))
    near = tree.query(at, k=8, distance_upper_bound=core); d = tree.data[np.where(np.isfinite(near[0]), near[1], 0)] - at[:, None]
    d -= tree.boxsize[0] * np.round(d / tree.boxsize[0])
    behind = np.einsum("nj,nkj->nk", turn[:, 2], d) < 0
    keep = ~(behind & np.isfinite(near[0]) & (near[0] > 1e-9)).any(1)
    d, r = past(tree, at[keep], turn[keep], K)
    return features(canonical(d, r), r), keep.mean()

def draw(real, noise, open_share):
    each = lambda n: rng.multinomial(n, np.full(len(trees), 1 / len(trees)))
    a = [points(i, trees[i].data[rng.integers(0, atoms, n)])[0] for i, n in enumerate(each(real)) if n]
    b = [points(i, rng.random((int(n / open_share * 1.05) + 8, 3)) * trees[i].boxsize[0])[0] for i, n in enumerate(each(noise)) if n]
    mix = lambda parts, n: rng.permutation(np.concatenate(parts))[:n]
    return mix(a, real), mix(b, noise)

t = time.time()
open_share = np.mean([points(i, rng.random((2000, 3)) * trees[i].boxsize[0])[1] for i in range(len(trees))])
real = BATCH // (1 + NOISE); noise = BATCH - real
probe = np.concatenate(draw(8192, 8192 * NOISE, open_share)); mean, scale = probe.mean(0), 1 / (probe.std(0) + 1e-3)
prepare, fit = time.time() - t, 0.0
layers, last = [], probe.shape[1]
for _ in range(DEPTH): layers += [torch.nn.Linear(last, WIDTH), torch.nn.SiLU()]; last = WIDTH
net = torch.nn.Sequential(*layers, torch.nn.Linear(last, 1))
optimiser = torch.optim.Adam(net.parameters(), RATE); schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
softplus, loss = torch.nn.functional.softplus, None
for step in range(steps):
    if step % 8 == 0:
        t = time.time(); a, b = draw(real * 8, noise * 8, open_share)
        a, b = (torch.from_numpy((x - mean) * scale) for x in (a, b)); prepare += time.time() - t
    t = time.time(); i = step % 8
    f = net(torch.cat([a[i * real:(i + 1) * real], b[i * noise:(i + 1) * noise]])).squeeze(-1)
    loss = (softplus(-f[:real]).sum() + softplus(f[real:]).sum()) / real
    optimiser.zero_grad(); loss.backward(); optimiser.step(); schedule.step(); fit += time.time() - t
print(json.dumps({"points_s": prepare, "steps_s": fit, "loss": loss.item(), "steps": steps}))
