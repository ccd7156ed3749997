#!/usr/bin/python3
"""Training of the denoising network of Mice with PyTorch, SciPy and NumPy, as a physicist would script it.

Usage: denoising.py DUMP.gz STEPS THREADS. Prints one line of JSON with the processor seconds of a training step.
"""
import json, math, os, sys, time

# OpenBLAS does not listen to torch.set_num_threads.
os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[3]
import numpy as np, torch
from scipy.spatial import cKDTree
from torch.nn.functional import layer_norm, silu
from dumps import frames

name, steps, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads); torch.manual_seed(0); rng = np.random.default_rng(0)
C, STAGES, LAYERS, ENTRIES, RADIAL, NOISE = 32, 3, 2, 128, 32, 9
SMALLEST, LARGEST, CUTOFF = 0.008, 0.8, 1.98

data = frames(name); atoms = len(data[0][0])
distance = np.mean([edge**3 / atoms for _, edge in data]) ** (1 / 3); cutoff = CUTOFF * distance
neighbours = 4 / 3 * math.pi * CUTOFF**3
longest = 3 / (LARGEST * distance)

def parameter(*shape): return torch.nn.Parameter((torch.rand(shape) * 2 - 1) / math.sqrt(shape[-1]))
def layer():
    return dict(radial=parameter(RADIAL, RADIAL), radial_noise=parameter(RADIAL, NOISE), functions=parameter(14 * C, RADIAL), scalars=parameter(C, C),
                vectors=parameter(C, C), matrices=parameter(C, C), scale=torch.nn.Parameter(torch.ones(4 * C)), shift=torch.nn.Parameter(torch.zeros(4 * C)),
                hidden=parameter(2 * C, 4 * C), hidden_noise=parameter(2 * C, NOISE), update=parameter(5 * C, 2 * C))
stages = [dict(layers=[layer() for _ in range(LAYERS)], moved=parameter(C, 1), out=torch.nn.Parameter(torch.zeros(C))) for _ in range(STAGES)]
species, waves = parameter(1, C), torch.nn.Parameter(torch.zeros(NOISE, 1))
parameters = [species, waves] + [p for s in stages for p in [s["moved"], s["out"]] + [q for l in s["layers"] for q in l.values()]]
adam = torch.optim.Adam(parameters, lr=4e-3, betas=(0.9, 0.99))

x = torch.arange(ENTRIES) / (ENTRIES - 1)
distances = torch.exp(-0.5 * (x[:, None] * (RADIAL - 1) - torch.arange(RADIAL)) ** 2)
envelope = ((1 - x * x) ** 2)[:, None]
weights = torch.tensor([1, 1, 1, 2, 2, 2.0])[:, None, None]

def edges(position, edge):
    p = position % edge
    pairs = cKDTree(p, boxsize=edge).query_pairs(cutoff, output_type="ndarray")
    i, j = np.concatenate([pairs, pairs[:, ::-1]]).T
    d = p[j] - p[i]; d -= edge * np.round(d / edge); r = np.maximum(np.linalg.norm(d, axis=1), 1e-5 * cutoff)
    place = r / cutoff * (ENTRIES - 1); b = np.minimum(place.astype(int), ENTRIES - 2)
    t = lambda v: torch.tensor(v, dtype=torch.float32)
    return torch.tensor(i), torch.tensor(j), t(d / r[:, None]).T[:, :, None], torch.tensor(b), t(place - b)[:, None, None]

def dot(a, b): return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

def apply(p, noise, graph, f):
    i, j, u, b, w = graph
    table = (silu(distances @ p["radial"].T + noise @ p["radial_noise"].T) @ p["functions"].T * envelope * (3 / math.sqrt(neighbours))).view(ENTRIES, 14, C)
    low = table[b]; g = (low + w * (table[b + 1] - low)).unbind(1)
    s, v, t = f[0][j], [f[k][j] for k in (1, 2, 3)], [f[k][j] for k in range(4, 10)]
    a = dot(u, v); tu = [dot(u, [t[k] for k in row]) for row in ((0, 3, 4), (3, 1, 5), (4, 5, 2))]; q = dot(u, tu)
    along, twice = g[5] * s + g[6] * a + g[7] * q, g[11] * s + g[12] * a + g[13] * q
    turned = [g[9] * v[k] + g[10] * tu[k] for k in range(3)]
    message = torch.stack([g[0] * s + g[1] * a + g[2] * q] + [g[3] * v[k] + g[4] * tu[k] + along * u[k] for k in range(3)]
                          + [g[8] * t[m] + 0.5 * (u[k] * turned[l] + u[l] * turned[k]) + u[k] * u[l] * twice
                             for m, (k, l) in enumerate([(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)])])
    sums = torch.zeros_like(f).index_add(1, i, message)
    s, v, t = sums[0] @ p["scalars"].T, sums[1:4] @ p["vectors"].T, sums[4:] @ p["matrices"].T
    lv, lt = torch.sqrt((v * v).sum(0) + 1e-2), torch.sqrt((t * t * weights).sum(0) + 1e-2)
    h = layer_norm(torch.cat([f[0], s, lv, lt], 1), (4 * C,), p["scale"], p["shift"])
    c = (silu(h @ p["hidden"].T + noise @ p["hidden_noise"].T) @ p["update"].T).split(C, 1)
    tv = torch.stack([dot([t[k] for k in row], v) for row in ((0, 3, 4), (3, 1, 5), (4, 5, 2))]) / (1 + lt)
    vv = torch.stack([v[0] * v[0], v[1] * v[1], v[2] * v[2], v[0] * v[1], v[0] * v[2], v[1] * v[2]]) / (1 + lv)
    return torch.cat([(f[0] + c[0])[None], f[1:4] + c[1] * v + c[2] * tv, f[4:] + c[3] * t + c[4] * vv])

def density(position, edge, sigma):
    """Waves of the density; their structure factor does not matter for the time."""
    most = int(longest * edge / (2 * math.pi)); n = np.mgrid[-most:most + 1, -most:most + 1, -most:most + 1].reshape(3, -1).T
    n = n[(n[:, 0] > 0) | ((n[:, 0] == 0) & ((n[:, 1] > 0) | ((n[:, 1] == 0) & (n[:, 2] > 0))))]; k = 2 * math.pi * n / edge
    k = k[np.linalg.norm(k, axis=1) <= min(longest, 3 / sigma)]; phase = position @ k.T; c, s = np.cos(phase), np.sin(phase)
    return torch.tensor(((c * s.sum(0) - s * c.sum(0)) @ (k * (sigma * 2 / atoms))).T, dtype=torch.float32)

def predict(position, edge, sigma):
    place = math.log(sigma / (SMALLEST * distance)) / math.log(LARGEST / SMALLEST)
    noise = torch.cat([torch.exp(-0.5 * (place * (NOISE - 2) - torch.arange(NOISE - 1)) ** 2), torch.ones(1)])[None]
    gain = sigma / math.sqrt(sigma**2 + (0.1 * distance) ** 2)
    e = density(position, edge, sigma) * (noise @ waves); f = torch.cat([species.expand(1, atoms, C), torch.zeros(9, atoms, C)]); found = []
    for n, stage in enumerate(stages):
        graph = edges(position - sigma * e.detach().T.numpy().astype(float) if n else position, edge)
        f = torch.cat([f[:1], f[1:4] + e[:, :, None] @ stage["moved"].T, f[4:]])
        for l in stage["layers"]: f = apply(l, noise, graph, f)
        e = e + gain * (f[1:4] @ stage["out"]); e = e * torch.rsqrt(1 + (e * e).sum(0, keepdim=True) / 64); found.append(e)
    return found

def step():
    position, edge = data[rng.integers(len(data) * 3 // 4)]
    low, high = (0.1, 0.35) if rng.random() < 0.5 else (SMALLEST, LARGEST)
    sigma = distance * low * (high / low) ** rng.random(); noise = rng.normal(size=position.shape)
    target = torch.tensor(noise.T, dtype=torch.float32)
    errors = [((target - e) ** 2).sum() / atoms for e in predict((position + sigma * noise) % edge, edge, sigma)]
    adam.zero_grad(); ((errors[-1] + 0.5 * sum(errors[:-1])) / (1 + 0.5 * (STAGES - 1))).backward()
    torch.nn.utils.clip_grad_norm_(parameters, 0.5); adam.step()

step(); start = time.process_time()
for _ in range(steps): step()
print(json.dumps({"step_s": (time.process_time() - start) / steps}))
