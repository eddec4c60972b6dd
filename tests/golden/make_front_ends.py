#!/usr/bin/env python3
"""Writes front_ends.npz: spectra and mel filters by librosa and PyTorch, and the recipes by the programs of their authors, all
in f64, so that the rounding is none of theirs. The README says what is in it.

    python make_front_ends.py
"""

from pathlib import Path

import librosa
import numpy as np
import scipy.stats
import torch
import torchaudio.compliance.kaldi as kaldi
from transformers import ASTFeatureExtractor, Wav2Vec2FeatureExtractor

HERE = Path(__file__).resolve().parent

# A chirp from 100 to 7000 Hz (at 16 kHz) in noise, off zero, and a silence in which every recipe comes to its floor.
t = np.arange(8000) / 16000
x = 0.05 + 0.3 * np.sin(2 * np.pi * (100 * t + 6900 * t**2)) + 0.1 * np.random.default_rng(2023).standard_normal(len(t))
x[5600:7400] = 0
samples = x.astype(np.float32)
x = samples.astype(np.float64)
out = {"x": samples}


def hann(length):
    return torch.hann_window(length, dtype=torch.float64)


# A window shorter than the FFT, with and without centred frames.
short = x[:1000]
for name, centre in (("centred", True), ("plain", False)):
    X = librosa.stft(short, n_fft=256, hop_length=100, win_length=200, center=centre, pad_mode="reflect").T
    Y = torch.stft(torch.tensor(short), 256, 100, 200, hann(200), center=centre, return_complex=True).T.numpy()
    assert np.abs(X - Y).max() < 1e-12
    out |= {f"stft/{name}/real": X.real, f"stft/{name}/imag": X.imag}

mel = dict(sr=16000, n_fft=256, n_mels=20, fmin=50, fmax=7000, dtype=np.float64)
for scale in ("htk", "slaney"):
    for size, norm in (("peak", None), ("area", "slaney")):
        out[f"mel/{scale}/{size}"] = librosa.filters.mel(htk=scale == "htk", norm=norm, **mel)
    for given, asked in (("hertz", librosa.hz_to_mel), ("mels", librosa.mel_to_hz)):
        values = np.array([0.0, 20, 440, 999, 1000, 1001, 4000, 11025] if given == "hertz" else [0.0, 3, 14.9, 15, 15.1, 40])
        out |= {f"scale/{given}": values, f"scale/{scale}/{given}": asked(values, htk=scale == "htk")}

# Powers, 40 bands, logarithms, 13 coefficients, and those normalised over frames.
log_mel = np.log(np.maximum(1e-10, librosa.feature.melspectrogram(
    y=x, sr=16000, n_fft=512, hop_length=160, win_length=400, center=True, pad_mode="reflect", n_mels=40, dtype=np.float64)))
mfcc = librosa.feature.mfcc(S=log_mel, n_mfcc=13, dct_type=2, norm="ortho")
out |= {"log_mel": log_mel.T, "mfcc": mfcc.T, "cmvn": scipy.stats.zscore(mfcc, axis=1).T}


def hifigan(y):
    """mel_spectrogram of HiFi-GAN's meldataset.py, in the dtype of y."""
    filters = librosa.filters.mel(sr=22050, n_fft=1024, n_mels=80, fmin=0, fmax=8000, dtype=np.float64)
    y = torch.nn.functional.pad(y[None], (384, 384), mode="reflect")[0]
    X = torch.view_as_real(torch.stft(y, 1024, 256, 1024, hann(1024).to(y), center=False, return_complex=True))
    return torch.log((torch.tensor(filters).to(y) @ torch.sqrt(X.pow(2).sum(-1) + 1e-9)).clamp(min=1e-5))


out["hifigan"] = hifigan(torch.tensor(x)).numpy()
segment = hifigan(torch.tensor(np.pad(x, (0, 65536 - len(x))))).numpy()
lowest, highest = np.log(1e-5), 2.3143386840820312
out["malik2023"] = 2 * (segment - lowest) / (highest - lowest) - 1
assert out["malik2023"].shape == (80, 256) and out["malik2023"].max() < 1
assert np.abs(out["malik2023"][:, 36:] + 1).max() < 1e-12  # silence
out["malik2023"] = out["malik2023"][:, :36]

extractor = ASTFeatureExtractor()
as_used = extractor(samples, sampling_rate=16000)["input_values"][0]
torch.set_default_dtype(torch.float64)  # of the filters
fbank = kaldi.fbank(torch.tensor(x)[None], sample_frequency=16000, window_type="hanning", num_mel_bins=128).numpy()
torch.set_default_dtype(torch.float32)
out["ast"] = extractor.normalize(fbank)
out["ast/padding"] = extractor.normalize(0.0)
assert as_used.shape == (1024, 128) and np.abs(as_used[len(fbank):] - out["ast/padding"]).max() < 1e-6

w2v2 = Wav2Vec2FeatureExtractor(do_normalize=True)
out["wav2vec2"] = w2v2.zero_mean_unit_var_norm([x], None)[0][:500]
quiet = w2v2.zero_mean_unit_var_norm([(1e-3 * x).astype(np.float32).astype(np.float64)], None)[0]  # where the 1e-7 tells
out["wav2vec2/quiet"] = quiet[:500]

# What the programs give in f32, as everybody runs them.
for name, used, exact in (
    ("hifigan", hifigan(torch.tensor(samples)).numpy(), out["hifigan"]),
    ("ast", as_used[: len(fbank)], out["ast"]),
    ("wav2vec2", w2v2(samples, sampling_rate=16000)["input_values"][0][:500], out["wav2vec2"]),
):
    out[f"{name}/of_f32"] = np.abs(used - exact).max()
    print(f"{name}: f32 differs from f64 by up to {out[f'{name}/of_f32']:.1e}")

np.savez_compressed(HERE / "front_ends.npz", **{k: v if v is samples else np.asarray(v, "<f8") for k, v in out.items()})
