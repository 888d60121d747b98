"""How density is measured: the negative log-likelihood of binarized digits, beside published figures."""

from collections.abc import Iterator

import torch

import vae
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.scores import Baseline, Row
from vae.posterior.inference import encoder_bound
from vae.training.data import binarize

PUBLISHED = (
    Baseline("IWAE, one layer", 84.78, "published"),
    Baseline("IWAE, two layers", 82.9, "published"),
    Baseline("LVAE, three layers", 79.24, "published"),
)
PUBLISHED_ELBO = (Baseline("VAE, N(0, I) prior, convolutional", 84.6, "published"),)
TWO_DIMENSIONAL = (
    Baseline("browser explainer's 2-d VAE", 144.8, "measured before"),
    Baseline("best 2-d VAE", 132.5, "published"),
)


def density(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Importance-weighted bound and ELBO on binarized digits."""
    x = binarize(data.test[: sizes.density], torch.Generator().manual_seed(seed))
    n_samples = sizes.density_samples
    bound = f"importance-weighted bound, {n_samples} draws, test digits binarized at random"
    elbo = "ELBO, one draw a digit, the same digits; the draws come from"

    def row(case: str, text: str, bounds: torch.Tensor, baselines: tuple[Baseline, ...], goal: float) -> Row:
        return Row("Density", case, text, "nats", "lower", -bounds.mean().item(), len(x), baselines, goal)

    whole = vae.log_likelihood(model, x, n_samples=n_samples, seed=seed)
    yield row("whole code", bound, whole, PUBLISHED, 82)
    fitted = vae.log_likelihood(model, x, n_samples=1, seed=seed)
    yield row("ELBO, whole code", f"{elbo} a Gaussian fitted to each digit", fitted, PUBLISHED_ELBO, 85)
    amortized = encoder_bound(model, x, n_samples=1, seed=seed)
    yield row("ELBO, encoder alone", f"{elbo} the encoder's Gaussian", amortized, PUBLISHED_ELBO, 85)
    two = vae.log_likelihood(model, x, n_dims=2, n_samples=n_samples, seed=seed)
    yield row("2 dimensions", bound, two, TWO_DIMENSIONAL, 138)
