"""What one model for all jobs costs against specialists: `python -m vae.evaluation.specialists --help`.

All go on from the shipped weights, trained alike for a few epochs more, each for its own job alone, and are
measured on the same test digits; the difference is what counts, not how good each of them is.
"""

import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

import vae
from vae.checkpoint import WEIGHTS, fingerprint, read_weights
from vae.evaluation.denoising_protocol import NOISES
from vae.evaluation.evaluation_data import EvaluationData, Sizes, read_data
from vae.evaluation.masks import MASKS
from vae.files import write_file
from vae.metrics import mean_psnr, rmse
from vae.posterior.inference import encoder_bound
from vae.training import train
from vae.training.calibrate import measure_statistics
from vae.training.command import run_command
from vae.training.data import binarize, default_root, validation_digits
from vae.training.options import shape_options
from vae.training.sevens import learned_digits

N_CALIBRATION = 1000  # validation digits behind the calibration of each
N_RESTORED = 100  # test digits that are denoised and completed


@dataclass(frozen=True)
class Options:
    """Train the nested model and its specialists alike; write specialists.json."""

    data: Path = default_root()
    """Folder that holds MNIST/raw. Default: $MNIST_ROOT, else ./data."""
    out: Path | None = None
    """Folder for specialists.json. Default: that of --run; weights for the figures that ship."""
    run: Path = Path("runs/specialists")
    """Folder for the checkpoints."""
    epochs: int = 2
    """Passes over the training digits for each of the models that go on from the shipped weights."""
    learning_rate: float = 5e-4
    """Highest learning rate of each of those."""
    seed: int = 0
    """Of the training and of every random choice."""


class Specialist(NamedTuple):
    """A model to train and what to measure of it."""

    changes: dict[str, Any]  # of the training options
    figures: tuple[str, ...]  # keys of FIGURES


SPECIALISTS = {
    "nested": Specialist({}, ("elbo", "elbo_2", "psnr", "rmse")),
    "whole code": Specialist({"codes": "whole"}, ("elbo",)),
    "two dimensions": Specialist({"codes": "map"}, ("elbo_2",)),
    "denoising": Specialist({"codes": "whole", "corruptions": "noise"}, ("psnr",)),
    "imputation": Specialist({"codes": "whole", "corruptions": "holes"}, ("rmse",)),
}


def nats(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int, n_dims: int | None = None) -> float:
    """Negative ELBO of binarized test digits."""
    x = binarize(data.test[: sizes.density], torch.Generator().manual_seed(seed))
    return -encoder_bound(model, x, n_dims=n_dims, n_samples=1, seed=seed).mean().item()


def denoising_db(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> float:
    """PSNR, mean over the noises of the evaluation."""
    digits = data.test[: sizes.restored]
    noisy = {noise: vae.corrupt(digits, noise, seed=seed) for noise in NOISES}
    cleaned = [mean_psnr(vae.denoise(model, x, noise, seed=seed), digits) for noise, x in noisy.items()]
    return sum(cleaned) / len(cleaned)


def imputation_rmse(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> float:
    """Error on hidden pixels, mean over the masks of the evaluation."""
    digits = data.test[: sizes.restored]
    masks = [mask.observed(len(digits), seed) for mask in MASKS]
    errors = [rmse(vae.impute(model, digits, mask, seed=seed).mean, digits, mask) for mask in masks]
    return sum(errors) / len(errors)


FIGURES: dict[str, Callable[[vae.VAE, EvaluationData, Sizes, int], float]] = {
    "elbo": nats,
    "elbo_2": lambda model, data, sizes, seed: nats(model, data, sizes, seed, 2),
    "psnr": denoising_db,
    "rmse": imputation_rmse,
}


def fitted(trainer: train.Trainer, held_out: Tensor) -> vae.VAE:
    """The trained model, calibrated on validation digits, uint8 (N, 28, 28), as far as pictures need it."""
    model = trainer.fit().cpu().eval().requires_grad_(False)
    model.calibration = measure_statistics(model, held_out[:N_CALIBRATION])
    return model


def compare(options: train.Options, data: EvaluationData, sizes: Sizes) -> dict[str, dict[str, float]]:
    """For each specialist its figures; `options` are those of the training that all share."""
    digits, held_out = learned_digits(options.data), validation_digits(options.data)
    found = {}
    for name, specialist in SPECIALISTS.items():
        run = options.run / name.replace(" ", "-")
        trainer = train.Trainer(replace(options, run=run, **specialist.changes), digits, held_out)
        model = fitted(trainer, held_out)
        found[name] = {
            figure: FIGURES[figure](model, data, sizes, options.seed) for figure in specialist.figures
        }
    return found


def main(options: Options) -> None:
    """Train, measure and write."""
    sizes, started_from = Sizes(restored=N_RESTORED), train.commit()
    shipped = WEIGHTS / "vae.safetensors"
    model = read_weights(shipped)
    data = read_data(options.data, sizes, options.seed)
    shared = train.Options(
        data=options.data,
        run=options.run,
        start=shipped,
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        kl_warmup=0.0,
        seed=options.seed,
        **shape_options(model.config),
    )
    facts = {
        "command": "python -m vae.evaluation.specialists " + shlex.join(sys.argv[1:]),
        "commit": started_from,
        "weights": fingerprint(model),
        "epochs": options.epochs,
        "n_coded": sizes.density,
        "n_restored": sizes.restored,
        "figures": compare(shared, data, sizes),
    }
    write_file((options.out or options.run) / "specialists.json", json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    run_command("vae.evaluation.specialists", main, Options, (train.DivergedError,))
