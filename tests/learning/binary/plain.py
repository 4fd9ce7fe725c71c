"""A binarised network in plain numpy, backpropagation by hand: to compare with."""

from itertools import pairwise

import numpy as np


def forward(ws, x, blocks):
    """Return the caches of each layer, and the outputs."""
    a, caches = x, []
    for layer, (w, sizes) in enumerate(zip(ws, blocks, strict=True)):
        at = np.concatenate([[0], np.cumsum([s for s in sizes if s])])
        parts = [slice(i, j) for i, j in pairwise(at)]
        s = [a[:, p] @ w[:, p].T for p in parts]
        mean, var = [one.mean(0) for one in s], [one.var(0) for one in s]
        z = [(o - m) / np.sqrt(v + 1e-5) for o, m, v in zip(s, mean, var, strict=True)]
        caches.append((a, parts, z, mean, var))
        if layer < len(ws) - 1:
            votes = np.sum([np.where(one > 0, 1, -1) for one in z], axis=0)
            a = np.where((votes if len(z) > 1 else z[0]) > 0, 1.0, -1.0)
    return caches, z[0]


def gradients(ws, x, codes, blocks, ste, loss):
    """Return the gradients by the binary weights, and means and variances of each layer."""
    caches, out = forward(ws, x, blocks)
    n, target = len(x), np.eye(out.shape[1])[codes]
    if loss == "cross_entropy":
        p = np.exp(out - out.max(1, keepdims=True))
        d = [(p / p.sum(1, keepdims=True) - target) / n]
    else:
        t = 2 * target - 1
        d = [-2 * t * np.maximum(0, 1 - t * out) / out.size]
    found = []
    for w, (a, parts, z, _, var) in list(zip(ws, caches, strict=True))[::-1]:
        below, dw = np.zeros_like(a), np.zeros_like(w)
        for part, one, v, g in zip(parts, z, var, d, strict=True):
            # batch normalisation: mean and projection on z are taken out of the gradient
            s = (g - g.mean(0) - one * (g * one).mean(0)) / np.sqrt(v + 1e-5)
            dw[:, part] = s.T @ a[:, part]
            below[:, part] = s @ w[:, part]
        found.append(dw)
        at = len(ws) - len(found) - 1
        if at >= 0:
            inner = caches[at][2]
            if len(inner) == 1:
                d = [below * ((np.abs(inner[0]) <= 1) if ste == "hardtanh" else 1)]
            else:
                votes = np.sum([np.where(one > 0, 1, -1) for one in inner], axis=0)
                scale = len(inner) ** -0.5
                outer = below * ((np.abs(votes * scale) <= 1) if ste == "hardtanh" else 1) * scale
                d = [outer * ((np.abs(o) <= 1) if ste == "hardtanh" else 1) for o in inner]
    return found[::-1], [c[3] for c in caches], [c[4] for c in caches]


class Adam:
    def __init__(self, shapes):
        self.m, self.v = ([np.zeros(s) for s in shapes] for _ in range(2))
        self.t = 0

    def wanted(self, gs):
        """Return U, unit learning rate."""
        self.t += 1
        found = []
        for k, g in enumerate(gs):
            self.m[k] = 0.9 * self.m[k] + 0.1 * g
            self.v[k] = 0.999 * self.v[k] + 0.001 * g**2
            m, v = self.m[k] / (1 - 0.9**self.t), self.v[k] / (1 - 0.999**self.t)
            found.append(-m / (np.sqrt(v) + 1e-8))
        return found
