"""Measure the calibration of the shipped weights on validation digits: `python -m vae.calibrate --help`."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import tyro
from torch import Tensor
from tqdm import tqdm

from vae import pixels
from vae.anomaly import anomaly_score
from vae.calibration import Calibration, Profile
from vae.checkpoint import WEIGHTS, fingerprint, read_weights
from vae.coding import Coder, payload_bytes
from vae.compress import MAX_CODE_BYTES, MIN_CODE_BYTES, header_bits
from vae.data import as_images, binarize, default_root, validation_digits
from vae.inference import decode_draws
from vae.ink import compress_ink
from vae.model import VAE

N_REFERENCE = 2000  # validation digits behind the anomaly score
N_CODED = 200  # validation digits behind the lossy profiles
N_INK = 20  # validation digits behind the step of the lossless code
STEPS = (0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0)
SMALLEST_SPREAD = 0.5  # of the number of dimensions, so that any number can be said
INK_STEPS = (2.5, 3.0, 3.5, 4.0, 5.0)


@dataclass(frozen=True)
class Options:
    """Measure on validation digits what the five jobs need, and write calibration.json."""

    data: Path = default_root()
    """Folder that holds MNIST/raw. Default: $MNIST_ROOT, else ./data."""
    weights: Path = WEIGHTS
    """Folder of vae.safetensors, where calibration.json is written."""


def measure(model: VAE, digits: Tensor) -> Calibration:
    """The calibration of a model, from validation digits uint8 (N, 28, 28), N >= 200.

    The model's own `calibration` is replaced as its parts become known, each part resting on those before.
    """
    images = as_images(digits)
    stages = (_posterior_and_pixels, _anomaly, _lossy, _ink)
    model.calibration = Calibration(fingerprint(model), [], [], {}, 0.0, [])
    with torch.inference_mode(), tqdm(stages, desc="calibration") as bar:
        for stage in bar:
            bar.set_postfix_str(stage.__name__.strip("_"))
            model.calibration = stage(model, images, model.calibration)
    return model.calibration


def _posterior_and_pixels(model: VAE, images: Tensor, known: Calibration) -> Calibration:
    """Average posterior standard deviation, and what grey goes with which logit."""
    generator = torch.Generator().manual_seed(0)
    counts = torch.zeros((pixels.N_BINS, pixels.N_LEVELS))
    stds = []
    for part in images.split(1000):
        q = model.encode(part)
        stds.append(torch.exp(0.5 * q.logvar))
        counts += pixels.measure(decode_draws(model, q.sample(1, generator))[0], part)
    table = pixels.normalize(counts)
    std = torch.cat(stds).log().mean(dim=0).exp()
    rows = [[round(value, 7) for value in row] for row in table.tolist()]
    return replace(known, posterior_std=[round(value, 6) for value in std.tolist()], pixel_table=rows)


def _anomaly(model: VAE, images: Tensor, known: Calibration) -> Calibration:
    """The anomaly scores of held-out digits, ascending."""
    scores = anomaly_score(model, images[:N_REFERENCE]).sort().values
    return replace(known, anomaly_scores=[round(value, 5) for value in scores.tolist()])


def _lossy(model: VAE, images: Tensor, known: Calibration) -> Calibration:
    """For each length of payload the grid step of highest PSNR, and how many dimensions then fit."""
    images = images[:N_CODED]
    coder = Coder(model)
    mean = model.encode(images).mean.double()
    candidates = []
    for step in STEPS:
        grid = coder.quantize(mean, step * coder.posterior_std)
        errors = torch.stack([_squared_error(model, grid.z[:, :k], images) for k in _lengths(model)], dim=1)
        candidates.append((step, grid.bits.cumsum(dim=1), errors))
    lengths = {payload_bytes(n) for n in range(MIN_CODE_BYTES, MAX_CODE_BYTES + 1)}
    return replace(
        known, profiles={size: _best_profile(model, candidates, 8 * size) for size in sorted(lengths)}
    )


def _lengths(model: VAE) -> range:
    return range(1, model.config.latent_dim + 1)


def _squared_error(model: VAE, z: Tensor, images: Tensor) -> Tensor:
    """Mean squared error of the decoded codes z (B, k), (B,)."""
    return (torch.sigmoid(model.decode(z.to(images))) - images).square().mean(dim=(1, 2, 3))


def _best_profile(model: VAE, candidates: list[tuple[float, Tensor, Tensor]], most_bits: int) -> Profile:
    """The profile of the highest mean PSNR, when each image takes the best prefix that fits."""
    best, best_db = Profile(0, 0, 0), -torch.inf
    for step, bits, errors in candidates:
        profile = Profile(step, 0.5 * model.config.latent_dim, model.config.latent_dim)
        for _ in range(3):  # how many dimensions fit depends on what it costs to say how many
            allowed = bits + header_bits(model, profile) <= most_bits
            allowed[:, 0] = True
            error, choice = errors.masked_fill(~allowed, torch.inf).min(dim=1)
            n_dims = choice + 1.0
            spread = max(n_dims.std().item(), SMALLEST_SPREAD)
            profile = Profile(step, round(n_dims.mean().item(), 2), round(spread, 2))
        db = -10 * error.log10().mean().item()
        if db > best_db:
            best, best_db = profile, db
    return best


def _ink(model: VAE, images: Tensor, known: Calibration) -> Calibration:
    """The grid step with the shortest lossless codes."""
    digits = binarize(images[:N_INK], torch.Generator().manual_seed(0))

    def total(step: float) -> int:
        model.calibration = replace(known, ink_step=step)
        return sum(len(compress_ink(model, digit)) for digit in digits)

    return replace(known, ink_step=min(INK_STEPS, key=total))


def main(options: Options) -> None:
    """Measure and write."""
    model = read_weights(options.weights / "vae.safetensors")
    measure(model, validation_digits(options.data)).save(options.weights / "calibration.json")


if __name__ == "__main__":
    try:
        main(tyro.cli(Options))
    except ValueError as error:
        sys.exit(f"vae.calibrate: {error}")
