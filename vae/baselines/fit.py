"""`python -m vae.baselines.fit` fits what the classical baselines know of the training digits."""

from dataclasses import dataclass
from pathlib import Path

from vae.baselines.pca import fit_components, save_components
from vae.training.command import run_command
from vae.training.data import as_images, default_root, training_digits, validation_digits

N_TUNING = 500  # the first validation digits, on which PCA's byte budgets are planned


@dataclass(frozen=True)
class Options:
    """Fit the classical baselines; write weights/baselines.npz."""

    data: Path = default_root()
    """Folder that holds MNIST/raw. Default: $MNIST_ROOT, else ./data."""


def main(options: Options) -> None:
    """Fit and write."""
    training = as_images(training_digits(options.data)).flatten(1)
    held_out = as_images(validation_digits(options.data)[:N_TUNING]).flatten(1)
    save_components(fit_components(training, held_out))


if __name__ == "__main__":
    run_command("vae.baselines.fit", main, Options)
