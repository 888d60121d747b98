"""Noise on the visitor's digit in plain words, and how well each method removes it."""

from collections.abc import Sequence

import streamlit as st
from torch import Tensor

import vae
from ui import contest, load, remember
from vae import rivals

UNTOUCHED = "Doing nothing"
NAMES = {"gaussian": "Gaussian", "uniform": "Random", "salt_and_pepper": "Salt and pepper"}
AXES = {
    "gaussian": "strength of the noise",
    "uniform": "share of pixels replaced",
    "salt_and_pepper": "share of pixels replaced",
}
LEVELS = {
    "gaussian": (0.1, 0.25, 0.5, 0.75, 1.0, 1.5),
    "uniform": (0.05, 0.1, 0.2, 0.35, 0.5, 0.75),
    "salt_and_pepper": (0.05, 0.1, 0.2, 0.35, 0.5, 0.75),
}


def describe(noise: vae.Noise) -> str:
    """A noise in words, such as "Gaussian noise of strength 0.50"."""
    if noise.kind == "gaussian":
        return f"Gaussian noise of strength {noise.level:.2f}"
    becomes = "black or white" if noise.kind == "salt_and_pepper" else "a random grey"
    return f"{noise.level:.0%} of the pixels turned {becomes}"


def entry(name: str, image: Tensor, truth: Tensor) -> contest.Entry:
    """One picture (1, 28, 28), clipped to [0, 1], with its PSNR and SSIM."""
    image = image.clamp(0, 1)
    psnr, ssim = vae.psnr(image, truth), vae.ssim(image, truth)
    return contest.Entry(name, image, psnr, f"{psnr:.1f} dB · SSIM {ssim:.2f}")


def attempts(truth: Tensor, noisy: Tensor, ours: Tensor, noise: vae.Noise) -> list[contest.Entry]:
    """Our result, then each rival's, who are told the noise; all images (1, 28, 28)."""
    cleaned = {name: denoise(noisy, noise) for name, denoise in rivals.DENOISERS.items()}
    return [entry(contest.OURS, ours, truth), *(entry(name, cleaned[name], truth) for name in cleaned)]


def curves(truth: Tensor, kind: str, levels: Sequence[float], seed: int) -> dict[str, list[float]]:
    """PSNR in dB of every method, and of doing nothing, at each level; a progress bar while it takes."""
    bar = st.progress(0.0, "Adding noise and taking it off again …")
    points = []
    for i, level in enumerate(levels):
        points.append(_psnr(truth, vae.Noise(kind, level), seed))
        bar.progress((i + 1) / len(levels))
    bar.empty()
    return {name: [point[name] for point in points] for name in points[0]}


@remember.briefly
def _psnr(truth: Tensor, noise: vae.Noise, seed: int) -> dict[str, float]:
    noisy = vae.corrupt(truth[None], noise, seed=seed)
    ours = vae.denoise(load.model(), noisy, noise)[0]
    entries = [*attempts(truth, noisy[0], ours, noise), entry(UNTOUCHED, noisy[0], truth)]
    return {entry.name: entry.score for entry in entries}


@remember.briefly
def dreams(truth: Tensor, noise: vae.Noise, n: int) -> tuple[Tensor, Tensor]:
    """A digit (1, 28, 28) under new noise `n` times, and what the model makes of it; both (n, 1, 28, 28)."""
    noisy = vae.corrupt(truth.expand(n, -1, -1, -1), noise)
    return noisy, vae.denoise(load.model(), noisy, noise)
