"""Measure the calibration of the shipped weights on validation digits: `python -m vae.calibrate --help`."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from tqdm import tqdm

from vae.calibration import Calibration, ModelStatistics
from vae.checkpoint import WEIGHTS, fingerprint, load_model, read_weights
from vae.codec import context
from vae.codec.grid_search import decoded, nearest_codes
from vae.codec.range_coding import seal
from vae.jobs.anomaly_detection import anomaly_parts
from vae.jobs.lossless_ink import ink_payload
from vae.model import VAE, calibration_of
from vae.posterior import pixel_errors, pixels
from vae.posterior.inference import decode_draws
from vae.training.command import run_command
from vae.training.data import as_images, binarize, default_root, validation_digits
from vae.training.lossy_profiles import measure_profiles

N_KERNEL = 1000  # validation digits behind the kernel of the residual
N_CONTEXT = 1000  # validation digits behind the contexts of the lossless code
CONTEXT_STEP = 4.0  # of the grid behind the contexts, in average posterior standard deviations
N_INK = 20  # validation digits, of either kind, behind the step of the lossless code
KERNEL_STEP = 1.4  # of the grid behind the kernel, in the same unit
AT_ONCE = 1000  # digits that are encoded together, which bounds their memory
INK_STEPS = (3.0, 4.0, 5.0, 6.0)


@dataclass(frozen=True)
class Options:
    """Measure on validation digits what the five jobs need, and write calibration.json."""

    data: Path = default_root()
    """Folder that holds MNIST/raw. Default: $MNIST_ROOT, else ./data."""
    weights: Path = WEIGHTS
    """Folder of vae.safetensors, where calibration.json is written."""
    anomaly_alone: bool = False
    """Measure the anomaly score alone anew: all that codes depend on stays, so that old codes still open."""


def measure(model: VAE, digits: Tensor) -> Calibration:
    """The calibration of a model, from validation digits uint8 (N, 28, 28), N >= 200."""
    statistics, images = measure_statistics(model, digits), as_images(digits)
    with torch.inference_mode():
        scales, scores = _anomaly(model, images)
        profiles = measure_profiles(model, images, statistics)
        step, contexts = _ink(model, images, statistics)
    return Calibration(
        **vars(statistics),
        profiles=profiles,
        ink_step=step,
        ink_contexts=contexts,
        anomaly_scales=scales,
        anomaly_scores=scores,
    )


@torch.inference_mode()
def measure_statistics(model: VAE, digits: Tensor) -> ModelStatistics:
    """What denoising, filling in and samples need, from validation digits uint8 (N, 28, 28), N >= 200."""
    images = as_images(digits)
    std, table = _posterior_and_pixels(model, images)
    return ModelStatistics(fingerprint(model), std, table, _kernel(model, images[:N_KERNEL], std, table))


def _rounded(x: Tensor, n_decimals: int) -> Tensor:
    """In float64, with so few decimals that the file stays short."""
    values = [round(value, n_decimals) for value in x.flatten().tolist()]
    return torch.tensor(values, dtype=torch.float64).view(x.shape)


def _posterior_and_pixels(model: VAE, images: Tensor) -> tuple[Tensor, Tensor]:
    """Average posterior standard deviation, (K,), and what grey goes with which logit."""
    generator = torch.Generator().manual_seed(0)
    counts = torch.zeros((pixels.N_BINS, pixels.N_GREYS))
    stds = []
    for part in images.split(AT_ONCE):
        q = model.encode(part)
        stds.append(torch.exp(0.5 * q.logvar))
        counts += pixels.measure(decode_draws(model, q.sample(1, generator))[0], part)
    std = torch.cat(stds).log().mean(dim=0).exp()
    return _rounded(std, 6), _rounded(pixels.normalize(counts), 7)


def _kernel(model: VAE, images: Tensor, posterior_std: Tensor, pixel_table: Tensor) -> Tensor:
    """How the errors of neighbouring pixels go together, in what a fine grid code decodes to."""
    grid = nearest_codes(model, images, KERNEL_STEP * posterior_std)
    logits = torch.cat([model.decode(z) for z in grid.z.to(images).split(100)])
    _, variance = pixels.moments(pixel_table.to(images))
    residuals = (images - torch.sigmoid(logits))[:, 0]
    stds = variance[pixels.bin_of(logits)][:, 0].sqrt()
    return _rounded(pixel_errors.measure_kernel(residuals, stds), 4)


def _anomaly(model: VAE, images: Tensor) -> tuple[Tensor, Tensor]:
    """How far the anomaly score's two parts spread over held-out digits, and their scores, ascending."""
    parts = torch.cat([anomaly_parts(model, part) for part in images.split(AT_ONCE)])
    scales = _rounded(parts.std(dim=0), 6)
    scores = (parts / scales.to(parts)).sum(dim=1).sort().values
    return scales, _rounded(scores, 5)


def _ink(model: VAE, images: Tensor, statistics: ModelStatistics) -> tuple[float, Tensor]:
    """The grid step of the shortest codes, and what pixels say of those after them, by kind of picture."""
    kinds = [(images > 0.5).float(), binarize(images, torch.Generator().manual_seed(0))]
    context_step = CONTEXT_STEP * statistics.posterior_std
    contexts = torch.stack([_context(model, inks[:N_CONTEXT], context_step) for inks in kinds])

    def total_bytes(step: float) -> int:
        payloads = (
            ink_payload(model, ink, step * statistics.posterior_std, contexts)
            for inks in kinds
            for ink in inks[:N_INK]
        )
        return sum(len(seal(payload, key=0)) for payload in payloads)

    return min(tqdm(INK_STEPS, desc="lossless codes"), key=total_bytes), contexts


def _context(model: VAE, inks: Tensor, step: Tensor) -> Tensor:
    """Weights of what turns a pixel's logit, by logistic regression on coded digits (N, 1, 28, 28)."""
    grid = nearest_codes(model, inks, step)
    logits, inked = context.rounded(decoded(model, grid.z)), inks.flatten(1).double()
    features = torch.cat([context.features(*pair) for pair in zip(logits, inked, strict=True)])
    unsure = logits.flatten().abs() < context.HIGHEST_LOGIT
    fit = LogisticRegression(C=math.inf, fit_intercept=False)
    fit.fit(features[unsure].numpy(), inked.flatten()[unsure].numpy())
    return _rounded(torch.from_numpy(fit.coef_[0]), 4)


def main(options: Options) -> None:
    """Measure and write."""
    weights = options.weights / "vae.safetensors"
    model = load_model(weights) if options.anomaly_alone else read_weights(weights)
    digits = validation_digits(options.data)
    if options.anomaly_alone:
        with torch.inference_mode():
            scales, scores = _anomaly(model, as_images(digits))
        calibration = replace(calibration_of(model), anomaly_scales=scales, anomaly_scores=scores)
    else:
        calibration = measure(model, digits)
    calibration.save(options.weights / "calibration.json")


def run() -> None:
    """The command."""
    run_command("vae.calibrate", main, Options)
