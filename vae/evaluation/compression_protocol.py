"""How compression is measured: closeness at a number of bytes, and bytes without loss, beside image files."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

import vae
from vae.baselines import classical
from vae.baselines.image_codecs import Point
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.scores import Baseline, Row, measured
from vae.metrics import mean_psnr
from vae.training.data import binarize

CODE_BYTES = (4, 8, 16, 32, 64)
FEW_BYTES, LEAD_AT_FEW = 8, 2.0  # at so few bytes, the goal is so many dB above PCA; at more, PCA itself
CHAINED = Baseline("BB-ANS, chained over the data set", 19.0, "published")


def compression(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """PSNR at a number of bytes; a baseline that cannot write every digit in so few is left out."""
    digits = data.test[: sizes.coded]
    points = {name: [codec(x) for x in digits] for name, codec in classical.COMPRESSORS.items()}
    text = (
        "mean PSNR of a digit's code of at most so many bytes, all overhead counted; PCA: ideal entropy coder"
    )
    for n_bytes in CODE_BYTES:
        decoded = [vae.decompress(model, vae.compress(model, x, n_bytes=n_bytes)) for x in digits]
        ours, case = mean_psnr(decoded, digits), f"{n_bytes} bytes"
        found = {name: _psnr_within(each, digits, n_bytes) for name, each in points.items()}
        others = {name: figure for name, figure in found.items() if figure is not None}
        pca = others.get(classical.PCA)
        goal = None if pca is None else pca + (LEAD_AT_FEW if n_bytes <= FEW_BYTES else 0)
        yield Row("Compression", case, text, "dB", "higher", ours, len(digits), measured(others), goal)


def _psnr_within(points: list[list[Point]], digits: Tensor, n_bytes: int) -> float | None:
    """Mean PSNR of the best of each digit's files that weigh at most n_bytes; None where a digit has none."""
    fitting = [[image for size, image in each if size <= n_bytes] for each in points]
    if not all(fitting):
        return None
    best = [max(vae.psnr(image, x) for image in each) for each, x in zip(fitting, digits, strict=True)]
    return float(np.mean(best))


def lossless(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Bytes of a black-and-white digit, each coded alone and decoded again."""
    digits = data.test[: sizes.coded]
    at_random = binarize(digits, torch.Generator().manual_seed(seed))
    yield _ink_row(model, "binarized at random", at_random, published=(CHAINED,), goal=19)
    yield _ink_row(model, "thresholded at one half", (digits > 0.5).float(), published=(), goal=15)


def _ink_row(model: vae.VAE, case: str, inks: Tensor, *, published: tuple[Baseline, ...], goal: float) -> Row:
    text = "mean bytes of one digit coded alone, all overhead counted, each decoded and compared"
    ours = float(np.mean([_checked_ink_bytes(model, ink) for ink in inks]))
    sizes = [classical.lossless_sizes(ink) for ink in inks]
    others = {name: float(np.mean([each[name] for each in sizes])) for name in sizes[0]}
    baselines = (*measured(others), *published)
    return Row("Lossless ink", case, text, "bytes", "lower", ours, len(inks), baselines, goal)


def _checked_ink_bytes(model: vae.VAE, ink: Tensor) -> int:
    code = vae.compress_ink(model, ink)
    if not torch.equal(vae.decompress_ink(model, code), ink):
        raise AssertionError("a lossless code did not decode to its digit")
    return len(code)
