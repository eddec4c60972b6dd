#!/usr/bin/env python3
"""Writes space.npz: principal components and t-SNE's probabilities, divergence and gradient by scikit-learn, distances of
distributions by scipy, bins by numpy. The README says what is in it.

    python make_space.py
"""

from pathlib import Path

import numpy as np
import scipy.stats
from scipy.spatial.distance import pdist, squareform
from sklearn.decomposition import PCA
from sklearn.manifold import _t_sne

HERE = Path(__file__).resolve().parent
rng = np.random.default_rng(22)
out = {}

# More features than rows, as in openSMILE's tables, and fewer.
for name, rows, features in (("wide", 30, 50), ("tall", 60, 5)):
    x = rng.normal(size=(rows, features)) * np.linspace(3, 0.5, features) + 7
    pca = PCA(2, svd_solver="full").fit(x)
    out |= {f"{name}/x": x, f"{name}/y": pca.transform(x), f"{name}/share": pca.explained_variance_ratio_}

x = out["tall/x"]
p = _t_sne._joint_probabilities(squareform(pdist(x, "sqeuclidean")), 10.0, 0)  # of pairs i < j, in f32 inside
y = rng.normal(size=(len(x), 2))
kl, gradient = _t_sne._kl_divergence(y.ravel(), p, 1, len(x), 2)
out |= {"p": squareform(p), "perplexity": 10.0, "map": y, "kl": kl, "gradient": gradient.reshape(-1, 2)}

out["a"], out["b"] = rng.normal(size=(40, 3)), rng.normal(0.3, 1.4, size=(55, 3))
out["b"][:7] = out["a"][:7]  # ties
out["ks"] = np.array([scipy.stats.ks_2samp(out["a"][:, j], out["b"][:, j]).statistic for j in range(3)])

out["values"] = rng.gamma(2, 3, 101)
out["edges"] = np.histogram_bin_edges(out["values"], bins="fd")
out["counts"] = np.histogram(out["values"], out["edges"])[0]

np.savez(HERE / "space.npz", **{k: np.asarray(v, "<f8") for k, v in out.items()})
