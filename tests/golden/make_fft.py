#!/usr/bin/env python3
"""Makes fft.npz: real transforms in f32 by T. Ooura's package, to which ours is equal to the bit.

    python tests/golden/make_fft.py fftsg.c

fftsg.c is the package's C file (www.kurims.kyoto-u.ac.jp/~ooura/fft.html), whose doubles are made floats here; it needs a
C compiler. x_N are inputs, re_N and im_N what rdft gives.
"""

import ctypes
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

source = re.sub(r"\bdouble\b", "float", pathlib.Path(sys.argv[1]).read_text())
with tempfile.TemporaryDirectory() as folder:
    c, library = pathlib.Path(folder, "fft.c"), pathlib.Path(folder, "fft.so")
    c.write_text(source)
    subprocess.run(["cc", "-O1", "-ffp-contract=off", "-shared", "-fPIC", c, "-o", library, "-lm"], check=True)
    package = ctypes.CDLL(str(library))

    def rdft(x):
        n = len(x)
        a, w, ip = x.copy(), np.zeros(n, np.float32), np.zeros(1000, np.int32)
        of = lambda v, skip=0: ctypes.c_void_p(v.ctypes.data + skip * v.itemsize)
        package.makewt(n // 4, of(ip), of(w))
        package.makect(n // 4, of(ip), of(w, n // 4))
        package.rdft(n, 1, of(a), of(ip), of(w))
        return np.append(a[0::2], a[1]), np.concatenate([[0], a[3::2], [0]]).astype(np.float32)

    rng = np.random.default_rng(7)
    arrays = {}
    for n in (32, 64, 128, 256, 512, 1024):
        x = (rng.standard_normal(n) * np.exp(rng.standard_normal(n))).astype(np.float32)
        arrays[f"x_{n}"] = x
        arrays[f"re_{n}"], arrays[f"im_{n}"] = rdft(x)
    np.savez(pathlib.Path(__file__).with_name("fft.npz"), **arrays)
