#!/usr/bin/env python3
"""Writes statistics.npz: scores by scikit-learn, quantiles by numpy, sign-flip tests by scipy, Holm's correction by
statsmodels, MMD by scikit-learn, tails of intervals, power by a large simulation. The README says what is in it.

    python make_statistics.py
"""

from pathlib import Path

import numpy as np
import scipy.stats
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score
from sklearn.metrics.pairwise import rbf_kernel
from statsmodels.stats.multitest import multipletests

HERE = Path(__file__).resolve().parent
out = {}

# Two methods, two seeds, seven speakers of unequal size, three classes, one of which speaker 2 lacks.
rng = np.random.default_rng(20)
speaker = np.repeat(np.arange(7), [9, 14, 7, 11, 20, 8, 12])
truth = rng.integers(0, 3, speaker.size)
truth[(speaker == 2) & (truth == 1)] = 0
predictions = np.where(
    rng.random((2, 2, speaker.size)) < np.array([0.7, 0.6])[:, None, None],
    truth,
    rng.integers(0, 3, (2, 2, speaker.size)),
)
scores = np.array(
    [
        [
            [accuracy_score(truth, p), balanced_accuracy_score(truth, p), f1_score(truth, p, average="macro")]
            for p in method
        ]
        for method in predictions
    ]
)
hits = np.zeros((2, 7))
for m in range(2):
    for s in range(7):
        for k in range(3):
            mine = (speaker == s) & (truth == k)
            hits[m, s] += (predictions[m][:, mine] == k).mean(0).sum() / (truth == k).sum() / 3
differences = hits[0] - hits[1]
assert np.isclose(differences.sum(), (scores[0, :, 1] - scores[1, :, 1]).mean())
out |= dict(speaker=speaker, truth=truth, predictions=predictions, scores=scores, differences=differences)


def sign_flip(d):
    zero = np.zeros_like(d)
    return scipy.stats.permutation_test(
        (d, zero), lambda a, b, axis: (a - b).sum(axis), permutation_type="samples", n_resamples=np.inf, vectorized=True
    ).pvalue


out["p"] = sign_flip(differences)
out["d10"] = rng.normal(0.8, 1, 10)
out["p10"] = sign_flip(out["d10"])

out["values"] = rng.normal(size=101)
out["levels"] = np.array([0, 0.025, 0.1, 0.333, 0.5, 0.975, 1])
out["quantiles"] = np.quantile(out["values"], out["levels"])

out["raw"] = np.array([0.011, 0.04, 0.0004, 0.2, 0.011, 0.9, 0.03])
out["holm"] = multipletests(out["raw"], method="holm")[1]

# Squared maximum mean discrepancy, biased and unbiased (Gretton et al., JMLR 13, 2012, equations 5 and 3).
out["mmd_x"], out["mmd_y"] = rng.normal(0, 3, (40, 6)), rng.normal(0.5, 4, (30, 6))


def kernel(a, b):
    return sum(rbf_kernel(a, b, gamma=1 / (2 * sigma**2)) for sigma in (0.1, 1, 5, 10, 100))


xx, yy, xy = (kernel(out[f"mmd_{a}"], out[f"mmd_{b}"]) for a, b in ("xx", "yy", "xy"))
out["mmd_biased"] = xx.mean() + yy.mean() - 2 * xy.mean()
out["mmd_unbiased"] = (
    (xx.sum() - np.trace(xx)) / (40 * 39) + (yy.sum() - np.trace(yy)) / (30 * 29) - 2 * xy.mean()
)

# How far out the percentiles must be taken for the mean of S normal values: the bootstrap's deviation is σ̂/√S, where σ̂²
# divides by S, Student's interval reaches to t times that with S − 1.
for s in (4, 10, 40):
    reach = scipy.stats.t.ppf(0.975, s - 1) * np.sqrt(s / (s - 1))
    out[f"tail{s}"] = scipy.stats.norm.sf(reach)

# Rejections at 5 % of the sign-flip test on ten normal differences of mean 0.8 and deviation 1.
signs = 1 - 2 * ((np.arange(1024)[:, None] >> np.arange(10)) & 1)
d = rng.normal(0.8, 1, (100_000, 10))
sums = np.abs(d @ signs.T)
out["power10"] = ((sums >= sums[:, :1] - 1e-9).mean(1) <= 0.05).mean()

stored = {k: np.asarray(v, "<i8" if np.asarray(v).dtype.kind == "i" else "<f8") for k, v in out.items()}
np.savez(HERE / "statistics.npz", **stored)
for k in ("p", "p10", "tail4", "tail10", "tail40", "power10"):
    print(k, out[k])
