#!/usr/bin/env python3
"""Times PyTorch on the work emograd is measured by: f32, CPU, eager, fused Adam, denormals flushed to zero.

Prints one JSON line per measurement: {"name", "seconds" (median), "min", "repeats", "threads"}. The times include the
Python interpreter, as a PyTorch user pays for it.

    python pytorch_peer.py [--threads N] [--only NAME[,NAME]] [--quick] [--list]
"""

import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F

ROWS, FEATURES, CLASSES, BATCH, LATENT = 432, 4368, 7, 128, 100
CHAIN = 10_000
BENCHES = {}  # name -> function(repeat) that yields (suffix, seconds of each repeat)


def bench(make):
    BENCHES[make.__name__] = make
    return make


def mlp(sizes):
    layers = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU()]
        torch.nn.init.xavier_uniform_(layers[-2].weight)
        torch.nn.init.zeros_(layers[-2].bias)
    return torch.nn.Sequential(*layers[:-1])


def adam(net):
    return torch.optim.Adam(net.parameters(), lr=1e-4, betas=(0.5, 0.999), eps=1e-5, fused=True)


def descend(net, optimiser, loss):
    """One update of `net` alone: the networks the loss passes through get no gradient of their own."""
    params = list(net.parameters())
    for p, g in zip(params, torch.autograd.grad(loss, params)):
        p.grad = g
    optimiser.step()


def critic_loss(D, h, h_gen, mu):
    """WGAN-div, Yi & Mak 2020 (17): lambda = 10, p = 5."""
    h_mix = torch.lerp(h, h_gen, mu).requires_grad_()
    (slope,) = torch.autograd.grad(D(h_mix).sum(), h_mix, create_graph=True)
    return D(h).mean() - D(h_gen).mean() + 10.0 * slope.square().sum(1).pow(2.5).mean()


class Adan:
    """ADAN or WADAN of Yi & Mak 2020 with the paper's sizes, on synthetic data; one epoch = Algorithm 1 on all rows."""

    def __init__(self, wasserstein):
        self.wasserstein = wasserstein
        self.E = mlp([FEATURES, 800, 800, LATENT])
        self.R = mlp([LATENT, 800, 800, FEATURES])
        self.C = mlp([LATENT, 100, 100, CLASSES])
        self.G = mlp([LATENT + CLASSES, 100, 100, LATENT])
        self.D = mlp([LATENT, 100, 100, 1])
        self.optimisers = {net: adam(net) for net in (self.E, self.R, self.C, self.G, self.D)}
        self.x = torch.randn(ROWS, FEATURES)
        self.y = torch.randint(CLASSES, (ROWS,))
        counts = torch.bincount(self.y, minlength=CLASSES)
        self.weight = counts.max() / counts.float()

    def classify(self, h, y):
        return F.cross_entropy(self.C(h), y, weight=self.weight, reduction="sum") / len(y)

    def reconstruct(self, h, x):
        return (x - self.R(h)).square().sum(1).mean()

    def update(self, net, loss):
        descend(net, self.optimisers[net], loss)

    def step(self, rows):
        x, y, m = self.x[rows], self.y[rows], len(rows)
        z, y_gen = torch.randn(m, LATENT), self.y[torch.randint(ROWS, (m,))]
        h_live = self.E(x)
        h_gen_live = self.G(torch.cat([z, F.one_hot(y_gen, CLASSES).float()], 1))
        h, h_gen = h_live.detach(), h_gen_live.detach()
        self.update(self.C, self.classify(h, y))
        if self.wasserstein:
            self.update(self.D, critic_loss(self.D, h, h_gen, torch.rand(m, 1)))
        else:
            self.update(self.D, -F.logsigmoid(self.D(h)).mean() - F.logsigmoid(-self.D(h_gen)).mean())
        self.update(self.R, self.reconstruct(h, x))
        self.update(self.E, self.reconstruct(h_live, x) + self.classify(h_live, y))
        judged = self.D(h_gen_live)
        fooled = judged.mean() if self.wasserstein else F.logsigmoid(-judged).mean()
        self.update(self.G, fooled + self.classify(h_gen_live, y_gen))

    def epoch(self):
        for rows in torch.randperm(ROWS).split(BATCH):  # 128, 128, 128, 48
            self.step(rows)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def sample(work, repeats, inner=1, warmup=2):
    """Seconds of one call of `work`, `repeats` times; `inner` calls per clock reading for short work."""

    def several():
        for _ in range(inner):
            work()

    for _ in range(warmup):
        several()
    return [timed(several) / inner for _ in range(repeats)]


@bench
def adan_epoch(quick):
    yield "", sample(Adan(wasserstein=False).epoch, 3 if quick else 15)


@bench
def wadan_epoch(quick):
    yield "", sample(Adan(wasserstein=True).epoch, 3 if quick else 15)


@bench
def critic_step(quick):
    """One WGAN-div update of a 100-100-100-1 critic, batch 128."""
    D, h, h_gen = mlp([LATENT, 100, 100, 1]), torch.randn(BATCH, LATENT), torch.randn(BATCH, LATENT)
    optimiser = adam(D)
    step = lambda: descend(D, optimiser, critic_loss(D, h, h_gen, torch.rand(BATCH, 1)))
    yield "", sample(step, 5 if quick else 30, inner=10)


@bench
def scalar_op(quick):
    """Seconds per op of a chain of 10,000 products of two 0-dim tensors, one of which needs its gradient.

    forward: computing and recording; backward: the sweep; release: freeing the recorded chain.
    """
    phases = {"_forward": [], "_backward": [], "_release": []}
    for i in range(4 if quick else 16):
        x, factor = torch.tensor(1.0, requires_grad=True), torch.tensor(1.0)
        clock = [time.perf_counter()]
        y = x
        for _ in range(CHAIN):
            y = y * factor
        clock.append(time.perf_counter())
        torch.autograd.grad(y, x)
        clock.append(time.perf_counter())
        del y
        clock.append(time.perf_counter())
        if i > 0:  # the first round warms up
            for seconds, begin, end in zip(phases.values(), clock, clock[1:]):
                seconds.append((end - begin) / CHAIN)
    yield from phases.items()


@bench
def adam_pass(quick):
    """One fused Adam step over the encoder's and decoder's 8,436,468 parameters, gradients at hand."""
    nets = torch.nn.ModuleList([mlp([FEATURES, 800, 800, LATENT]), mlp([LATENT, 800, 800, FEATURES])])
    for p in nets.parameters():
        p.grad = torch.randn_like(p)
    yield "_8.4M", sample(adam(nets).step, 5 if quick else 30)


@bench
def pointwise(quick):
    x, y = torch.randn(1_000_000), torch.randn(1_000_000)
    for name, work in [("tanh", lambda: torch.tanh(x)), ("exp", lambda: torch.exp(x)), ("add", lambda: x + y)]:
        yield f"_{name}_1e6", sample(work, 5 if quick else 30, inner=10)


@bench
def cross_entropy(quick):
    """Softmax cross-entropy, forward and backward."""
    for rows, classes in [(BATCH, CLASSES), (4096, 1000)]:
        x, target = torch.randn(rows, classes, requires_grad=True), torch.randint(classes, (rows,))
        work = lambda x=x, target=target: torch.autograd.grad(F.cross_entropy(x, target), x)
        yield f"_{rows}x{classes}", sample(work, 5 if quick else 30, inner=10 if classes < 100 else 1)


@bench
def matmul(quick):
    """(M,K)(K,N). nt: the second factor is stored (N,K), as in x W^T; tn: the first is stored (K,M), as in g^T x."""
    for layout, m, k, n in [
        ("nt", BATCH, FEATURES, 800),
        ("nt", BATCH, 800, 800),
        ("nt", BATCH, 800, FEATURES),
        ("nt", BATCH, 100, 100),
        ("nn", BATCH, FEATURES, 800),
        ("tn", 800, BATCH, FEATURES),
        ("tn", 100, BATCH, 100),
        ("nn", 1024, 1024, 1024),
    ]:
        a = torch.randn(k, m).T if layout == "tn" else torch.randn(m, k)
        b = torch.randn(n, k).T if layout == "nt" else torch.randn(k, n)
        inner = max(1, 200_000_000 // (m * k * n))
        yield f"_{layout}_{m}x{k}x{n}", sample(lambda a=a, b=b: a @ b, 5 if quick else 20, inner=min(inner, 50))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", help="comma-separated names, see --list")
    parser.add_argument("--quick", action="store_true", help="few repeats")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    options = parser.parse_args()
    if options.list:
        print("\n".join(BENCHES))
        return
    names = options.only.split(",") if options.only else list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        parser.error(f"unknown {', '.join(unknown)}; choose from {', '.join(BENCHES)}")
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    for name in names:
        for suffix, seconds in BENCHES[name](options.quick):
            print(
                json.dumps(
                    {
                        "name": name + suffix,
                        "seconds": statistics.median(seconds),
                        "min": min(seconds),
                        "repeats": len(seconds),
                        "threads": options.threads,
                    }
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
