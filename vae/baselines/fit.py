"""`python -m vae.baselines.fit` fits what the classical baselines know of the training digits.

It writes weights/baselines.npz.
"""

import argparse
from pathlib import Path

from vae.baselines.pca import fit_components, save_components
from vae.training.data import as_images, default_root, training_digits, validation_digits

N_TUNING = 500  # the first validation digits, on which PCA's byte budgets are planned


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description="Fit the classical baselines; writes weights/baselines.npz.")
    parser.add_argument("--data", type=Path, default=default_root(), help="the folder that holds MNIST/raw")
    root = parser.parse_args().data
    training = as_images(training_digits(root)).flatten(1)
    held_out = as_images(validation_digits(root)[:N_TUNING]).flatten(1)
    save_components(fit_components(training, held_out))


if __name__ == "__main__":
    main()
