"""Noise on the visitor's digit in plain words, and how well each method removes it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st
from torch import Tensor

import vae
from ui import comparison
from ui.digit import letters_and_shapes
from ui.shell import cache, load
from vae.baselines import classical
from vae.evaluation import figures

HEAVY = vae.Noise("gaussian", 0.5)  # where one noise stands for all
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
STEP = 0.05
STEPS = {
    "gaussian": [round(STEP * i, 2) for i in range(1, 31)],
    "uniform": [round(STEP * i, 2) for i in range(1, 19)],
    "salt_and_pepper": [round(STEP * i, 2) for i in range(1, 19)],
}


class Cleaned(NamedTuple):
    """A digit under noise and without it."""

    noisy: Tensor  # (1, 28, 28)
    image: Tensor  # (1, 28, 28) in [0, 1]
    before_db: float  # PSNR of the noisy one, clipped to [0, 1]
    after_db: float


def describe(noise: vae.Noise) -> str:
    """A noise in words, such as "Gaussian noise of strength 0.50"."""
    if noise.kind == "gaussian":
        return f"Gaussian noise of strength {noise.level:.2f}"
    becomes = "black or white" if noise.kind == "salt_and_pepper" else "a random grey"
    return f"{noise.level:.0%} of the pixels turned {becomes}"


def estimated(noise: vae.Noise, assumed: vae.Noise) -> str:
    """What the model took the noise for in blind mode, beside the truth."""
    return (
        f"Told nothing about the noise, the model estimated **{describe(assumed)}**; in truth it was "
        f"{describe(noise)}. The filters were told."
    )


def painted(truth: Tensor, kind: str, seed: int) -> list[Tensor]:
    """A digit (1, 28, 28) under a kind of noise at each of STEPS, clipped to [0, 1]."""
    return [
        vae.corrupt(truth[None], vae.Noise(kind, level), seed=seed)[0].clamp(0, 1) for level in STEPS[kind]
    ]


@cache.briefly(entry_kb=8)
def cleaned(truth: Tensor, noise: vae.Noise) -> Cleaned:
    """A digit (1, 28, 28) under noise, and what the model, told the noise, makes of it."""
    noisy = vae.corrupt(truth[None], noise)
    image = vae.denoise(load.model(), noisy, noise)[0]
    return Cleaned(noisy[0], image, vae.psnr(noisy[0].clamp(0, 1), truth), vae.psnr(image, truth))


@cache.briefly(entry_kb=1)
def estimate(truth: Tensor, noise: vae.Noise, seed: int) -> vae.Noise:
    """What the model takes the noise for, shown nothing but the noisy digit."""
    return vae.estimate_noise(load.model(), vae.corrupt(truth[None], noise, seed=seed))[0]


@cache.briefly(entry_kb=40)
def outcome(truth: Tensor, noise: vae.Noise, assumed: vae.Noise, seed: int) -> list[comparison.Entry]:
    """Every method on a digit (1, 28, 28) under noise: ours, told `assumed`; its baselines; doing nothing."""
    noisy = vae.corrupt(truth[None], noise, seed=seed)
    images = {comparison.OURS: vae.denoise(load.model(), noisy, assumed)[0]}
    images |= {name: denoise(noisy[0], noise) for name, denoise in classical.DENOISERS.items()}
    images[UNTOUCHED] = noisy[0]
    return [_entry(name, image, truth) for name, image in images.items()]


@cache.for_good
def of_letter(name: str, noise: vae.Noise) -> list[comparison.Entry]:
    """The same for a letter or shape, whose name may be any of `letters_and_shapes`."""
    return outcome(letters_and_shapes.picture(name), noise, noise, seed=0)


def _entry(name: str, image: Tensor, truth: Tensor) -> comparison.Entry:
    """One picture (1, 28, 28), clipped to [0, 1], with its PSNR and SSIM."""
    image = image.clamp(0, 1)
    psnr, ssim = vae.psnr(image, truth), vae.ssim(image, truth)
    return comparison.Entry(name, image, psnr, f"{psnr:.1f} dB · SSIM {ssim:.2f}")


def verdict(name: str, entries: list[comparison.Entry], became: str | None = None) -> str:
    """Who did best on a picture, and how much noise was removed, in one sentence about an outcome.

    Args:
        became: what the model made of it, such as "a 7", where that is another digit.
    """
    ours, *filters, untouched = entries
    if became is not None:
        return (
            f"The model {_removed(ours, untouched)}, and **now it is {became}**: it lost {name} on the way, "
            "so nobody wins."
        )
    baseline = comparison.best(filters, comparison.PSNR)
    if comparison.best(entries, comparison.PSNR) is untouched:
        return (
            f"So little noise is best **left alone**: untouched, {name} is closer to the truth than after "
            "any filter or the model."
        )
    standing = comparison.standing(ours, baseline, comparison.PSNR)
    if standing == "tied":
        both = f"the model and {baseline.name.lower()}"
        return f"On {name}, {both} are **tied**: each {_removed(ours, untouched)}."
    if standing == "behind":
        return (
            f"On {name}, **{baseline.name.lower()} wins**: it {_removed(baseline, untouched)}; "
            f"the model {_removed(ours, untouched)}."
        )
    return (
        f"On {name}, **the model wins**: it {_removed(ours, untouched)}; "
        f"the best filter, {baseline.name.lower()}, {_removed(baseline, untouched)}."
    )


def share_removed(before_db: float, after_db: float) -> float:
    """The share of the squared error that is gone, at most 1; below 0 where there is more of it."""
    return 1 - 10 ** ((before_db - after_db) / 10)


def _removed(entry: comparison.Entry, untouched: comparison.Entry) -> str:
    """The share of the squared error that is gone."""
    share = share_removed(untouched.score, entry.score)
    return f"removes {share:.0%} of the noise" if share > 0 else "makes it worse"


def defeats(name: str, kind: str, levels: Sequence[float], curves: Mapping[str, Sequence[float]]) -> str:
    """The levels at which another method, or doing nothing, beats the model, in one sentence."""
    lost = []
    for i, level in enumerate(levels):
        best = max(curves, key=lambda method: curves[method][i])
        ours, theirs = curves[comparison.OURS][i], curves[best][i]
        if figures.standing(ours, theirs, better="higher", decimals=comparison.PSNR.decimals) == "behind":
            lost.append(
                f"{best.lower()} at {level:.2f}" if kind == "gaussian" else f"{best.lower()} at {level:.0%}"
            )
    if not lost:
        return f"On {name}, no method is ahead of the model at any of these {len(levels)} levels."
    return f"On {name}, the model is **beaten** by {' and by '.join(lost)}."


def curves(truth: Tensor, kind: str, levels: Sequence[float], seed: int) -> dict[str, list[float]]:
    """PSNR in dB of every method, and of doing nothing, at each level; a progress bar while it takes."""
    bar = st.progress(0.0, "Adding noise and removing it again …")
    points = []
    for i, level in enumerate(levels):
        noise = vae.Noise(kind, level)
        points.append({entry.name: entry.score for entry in outcome(truth, noise, noise, seed)})
        bar.progress((i + 1) / len(levels))
    bar.empty()
    return {name: [point[name] for point in points] for name in points[0]}


@cache.briefly(entry_kb=50)
def dreams(truth: Tensor, noise: vae.Noise, n: int) -> tuple[Tensor, Tensor]:
    """A digit (1, 28, 28) under new noise `n` times, and what the model makes of it; both (n, 1, 28, 28)."""
    noisy = vae.corrupt(truth.expand(n, -1, -1, -1), noise)
    return noisy, vae.denoise(load.model(), noisy, noise)
