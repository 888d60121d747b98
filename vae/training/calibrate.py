"""Measure the calibration of the shipped weights on validation digits: `python -m vae.calibrate --help`."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from tqdm import tqdm

from vae.calibration import Calibration, ModelStatistics, Profile
from vae.checkpoint import WEIGHTS, fingerprint, load_model, read_weights
from vae.codec import context, header, residual
from vae.codec.grid_search import decoded
from vae.codec.lossy_search import LossySearch
from vae.codec.lossy_writer import plan
from vae.codec.range_coding import GridCode, coder, payload_bytes, seal
from vae.jobs.anomaly_detection import anomaly_parts
from vae.jobs.compression import MAX_CODE_BYTES, MIN_CODE_BYTES
from vae.jobs.lossless_ink import ink_payload
from vae.model import VAE, calibration_of
from vae.posterior import pixel_errors, pixels
from vae.posterior.inference import decode_draws
from vae.training.command import run_command
from vae.training.data import as_images, binarize, default_root, validation_digits

N_KERNEL = 1000  # validation digits behind the kernel of the residual
N_CODED = 60  # validation digits behind the lossy profiles
N_CONTEXT = 1000  # validation digits behind the contexts of the lossless code
CONTEXT_STEP = 4.0
N_INK = 20  # validation digits, of either kind, behind the step of the lossless code
STEPS = (8.0, 5.6, 4.0, 2.8, 2.0, 1.4, 1.0)
KERNEL_STEP = 1.4
SMALLEST_SPREADS = torch.tensor([0.5, 0.3])  # of numbers of dimensions and of levels, so that any can be said
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
    known, images = measure_statistics(model, digits), as_images(digits)
    with torch.inference_mode():
        scales, scores = _anomaly(model, images)
        profiles = _profiles(model, images, known)
        step, contexts = _ink(model, images, known)
    return Calibration(
        **vars(known),
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
    for part in images.split(1000):
        q = model.encode(part)
        stds.append(torch.exp(0.5 * q.logvar))
        counts += pixels.measure(decode_draws(model, q.sample(1, generator))[0], part)
    std = torch.cat(stds).log().mean(dim=0).exp()
    return _rounded(std, 6), _rounded(pixels.normalize(counts), 7)


def _kernel(model: VAE, images: Tensor, posterior_std: Tensor, pixel_table: Tensor) -> Tensor:
    """How the errors of neighbouring pixels go together, in what a fine grid code decodes to."""
    grid = _nearest_codes(model, images, KERNEL_STEP * posterior_std)
    logits = torch.cat([model.decode(z) for z in grid.z.to(images).split(100)])
    _, variance = pixels.moments(pixel_table.to(images))
    residuals = (images - torch.sigmoid(logits))[:, 0]
    stds = variance[pixels.bin_of(logits)][:, 0].sqrt()
    return _rounded(pixel_errors.measure_kernel(residuals, stds), 4)


def _nearest_codes(model: VAE, images: Tensor, step: Tensor) -> GridCode:
    """The grid codes nearest to the posterior means of images, on a grid of steps (K,)."""
    return coder(model).quantize(model.encode(images).mean.double(), step)


def _anomaly(model: VAE, images: Tensor) -> tuple[Tensor, Tensor]:
    """How far the anomaly score's two parts spread over held-out digits, and their scores, ascending."""
    parts = torch.cat([anomaly_parts(model, part) for part in images.split(1000)])
    scales = _rounded(parts.std(dim=0), 6)
    scores = (parts / scales.to(parts)).sum(dim=1).sort().values
    return scales, _rounded(scores, 5)


class Option(NamedTuple):
    """One way to code a digit."""

    n_dims: int
    level: int
    bits: float  # without those that say the two
    error: float


def _profiles(model: VAE, images: Tensor, known: ModelStatistics) -> dict[int, Profile]:
    """For each length of payload the grid of highest PSNR, and what numbers and corrections then fit."""
    images = images[:N_CODED]
    options = {step: _options(model, images, known, step) for step in tqdm(STEPS, desc="lossy codes")}
    sizes = sorted({payload_bytes(n) for n in range(MIN_CODE_BYTES, MAX_CODE_BYTES + 1)})
    return {size: _best_profile(model, options, 8 * size) for size in sizes}


def _wide_profile(model: VAE, step: float) -> Profile:
    """A profile that expects nothing in particular."""
    K, L = model.config.latent_dim, residual.N_FINENESS_LEVELS
    return Profile(step, K / 2, K, L / 2, L)


def _options(model: VAE, images: Tensor, known: ModelStatistics, step: float) -> list[list[Option]]:
    """For each image the prefixes of its posterior mean, and the best grid code with each correction."""
    options, grids = [], _nearest_codes(model, images, step * known.posterior_std)
    errors = [_squared_error(model, grids.z[:, :k], images) for k in range(1, grids.z.shape[1] + 1)]
    prefixes = zip(grids.bits.cumsum(dim=1).tolist(), torch.stack(errors, dim=1).tolist(), strict=True)
    for image, (bits, error) in zip(images, prefixes, strict=True):
        grid = next(LossySearch(model, known, image).grid_codes(_wide_profile(model, step), torch.inf))
        n_dims, used = grid.z.shape[1], grid.bits.sum().item()
        corrections = plan(model, known, image, grid).corrections
        options.append(
            [Option(k, 0, *cost) for k, cost in enumerate(zip(bits, error, strict=True), 1)]
            + [Option(n_dims, each.level, used + each.bits, each.error) for each in corrections]
        )
    return options


def _squared_error(model: VAE, z: Tensor, images: Tensor) -> Tensor:
    """Mean squared error of the decoded codes z (B, k), (B,)."""
    return (torch.sigmoid(model.decode(z.to(images))) - images).square().mean(dim=(1, 2, 3))


def _best_profile(model: VAE, options: dict[float, list[list[Option]]], most_bits: int) -> Profile:
    """The profile of the highest mean PSNR, when each image takes the best option that fits."""
    best, best_db = _wide_profile(model, STEPS[0]), -math.inf
    for step, of_images in options.items():
        profile = _wide_profile(model, step)
        for _ in range(3):  # what fits depends on what it costs to say what it is
            dims = header.dims(profile, model.config.latent_dim).bits().tolist()
            levels = header.levels(profile).bits().tolist()
            chosen = [_best_option(of_image, dims, levels, most_bits) for of_image in of_images]
            profile = _fitted(profile, chosen)
        db = -10 * sum(math.log10(option.error) for option in chosen) / len(chosen)
        if db > best_db:
            best, best_db = profile, db
    return best


def _best_option(options: list[Option], dims: list[float], levels: list[float], most_bits: int) -> Option:
    """The option of least error that fits; where none does, the shortest."""
    bits = [dims[option.n_dims - 1] + levels[option.level] + option.bits for option in options]
    fitting = [option for option, length in zip(options, bits, strict=True) if length <= most_bits]
    return min(fitting, key=lambda option: option.error) if fitting else options[bits.index(min(bits))]


def _fitted(profile: Profile, chosen: list[Option]) -> Profile:
    """The profile that expects the numbers of dimensions and the levels of the chosen options."""
    numbers = torch.tensor([(option.n_dims, option.level) for option in chosen], dtype=torch.float64)
    means = [round(value, 2) for value in numbers.mean(dim=0).tolist()]
    spread = numbers.std(dim=0, correction=0).maximum(SMALLEST_SPREADS)
    stds = [round(value, 2) for value in spread.tolist()]
    return replace(profile, mean_dims=means[0], std_dims=stds[0], mean_level=means[1], std_level=stds[1])


def _ink(model: VAE, images: Tensor, known: ModelStatistics) -> tuple[float, Tensor]:
    """The grid step of the shortest codes, and what pixels say of those after them, by kind of picture."""
    kinds = [(images > 0.5).float(), binarize(images, torch.Generator().manual_seed(0))]
    context_step = CONTEXT_STEP * known.posterior_std
    contexts = torch.stack([_context(model, inks[:N_CONTEXT], context_step) for inks in kinds])

    def total_bytes(step: float) -> int:
        payloads = (
            ink_payload(model, ink, step * known.posterior_std, contexts)
            for inks in kinds
            for ink in inks[:N_INK]
        )
        return sum(len(seal(payload, key=0)) for payload in payloads)

    return min(tqdm(INK_STEPS, desc="lossless codes"), key=total_bytes), contexts


def _context(model: VAE, inks: Tensor, step: Tensor) -> Tensor:
    """Weights of what turns a pixel's logit, by logistic regression on coded digits (N, 1, 28, 28)."""
    grid = _nearest_codes(model, inks, step)
    logits, pixels = context.rounded(decoded(model, grid.z)), inks.flatten(1).double()
    features = torch.cat([context.features(*pair) for pair in zip(logits, pixels, strict=True)])
    unsure = logits.flatten().abs() < context.HIGHEST_LOGIT
    fit = LogisticRegression(C=math.inf, fit_intercept=False)
    fit.fit(features[unsure].numpy(), pixels.flatten()[unsure].numpy())
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
