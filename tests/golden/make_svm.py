#!/usr/bin/env python3
"""Writes svm.npz: decisions of scikit-learn's SVC on a small table of three classes.

Everything that the C++ test reads is stored here, rows as f32; `decisions` has a column per pair of classes (0, 1), (0, 2),
(1, 2), positive for the first of the pair.
"""

from pathlib import Path

import numpy as np
from sklearn.svm import SVC

HERE = Path(__file__).resolve().parent
CASES = {
    "linear": dict(kernel="linear", C=1.0),
    "rbf_scale": dict(kernel="rbf", C=1.0, gamma="scale"),
    "rbf_auto": dict(kernel="rbf", C=10.0, gamma="auto"),
    "rbf_weighted": dict(kernel="rbf", C=1.0, gamma="scale", class_weight="n_max/n_k"),
}


def main():
    rng = np.random.default_rng(2022)
    counts = [30, 18, 12]
    y = rng.permutation(np.repeat([0, 1, 2], counts))
    centre = 0.8 * rng.standard_normal((3, 20))
    draw = lambda labels: (centre[labels] + rng.standard_normal((len(labels), 20))).astype(np.float32)
    x, test = draw(y), draw(rng.integers(0, 3, 25))
    out = {"x": x, "y": y.astype(np.int64), "test": test}
    for name, settings in CASES.items():
        settings = dict(settings)
        if "class_weight" in settings:
            settings["class_weight"] = {k: max(counts) / n for k, n in enumerate(counts)}
        svc = SVC(tol=1e-6, decision_function_shape="ovo", **settings).fit(x.astype(np.float64), y)
        out[f"{name}/decisions"] = svc.decision_function(test.astype(np.float64))
        out[f"{name}/labels"] = svc.predict(test.astype(np.float64)).astype(np.int64)
        print(name, "support vectors:", len(svc.support_), "of", len(x))
    np.savez(HERE / "svm.npz", **out)


if __name__ == "__main__":
    main()
