#!/usr/bin/env python3
"""Writes the golden fixtures of this folder with PyTorch in f64: ops.npz, adam.npz, adan.npz, wadan.npz, gan.npz,
aae.npz.

Every random number comes from a numpy generator seeded by the fixture's name and is stored in the file, so the C++
tests share no random stream with this script, and adding a case leaves the others as they were.

    python make_golden.py           write all files into this folder
    python make_golden.py --list    print the table of op cases (the one in README.md)
"""

import argparse
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

HERE = Path(__file__).resolve().parent


def rng_for(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


# ------------------------------------------------------------------------------------------------------- op cases

OPS = {}  # name -> (formula, fn, inputs, constants)


def op(name, formula, fn, shapes, span=(-2, 2), away=(), **constants):
    """Adds a case: inputs uniform in `span` (one, or one per input), at least 0.05 from the kinks `away`.

    `constants` are stored as <op>/<constant> and passed to fn as keywords; arrays arrive as tensors.
    """
    rng = rng_for(name)
    shapes = shapes if isinstance(shapes, list) else [shapes]
    spans = span if isinstance(span, list) else [span] * len(shapes)
    inputs = []
    for shape, (lo, hi) in zip(shapes, spans):
        x = rng.uniform(lo, hi, shape)
        for kink in away:
            shift = np.where(x < kink, -0.05, 0.05) * (1 + rng.random(shape))
            x = np.where(np.abs(x - kink) < 0.05, kink + shift, x)
        inputs.append(x)
    assert name not in OPS
    OPS[name] = (formula, fn, inputs, constants)


def pointwise_cases():
    shape = (3, 5)
    for name, formula, fn in [
        ("neg", "-x", torch.neg),
        ("square", "x^2", torch.square),
        ("exp", "e^x", torch.exp),
        ("exp2", "2^x", torch.exp2),
        ("expm1", "e^x - 1", torch.expm1),
        ("sin", "sin x", torch.sin),
        ("cos", "cos x", torch.cos),
        ("sinh", "sinh x", torch.sinh),
        ("cosh", "cosh x", torch.cosh),
        ("tanh", "tanh x", torch.tanh),
        ("atan", "atan x", torch.atan),
        ("asinh", "asinh x", torch.asinh),
        ("erf", "erf x", torch.erf),
        ("erfc", "1 - erf x", torch.erfc),
        ("sigmoid", "1/(1+e^-x)", torch.sigmoid),
        ("log_sigmoid", "-log(1+e^-x)", F.logsigmoid),
        ("softplus", "log(1+e^x)", F.softplus),
        ("silu", "x sigmoid(x)", F.silu),
        ("mish", "x tanh(softplus x)", F.mish),
        ("gelu", "x Phi(x), Phi by erf", F.gelu),
        ("gelu_tanh", "x/2 (1 + tanh(sqrt(2/pi)(x + 0.044715 x^3)))", lambda x: F.gelu(x, approximate="tanh")),
    ]:
        op(name, formula, fn, shape, (-3, 3))
    op("sigmoid_far", "sigmoid, |x| up to 40", torch.sigmoid, shape, (-40, 40))
    op("tanh_far", "tanh, |x| up to 15", torch.tanh, shape, (-15, 15))
    op("log_sigmoid_far", "log_sigmoid, |x| up to 40", F.logsigmoid, shape, (-40, 40))
    op("softplus_far", "softplus, |x| up to 40", lambda x: -F.logsigmoid(-x), shape, (-40, 40))
    op("erfc_far", "erfc, x in 2..6 (small values, relative accuracy)", torch.erfc, shape, (2, 6))
    op("gelu_far", "gelu, |x| up to 6", F.gelu, shape, (-6, 6))
    op("expm1_small", "expm1, |x| up to 1e-6", torch.expm1, shape, (-1e-6, 1e-6))
    op("log1p_small", "log1p, |x| up to 1e-6", torch.log1p, shape, (-1e-6, 1e-6))
    op("tan", "tan x", torch.tan, shape, (-1.2, 1.2))
    op("asin", "asin x", torch.asin, shape, (-0.9, 0.9))
    op("acos", "acos x", torch.acos, shape, (-0.9, 0.9))
    op("atanh", "atanh x", torch.atanh, shape, (-0.9, 0.9))
    op("acosh", "acosh x", torch.acosh, shape, (1.2, 4))
    for name, formula, fn in [
        ("log", "ln x", torch.log),
        ("log2", "log2 x", torch.log2),
        ("log10", "log10 x", torch.log10),
        ("log1p", "ln(1+x)", torch.log1p),
        ("sqrt", "sqrt x", torch.sqrt),
        ("rsqrt", "1/sqrt x", torch.rsqrt),
        ("reciprocal", "1/x", torch.reciprocal),
        ("lgamma", "ln Gamma(x)", torch.lgamma),
    ]:
        op(name, formula, fn, shape, (0.2, 4))
    for name, formula, fn in [
        ("abs", "|x|", torch.abs),
        ("relu", "max(x,0)", F.relu),
        ("softsign", "x/(1+|x|)", F.softsign),
        ("elu", "x > 0 ? x : e^x - 1", F.elu),
        ("selu", "1.0507 (x > 0 ? x : 1.6733 (e^x - 1)), constants in full precision", F.selu),
    ]:
        op(name, formula, fn, shape, (-3, 3), away=[0])
    op("leaky_relu", "x > 0 ? x : slope x", lambda x, slope: F.leaky_relu(x, slope), shape, away=[0], slope=0.2)
    op("clamp", "min(max(x,lo),hi)", lambda x, lo, hi: x.clamp(lo, hi), (4, 5), away=[-1, 0.5], lo=-1.0, hi=0.5)
    power = lambda x, p: x.pow(p)
    op("pow_3", "x^p, p = 3, x of both signs", power, shape, away=[0], p=3.0)
    op("pow_2p5", "x^p, p = 2.5, x > 0", power, shape, (0.2, 3), p=2.5)
    op("pow_m1p5", "x^p, p = -1.5, x > 0", power, shape, (0.2, 3), p=-1.5)


def binary_cases():
    both = [(3, 5), (3, 5)]
    op("add", "x0 + x1", torch.add, both)
    op("sub", "x0 - x1", torch.sub, both)
    op("mul", "x0 x1", torch.mul, both)
    op("div", "x0 / x1", torch.div, both, [(-2, 2), (0.3, 2)])
    op("pow", "x0 ^ x1", torch.pow, both, [(0.2, 3), (-2, 3)])
    op("atan2", "atan2(x0, x1)", torch.atan2, both, away=[0])
    op("hypot", "sqrt(x0^2 + x1^2)", torch.hypot, both)
    op("logaddexp", "log(e^x0 + e^x1)", torch.logaddexp, both)
    op("maximum", "max(x0, x1)", torch.maximum, both)
    op("minimum", "min(x0, x1)", torch.minimum, both)
    op("add_broadcast", "(3,1,4) + (2,1)", torch.add, [(3, 1, 4), (2, 1)])
    op("mul_broadcast", "(2,3,4) * (4)", torch.mul, [(2, 3, 4), (4,)])
    op("div_broadcast", "(3,4) / (3,1)", torch.div, [(3, 4), (3, 1)], [(-2, 2), (0.3, 2)])
    op("lerp", "x0 + x2 (x1 - x0), x2 (3,1)", torch.lerp, [(3, 4), (3, 4), (3, 1)], [(-2, 2), (-2, 2), (0, 1)])
    choose = rng_for("where/mask").random((3, 5)) < 0.5
    op("where", "mask ? x0 : x1^2 (mask as i64 0/1)", lambda a, b, mask: torch.where(mask > 0, a, b * b), both,
       mask=choose.astype(np.int64))


def reduction_cases():
    cube = (2, 3, 4)
    op("sum", "sum of all", torch.sum, cube)
    op("sum_axis0", "axis 0", lambda x: x.sum(0), cube)
    op("sum_axis1_keepdim", "axis 1 kept", lambda x: x.sum(1, keepdim=True), cube)
    op("sum_axes02", "axes 0 and 2", lambda x: x.sum((0, 2)), cube)
    op("mean", "mean of all", torch.mean, cube)
    op("mean_axis1", "axis 1", lambda x: x.mean(1), cube)
    op("prod_axis1", "axis 1", lambda x: x.prod(1), cube)
    op("max", "maximum of all", torch.max, cube)
    op("max_axis1", "axis 1", lambda x: x.amax(1), cube)
    op("min_axis2", "axis 2", lambda x: x.amin(2), cube)
    op("var", "all, divided by n-1", lambda x: x.var(correction=1), cube)
    op("var_axis2", "axis 2, divided by n-1", lambda x: x.var(2, correction=1), cube)
    op("var_axis0_biased", "axis 0, divided by n, (5,3)", lambda x: x.var(0, correction=0), (5, 3))
    op("std_axis1", "axis 1, divided by n-1", lambda x: x.std(1, correction=1), cube)
    op("norm2", "sqrt(sum x^2), all", lambda x: torch.linalg.vector_norm(x, 2), cube)
    op("norm2_axis1", "axis 1", lambda x: torch.linalg.vector_norm(x, 2, 1), cube)
    op("norm1_axis2", "sum |x|, axis 2", lambda x: torch.linalg.vector_norm(x, 1, 2), cube, away=[0])
    op("norm3_axis0", "(sum |x|^3)^(1/3), axis 0", lambda x: torch.linalg.vector_norm(x, 3, 0), cube, away=[0])
    op("logsumexp", "all", lambda x: x.flatten().logsumexp(0), cube)
    op("logsumexp_axis1", "axis 1", lambda x: x.logsumexp(1), cube)
    op("softmax_axis0", "axis 0", lambda x: x.softmax(0), (4, 3))
    op("softmax_axis1", "axis 1", lambda x: x.softmax(1), (3, 5))
    op("log_softmax_axis1", "axis 1", lambda x: x.log_softmax(1), (3, 5))
    op("log_softmax_far", "axis 1, |x| up to 300", lambda x: x.log_softmax(1), (3, 5), (-300, 300))
    op("cumsum_axis0", "axis 0", lambda x: x.cumsum(0), (4, 3))
    op("cumsum_axis1", "axis 1", lambda x: x.cumsum(1), cube)
    op("cumprod_axis1", "axis 1", lambda x: x.cumprod(1), (3, 4), away=[0])
    op("logcumsumexp_axis1", "axis 1", lambda x: x.logcumsumexp(1), (3, 4))


def weighted_ce(x, target, weight):
    """sum_i w[t_i] ce_i / batch size: not divided by the sum of the weights (unlike F.cross_entropy's mean)."""
    return F.cross_entropy(x, target, weight=weight, reduction="sum") / len(target)


def loss_cases():
    logits, rng = (4, 5), rng_for("losses")
    target = np.array([2, 0, 4, 2])
    soft = rng.random(logits)
    soft /= soft.sum(1, keepdims=True)
    weight = np.array([1.0, 2.5, 1.25, 5.0, 1.75])
    truth = rng.random(logits)
    op("cross_entropy", "mean_i -log softmax(x)[i, t_i]", lambda x, target: F.cross_entropy(x, target), logits,
       target=target)
    op("cross_entropy_soft", "mean_i -sum_k t_ik log softmax(x)_ik", lambda x, target: F.cross_entropy(x, target),
       logits, target=soft)
    op("cross_entropy_weighted", "(1/n) sum_i w[t_i] ce_i (n = batch size)", weighted_ce, logits, target=target,
       weight=weight)
    op("cross_entropy_smooth", "targets (1-s) onehot + s/K",
       lambda x, target, s: F.cross_entropy(x, target, label_smoothing=s), logits, target=target, s=0.1)
    op("bce_with_logits", "mean softplus(x) - t x", lambda x, target: F.binary_cross_entropy_with_logits(x, target),
       logits, (-3, 3), target=truth)
    op("bce_with_logits_far", "same, |x| up to 40",
       lambda x, target: F.binary_cross_entropy_with_logits(x, target), logits, (-40, 40), target=truth)
    op("mse", "mean (x0-x1)^2", F.mse_loss, [logits, logits])
    op("l1", "mean |x0-x1|", F.l1_loss, [logits, logits])
    op("huber", "mean of d^2/2 where |d| < delta, delta (|d| - delta/2) elsewhere",
       lambda a, b, delta: F.huber_loss(a, b, delta=delta), [logits, logits], delta=0.7)
    op("kl_div", "mean_i sum_k t (log t - x), x = log-probabilities",
       lambda x, target: F.kl_div(x, target, reduction="batchmean"), logits, (-3, -0.1), target=soft)
    op("kl_gauss", "-(1/2n) sum (1 + lv - mu^2 - e^lv), x0 = mu, x1 = lv",
       lambda mu, lv: -0.5 * (1 + lv - mu**2 - lv.exp()).sum() / len(mu), [logits, logits])
    op("cosine_similarity", "x0.x1 / (|x0||x1|), axis 1", F.cosine_similarity, [logits, logits])


def linalg_cases():
    op("matmul", "(3,4)(4,2)", torch.matmul, [(3, 4), (4, 2)])
    op("matmul_batched", "(2,3,4)(2,4,2)", torch.matmul, [(2, 3, 4), (2, 4, 2)])
    op("matmul_broadcast", "(2,1,3,2)(3,2,2)", torch.matmul, [(2, 1, 3, 2), (3, 2, 2)])
    op("matvec", "(3,4)(4)", torch.matmul, [(3, 4), (4,)])
    op("dot", "(6).(6)", torch.dot, [(6,), (6,)])
    op("outer", "(3),(4) -> (3,4)", torch.outer, [(3,), (4,)])
    op("linear", "x W^T + b: x (3,4), W (2,4), b (2)", F.linear, [(3, 4), (2, 4), (2,)])
    conv = [(2, 3, 8), (4, 3, 3), (4,)]
    op("conv1d", "x (2,3,8), w (4,3,3), b (4)", F.conv1d, conv)
    op("conv1d_strided", "stride 2, padding 2, dilation 2",
       lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=2, dilation=2), conv)
    op("conv1d_groups", "groups 2: x (2,4,6), w (4,2,3)", lambda x, w: F.conv1d(x, w, groups=2), [(2, 4, 6), (4, 2, 3)])
    op("conv_transpose1d", "stride 2, padding 1, output padding 1: x (2,3,5), w (3,2,3), b (2)",
       lambda x, w, b: F.conv_transpose1d(x, w, b, stride=2, padding=1, output_padding=1),
       [(2, 3, 5), (3, 2, 3), (2,)])
    op("conv2d", "stride (2,1), padding 1: x (1,2,5,4), w (3,2,3,3), b (3)",
       lambda x, w, b: F.conv2d(x, w, b, stride=(2, 1), padding=1), [(1, 2, 5, 4), (3, 2, 3, 3), (3,)])
    op("attention", "softmax(q k^T / sqrt(d)) v, each (2,3,4)",
       lambda q, k, v: torch.softmax(q @ k.mT / q.shape[-1] ** 0.5, -1) @ v, [(2, 3, 4)] * 3)
    op("rfft_power", "|rfft(x)|^2 along the last axis (2,6) -> (2,4)", lambda x: torch.fft.rfft(x).abs().square(),
       (2, 6))


def index_cases():
    op("gather", "y[i,j] = x[index[i,j], j], (3,4), repeated indices", lambda x, index: x.gather(0, index), (3, 4),
       index=np.array([[0, 2, 2, 1], [2, 2, 0, 1]]))
    op("index_select", "rows x[index], repeated", lambda x, index: x.index_select(0, index), (4, 3),
       index=np.array([3, 0, 3]))
    op("scatter_add", "y = x0; y[index[i,j], j] += x1[i,j]", lambda y, x, index: y.scatter_add(0, index, x),
       [(3, 4), (2, 4)], index=np.array([[0, 2, 2, 1], [0, 2, 0, 1]]))
    op("index_add", "y = x0; y[index[i]] += x1[i] (rows)", lambda y, x, index: y.index_add(0, index, x),
       [(3, 2), (4, 2)], index=np.array([2, 0, 2, 2]))
    op("concat_axis1", "(2,3),(2,2) -> (2,5), squared", lambda a, b: torch.cat([a, b], 1) ** 2, [(2, 3), (2, 2)])
    op("pad", "1 left, 2 right on the last axis, zeros, then squared", lambda x: F.pad(x, (1, 2)) ** 2, (2, 3))
    op("slice", "x[1:, 0:5:2], cubed", lambda x: x[1:, 0:5:2] ** 3, (3, 6))
    op("permute", "axes (2,0,1), cubed", lambda x: x.permute(2, 0, 1) ** 3, (2, 3, 2))
    op("flip", "axis 1, cubed", lambda x: x.flip(1) ** 3, (2, 3))


def norm_cases():
    wide = (-2, 2)
    op("layer_norm", "last axis, eps 1e-5: x (3,5), gain (5), bias (5)",
       lambda x, w, b: F.layer_norm(x, (5,), w, b, 1e-5), [(3, 5), (5,), (5,)], wide)
    op("rms_norm", "x / sqrt(mean x^2 + 1e-6) gain", lambda x, w: F.rms_norm(x, (5,), w, 1e-6), [(3, 5), (5,)], wide)
    op("batch_norm", "training mode, over axis 0, eps 1e-5: x (6,3)",
       lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0.1, 1e-5), [(6, 3), (3,), (3,)], wide)
    op("group_norm", "2 groups, eps 1e-5: x (2,4,3)", lambda x, w, b: F.group_norm(x, 2, w, b, 1e-5),
       [(2, 4, 3), (4,), (4,)], wide)
    op("avg_pool1d", "window 3, stride 2, (1,2,7), squared", lambda x: F.avg_pool1d(x, 3, 2) ** 2, (1, 2, 7))
    op("max_pool1d", "window 3, stride 2, (1,2,7), cubed", lambda x: F.max_pool1d(x, 3, 2) ** 3, (1, 2, 7))
    op("glu", "a sigmoid(b), halves of axis 1, (3,6)", lambda x: F.glu(x, 1), (3, 6))
    op("norm_power", "mean_i (sum_j x_ij^2)^(5/2)", lambda x: x.square().sum(1).pow(2.5).mean(), (4, 3))
    op("critic_penalty", "mean_i |d/dx f(x_i)|^5, f = tanh(x W^T + b) u: x (4,3), W (5,3), b (5), u (5)", tanh_penalty,
       [(4, 3), (5, 3), (5,), (5,)], (-1, 1))


def tanh_penalty(x, w, b, u):
    f = torch.tanh(x @ w.T + b) @ u
    (slope,) = torch.autograd.grad(f.sum(), x, create_graph=True)
    return slope.square().sum(1).pow(2.5).mean()


def derivatives(fn, xs, g, vs):
    """y, dx_i = d<g,y>/dx_i and hvp_i = d(sum_j <v_j, dx_j>)/dx_i; zeros where nothing depends on x_i."""
    xs = [torch.from_numpy(x.copy()).requires_grad_() for x in xs]
    y = fn(*xs)
    g = torch.from_numpy(g(tuple(y.shape)))
    dxs = torch.autograd.grad(y, xs, g, create_graph=True)
    s = sum((torch.from_numpy(v) * d).sum() for v, d in zip(vs, dxs))
    if s.requires_grad:
        hvps = torch.autograd.grad(s, xs, allow_unused=True, materialize_grads=True)
    else:
        hvps = [torch.zeros_like(x) for x in xs]
    return [np.array(t.numpy(force=True), order="C") for t in (y, g, *dxs, *hvps)]


def ops_fixture():
    out = {}
    for name, (_, fn, inputs, constants) in OPS.items():
        rng = rng_for(name + "/cotangents")
        vs = [rng.standard_normal(x.shape) for x in inputs]
        seed = int(rng.integers(1 << 30))
        cotangent = lambda shape: np.asarray(np.random.default_rng(seed).standard_normal(shape))
        held = {k: torch.from_numpy(v) if isinstance(v, np.ndarray) else v for k, v in constants.items()}
        run = lambda xs: derivatives(lambda *t: fn(*t, **held), xs, cotangent, vs)
        n, result = len(inputs), run(inputs)
        check_by_differences(name, run, inputs, vs, result)
        for i in range(n):
            out |= {f"{name}/x{i}": inputs[i], f"{name}/v{i}": vs[i]}
            out |= {f"{name}/dx{i}": result[2 + i], f"{name}/hvp{i}": result[2 + n + i]}
        out |= {f"{name}/y": result[0], f"{name}/g": result[1]}
        out |= {f"{name}/{k}": np.asarray(v) for k, v in constants.items()}
    return out


def check_by_differences(name, run, xs, vs, result):
    """Central differences along v agree with <dx, v> and with the Hessian-vector products."""
    n, h = len(xs), 1e-5
    up, down = (run([x + s * h * v for x, v in zip(xs, vs)]) for s in (1, -1))
    slope = np.sum(result[1] * (up[0] - down[0])) / (2 * h)
    exact = sum(np.sum(v * d) for v, d in zip(vs, result[2 : 2 + n]))
    assert abs(slope - exact) <= 1e-6 * (1 + abs(exact)), (name, slope, exact)
    for i in range(n):
        curve = (up[2 + i] - down[2 + i]) / (2 * h)
        error, size = np.abs(curve - result[2 + n + i]).max(), 1 + np.abs(curve).max()
        assert error <= 1e-6 * size, (name, f"hvp{i}", error, size)


# ----------------------------------------------------------------------------------------------------- optimisers


def adam_fixture(steps=5):
    rng = rng_for("adam")
    start = [rng.standard_normal((3, 4)), rng.standard_normal(5)]
    grads = [rng.standard_normal((steps, *p.shape)) for p in start]
    grads[1] *= np.array([1.0, 1e-3, 1e-8, 1e-10, 0.0])  # around and below eps, and an exact zero
    out = {f"p{i}": p for i, p in enumerate(start)} | {f"g{i}": g for i, g in enumerate(grads)}
    adam = dict(lr=1e-2, betas=(0.9, 0.999), eps=1e-8)
    cases = {
        "adam": (torch.optim.Adam, adam),
        "adam_betas": (torch.optim.Adam, dict(lr=1e-2, betas=(0.5, 0.9), eps=1e-5)),
        "adam_l2": (torch.optim.Adam, adam | dict(weight_decay=0.1)),
        "adamw": (torch.optim.AdamW, adam | dict(weight_decay=0.1)),
        "sgd": (torch.optim.SGD, dict(lr=1e-2)),
        "sgd_momentum": (torch.optim.SGD, dict(lr=1e-2, momentum=0.9)),
        "sgd_nesterov_l2": (torch.optim.SGD, dict(lr=1e-2, momentum=0.9, nesterov=True, weight_decay=0.1)),
    }
    for name, (make, settings) in cases.items():
        params = [torch.from_numpy(p.copy()).requires_grad_() for p in start]
        optimiser = make(params, foreach=False, **settings)
        path = [[p] for p in start]
        for t in range(steps):
            for p, g in zip(params, grads):
                p.grad = torch.from_numpy(g[t].copy())
            optimiser.step()
            for trace, p in zip(path, params):
                trace.append(p.detach().numpy().copy())
        out |= {f"{name}/p{i}": np.stack(trace) for i, trace in enumerate(path)}
        for key, value in settings.items():
            out[f"{name}/{key}"] = np.asarray(value, dtype=np.float64)
    for name, limit in [("clip", 1.5), ("clip_idle", 100.0)]:
        g = [rng.standard_normal((3, 4)), rng.standard_normal(5)]
        norm = np.sqrt(sum(np.sum(v * v) for v in g))
        params = [torch.zeros(v.shape, dtype=torch.float64).requires_grad_() for v in g]
        for p, v in zip(params, g):
            p.grad = torch.from_numpy(v.copy())
        assert np.isclose(torch.nn.utils.clip_grad_norm_(params, limit).item(), norm, rtol=1e-14)
        out |= {f"{name}/max_norm": np.asarray(limit), f"{name}/norm": norm}
        for i, (v, p) in enumerate(zip(g, params)):
            out |= {f"{name}/g{i}": v, f"{name}/y{i}": v * min(1.0, limit / norm), f"{name}/torch_y{i}": p.grad.numpy()}
    return out


# ---------------------------------------------------------------------------------------------- models of yi2020

NETS = {"E": (12, 16, 16, 8), "R": (8, 16, 16, 12), "C": (8, 10, 10, 3), "G": (11, 10, 10, 8), "D": (8, 10, 10, 1)}
LABELS = np.array([0] * 10 + [1] * 6 + [2] * 4)
STEPS, BATCH, ALPHA, LAMBDA, POWER, LR = 10, 8, 1.0, 10.0, 5.0, 1e-4


def mlp(params, x):
    """ReLU between the layers, the last one linear; params = W0, b0, W1, b1, ..."""
    for i in range(0, len(params), 2):
        x = F.linear(x, params[i], params[i + 1])
        x = x if i == len(params) - 2 else F.relu(x)
    return x


def initial_weights(nets, name):
    """Xavier-uniform weights; small random biases, so that a forgotten bias shows."""
    rng, out = rng_for(name), {}
    for net, sizes in nets.items():
        for i, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:])):
            bound = np.sqrt(6 / (fan_in + fan_out))
            out[f"{net}.{i}.W"] = rng.uniform(-bound, bound, (fan_out, fan_in))
            out[f"{net}.{i}.b"] = rng.uniform(-0.1, 0.1, fan_out)
    return out


class Training:
    """Networks, and Adams that update one of them or several: {adam: networks}."""

    def __init__(self, start, adams):
        self.start, self.adams = start, adams
        nets = dict.fromkeys(n for owned in adams.values() for n in owned)
        self.params = {n: [torch.from_numpy(v.copy()).requires_grad_() for v in self.of(n).values()] for n in nets}
        settings = dict(lr=LR, betas=(0.5, 0.999), eps=1e-5, foreach=False)
        self.optimisers = {a: torch.optim.Adam(self.owned(a), **settings) for a in adams}
        self.first = {}  # gradients of each Adam's first step

    def of(self, net):
        return {k: v for k, v in self.start.items() if k.startswith(net + ".")}

    def owned(self, adam):
        return [p for n in self.adams[adam] for p in self.params[n]]

    def __getitem__(self, net):
        return lambda x: mlp(self.params[net], x)

    def update(self, adam, loss):
        grads = torch.autograd.grad(loss, self.owned(adam))
        for p, g in zip(self.owned(adam), grads):
            p.grad = g
        self.optimisers[adam].step()
        self.first.setdefault(adam, [g.numpy().copy() for g in grads])
        return loss.item()

    def final(self):
        return {f"final/{k}": p.detach().numpy() for n in self.params for k, p in zip(self.of(n), self.params[n])}


def batches():
    """Ten batches of a shuffled 20-row training set: sizes 8, 8, 4, 8, 8, 4, ..."""
    rng = rng_for("adan/data")
    centre = rng.standard_normal((3, 12))
    x = centre[LABELS] + 0.7 * rng.standard_normal((20, 12))
    x = (x - x.mean(0)) / x.std(0)
    out = []
    while len(out) < STEPS:
        order = rng.permutation(20)
        out += [order[i : i + BATCH] for i in range(0, 20, BATCH)]

    def draws(m):
        return {"z": rng.standard_normal((m, 8)), "y_gen": rng.choice(LABELS, m), "mu": rng.random((m, 1))}

    return [{"x": x[rows], "y": LABELS[rows], **draws(len(rows))} for rows in out[:STEPS]]


def tensors(batch):
    return [torch.from_numpy(batch[k]) for k in ("x", "y", "z", "y_gen", "mu")]


def with_labels(x, y):
    return torch.cat([x, F.one_hot(y, 3).double()], 1)


def discriminator_loss(real, fake):
    return -F.logsigmoid(real).mean() - F.logsigmoid(-fake).mean()


def adan_fixture(wasserstein):
    start, data, counts = initial_weights(NETS, "adan/init"), batches(), np.bincount(LABELS)
    weight = torch.from_numpy(counts.max() / counts)
    t = Training(start, {n: [n] for n in NETS})
    E, R, C, G, D = (t[n] for n in "ERCGD")
    losses, penalties = [], []
    for batch in data:
        x, y, z, y_gen, mu = tensors(batch)
        reconstruct = lambda h: (x - R(h)).square().sum(1).mean()
        h, h_gen = E(x).detach(), G(with_labels(z, y_gen)).detach()
        step = [t.update("C", weighted_ce(C(h), y, weight))]  # (11)
        if wasserstein:
            h_mix = ((1 - mu) * h + mu * h_gen).requires_grad_()
            (slope,) = torch.autograd.grad(D(h_mix).sum(), h_mix, create_graph=True)
            penalty = slope.square().sum(1).pow(POWER / 2).mean()
            penalties.append(penalty.item())
            step.append(t.update("D", D(h).mean() - D(h_gen).mean() + LAMBDA * penalty))  # (17)
        else:
            step.append(t.update("D", discriminator_loss(D(h), D(h_gen))))  # (10)
        step.append(t.update("R", reconstruct(h)))  # (12)
        h = E(x)
        step.append(t.update("E", reconstruct(h) + weighted_ce(C(h), y, weight)))  # (13), with the new R and C
        h_gen = G(with_labels(z, y_gen))
        fooled = D(h_gen).mean() if wasserstein else F.logsigmoid(-D(h_gen)).mean()
        step.append(t.update("G", fooled + ALPHA * weighted_ce(C(h_gen), y_gen, weight)))  # (18) or (14)
        losses.append(step)

    out = {f"init/{k}": v for k, v in start.items()}
    for i, batch in enumerate(data):
        out |= {f"step{i}/{k}": v for k, v in batch.items()}
    for net in NETS:
        out |= {f"grad0/{k}": g for k, g in zip(t.of(net), t.first[net])}
        out |= {f"final/{k}": p.detach().numpy() for k, p in zip(t.of(net), t.params[net])}
    out |= {"losses": np.array(losses), "class_weight": weight.numpy()}
    out |= {"alpha": np.asarray(ALPHA), "lr": np.asarray(LR)}
    if wasserstein:
        out |= {"lambda": np.asarray(LAMBDA), "p": np.asarray(POWER), "penalty": np.array(penalties)}
    return out


def gan_fixture():
    """A GAN for each class (1-3) and a conditional GAN (4-6), both with either loss of the generator."""
    pairs = {f"{k}.{net}": sizes for k in range(3) for net, sizes in [("G", (8, 10, 10, 12)), ("D", (12, 10, 10, 1))]}
    start = {"gan": initial_weights(pairs, "gan/init")}
    start["cgan"] = initial_weights({"0.G": (11, 10, 10, 12), "0.D": (15, 10, 10, 1)}, "cgan/init")
    out = {f"{system}/init/{k}": v for system, weights in start.items() for k, v in weights.items()}

    def play(t, k, saturating, x, z, y=None, y_gen=None):
        """One step of pair k, with labels or without: its two losses."""
        beside = (lambda rows, labels: rows) if y is None else with_labels
        G, D = (t[f"{k}.{net}"] for net in "GD")
        fake = G(beside(z, y_gen)).detach()
        d = t.update(f"{k}.D", discriminator_loss(D(beside(x, y)), D(beside(fake, y_gen))))  # (2), (5)
        score = D(beside(G(beside(z, y_gen)), y_gen))  # with the new D
        g = t.update(f"{k}.G", F.logsigmoid(-score).mean() if saturating else -F.logsigmoid(score).mean())
        return np.array([d, g])

    for system, weights in start.items():
        for form in ("", "_saturating"):
            t = Training(weights, {n: [n] for n in dict.fromkeys(k[:3] for k in weights)})
            losses = []
            for x, y, z, y_gen, _ in map(tensors, batches()):
                if system == "cgan":
                    losses.append(play(t, 0, bool(form), x, z, y, y_gen))
                else:
                    rows = [(k, y == k) for k in range(3) if (y == k).any()]
                    losses.append(sum(r.double().mean().item() * play(t, k, bool(form), x[r], z[r]) for k, r in rows))
            out |= {f"{system}{form}/{k}": v for k, v in (t.final() | {"losses": np.array(losses)}).items()}
    return out


def aae_fixture():
    """An adversarial autoencoder (7-9) whose discriminator sees labels; z is the first two columns of ADAN's."""
    nets = {"E": (12, 16, 16, 2), "R": (2, 16, 16, 12), "D": (5, 10, 10, 1)}
    start, losses = initial_weights(nets, "aae/init"), []
    t = Training(start, {"ER": ["E", "R"], "D": ["D"], "E": ["E"]})
    E, R, D = (t[n] for n in "ERD")
    angle = 2 * np.pi * np.arange(3) / 3
    means = 6 / (2 * np.sin(np.pi / 3)) * np.stack([np.cos(angle), np.sin(angle)], 1)  # neighbours 6 apart
    for x, y, z, y_gen, _ in map(tensors, batches()):
        prior = z[:, :2] + torch.from_numpy(means)[y_gen]
        r = t.update("ER", (x - R(E(x))).square().sum(1).mean())  # (9)
        code = E(x).detach()
        d = t.update("D", discriminator_loss(D(with_labels(prior, y_gen)), D(with_labels(code, y))))  # (7)
        e = t.update("E", -F.logsigmoid(D(with_labels(E(x), y))).mean())  # (8)
        losses.append([r, d, e])
    return {f"init/{k}": v for k, v in start.items()} | t.final() | {"losses": np.array(losses), "means": means}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print the table of op cases and write nothing")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for cases in (pointwise_cases, binary_cases, reduction_cases, loss_cases, linalg_cases, index_cases, norm_cases):
        cases()
    if options.list:
        for name, (formula, _, inputs, constants) in OPS.items():
            shapes = ", ".join(str(x.shape).replace(" ", "") for x in inputs)
            held = ", ".join(k if isinstance(v, np.ndarray) else f"{k}={v}" for k, v in constants.items())
            print(f"| {name} | {formula.replace('|', chr(92) + '|')} | {shapes} | {held} |")
        return
    np.savez_compressed(HERE / "ops.npz", **ops_fixture())
    np.savez(HERE / "adam.npz", **adam_fixture())
    np.savez(HERE / "adan.npz", **adan_fixture(False))
    np.savez(HERE / "wadan.npz", **adan_fixture(True))
    np.savez(HERE / "gan.npz", **gan_fixture())
    np.savez(HERE / "aae.npz", **aae_fixture())
    for path in sorted(HERE.glob("*.npz")):
        print(f"{path.name}: {path.stat().st_size} bytes, {len(np.load(path).files)} arrays")


if __name__ == "__main__":
    main()
