#!/usr/bin/env python3
"""Writes as_coded.npz: five steps of ADAN and WADAN as their authors' program takes them, with PyTorch in f64.

The program's departures from the paper bear the names of models/yi2020/as_coded.cpp. Each is taken alone and all are taken
together; start and batches are those of adan.npz, and without any departure the losses must be the ones stored there.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from make_golden import rng_for

HERE = Path(__file__).resolve().parent
STEPS, LR, BETA1, BETA2, EPS = 5, 1e-4, 0.5, 0.999, 1e-5

BOTH = ["tanh-latents", "tanh-features", "leaky-relu", "untrained-norm", "classifier-400", "mean-reconstruction",
        "no-class-weights", "discriminator-twice", "simultaneous", "early-eps"]
ONLY = {"adan": ["half-discriminator"], "wadan": ["penalty-power", "penalised-generator", "alpha"]}


def more_weights():
    """What adan.npz does not have: a wider classifier, and gains and biases off 1 and 0, so that a forgotten one shows."""
    rng, out = rng_for("as_coded/init"), {}
    for i, (fan_in, fan_out) in enumerate([(8, 14), (14, 14), (14, 3)]):
        bound = np.sqrt(6 / (fan_in + fan_out))
        out[f"wide/C.{i}.W"] = rng.uniform(-bound, bound, (fan_out, fan_in))
        out[f"wide/C.{i}.b"] = rng.uniform(-0.1, 0.1, fan_out)
    for net in "ER":
        for i in range(2):
            out[f"init/{net}.norm{i}.gain"] = rng.uniform(0.8, 1.2, 16)
            out[f"init/{net}.norm{i}.bias"] = rng.uniform(-0.1, 0.1, 16)
    return out


class Adam:
    def __init__(self, params, early_eps):
        self.params, self.early_eps, self.t = params, early_eps, 0
        self.m, self.v = ([torch.zeros_like(p) for p in params] for _ in range(2))

    def step(self, grads):
        self.t += 1
        c1, c2 = 1 - BETA1**self.t, 1 - BETA2**self.t
        for p, g, m, v in zip(self.params, grads, self.m, self.v):
            m.mul_(BETA1).add_((1 - BETA1) * g)
            v.mul_(BETA2).add_((1 - BETA2) * g * g)
            with torch.no_grad():
                if self.early_eps:
                    p -= LR * np.sqrt(c2) / c1 * m / (v.sqrt() + EPS)
                else:
                    p -= LR * (m / c1) / ((v / c2).sqrt() + EPS)


def run(model, flags, golden, more):
    wasserstein = model == "wadan"
    start = {k[5:]: v for k, v in golden.items() if k.startswith("init/")}
    if "classifier-400" in flags:
        start |= {k[5:]: v for k, v in more.items() if k.startswith("wide/")}
    if "untrained-norm" in flags:
        start |= {k[5:]: v for k, v in more.items() if k.startswith("init/")}
    p = {k: torch.from_numpy(v.copy()).requires_grad_() for k, v in start.items()}
    mine = {n: [v for k, v in p.items() if k[0] == n] for n in "ERCGD"}
    adam = {n: Adam(mine[n], "early-eps" in flags) for n in "ERCGD"}
    weight = torch.ones(3).double() if "no-class-weights" in flags else torch.from_numpy(golden["class_weight"])
    alpha = 0.1 if "alpha" in flags else 1.0

    def net(n, x):
        for i in range(3):
            x = x @ p[f"{n}.{i}.W"].T + p[f"{n}.{i}.b"]
            if i < 2:
                x = torch.where(x > 0, x, (0.2 if "leaky-relu" in flags else 0.0) * x)
                if f"{n}.norm{i}.gain" in p:  # moving mean 0 and variance 1, eps 0.001
                    x = p[f"{n}.norm{i}.gain"] * x / np.sqrt(1.001) + p[f"{n}.norm{i}.bias"]
        end = {"E": "tanh-latents", "G": "tanh-latents", "R": "tanh-features"}.get(n)
        return torch.tanh(x) if end in flags else x

    def ce(h, y):
        return (weight[y] * F.cross_entropy(net("C", h), y, reduction="none")).mean()

    def losses_of(batch):
        """Every loss as a function of all the present weights."""
        x, y, z, y_gen, mu = (torch.from_numpy(batch[k]) for k in ("x", "y", "z", "y_gen", "mu"))
        h = lambda: net("E", x)
        g = lambda: net("G", torch.cat([z, F.one_hot(y_gen, 3).double()], 1))

        def reconstruction():
            e = (x - net("R", h())) ** 2
            return e.mean() if "mean-reconstruction" in flags else e.sum(1).mean()

        def discriminator():
            real, fake = h(), g()
            if not wasserstein:
                error = -F.logsigmoid(net("D", real)).mean() - F.logsigmoid(-net("D", fake)).mean()
                return 0.5 * error if "half-discriminator" in flags else error
            between = real + mu * (fake - real)
            (slope,) = torch.autograd.grad(net("D", between).sum(), between, create_graph=True)
            penalty = (slope**2).sum(1) ** (5 if "penalty-power" in flags else 2.5)
            return net("D", real).mean() - net("D", fake).mean() + 10 * penalty.mean()

        def generator():
            if not wasserstein:
                adversarial = F.logsigmoid(-net("D", g())).mean()
            elif "penalised-generator" in flags:
                adversarial = -discriminator()
            else:
                adversarial = net("D", g()).mean()
            return adversarial + alpha * ce(g(), y_gen)

        return {"C": lambda: ce(h(), y), "D": discriminator, "R": reconstruction,
                "E": lambda: reconstruction() + ce(h(), y), "G": generator}

    twice = 2 if "discriminator-twice" in flags else 1
    if "simultaneous" not in flags:
        sessions = ["C"] + ["D"] * twice + ["R", "E", "G"]
    else:
        sessions = ["C"] + ["D"] * twice + ["RE", "G"] if wasserstein else ["D"] * twice + ["CREG"]
    table = []
    for step in range(STEPS):
        batch = {k: golden[f"step{step}/{k}"] for k in ("x", "y", "z", "y_gen", "mu")}
        loss, seen = losses_of(batch), {}
        for session in sessions:
            grads = {}
            for n in session:
                value = loss[n]()
                seen[n], grads[n] = value.item(), torch.autograd.grad(value, mine[n])
            for n in session:
                adam[n].step(grads[n])
        table.append([seen[n] for n in "CDREG"])
    return np.array(table), {k: v.detach().numpy() for k, v in p.items()}


def main():
    torch.set_num_threads(1)
    more, out = more_weights(), {}
    for model in ("adan", "wadan"):
        golden = dict(np.load(HERE / f"{model}.npz"))
        paper, _ = run(model, [], golden, more)
        assert np.allclose(paper, golden["losses"][:STEPS], rtol=1e-12, atol=0), model
        flags = BOTH + ONLY[model]
        for flag in flags:
            out[f"{model}/{flag}/losses"], _ = run(model, [flag], golden, more)
            difference = np.abs(out[f"{model}/{flag}/losses"] - paper).max()
            assert difference > 1e-8, (model, flag, difference)
        out[f"{model}/all/losses"], final = run(model, flags, golden, more)
        out |= {f"{model}/all/final/{k}": v for k, v in final.items()}
    np.savez(HERE / "as_coded.npz", **more, **out)
    print(f"as_coded.npz: {len(more) + len(out)} arrays")


if __name__ == "__main__":
    main()
