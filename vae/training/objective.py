"""What training optimises, in nats: the evidence lower bound (ELBO) of clean digits, and the negative log
density of their codes under the amortized posterior of the same digits corrupted."""

from typing import NamedTuple

import torch
from torch import Tensor

from vae.likelihood import bernoulli_log_prob
from vae.model import VAE, Posterior
from vae.training.augmentation import CleanInput, Corrupted


class Elbo(NamedTuple):
    """The bound on log p(x) in its two parts, each (B,) nats: elbo = log_px - kl."""

    log_px: Tensor
    kl: Tensor
    z: Tensor  # (B, K), the draw


def rate(model: VAE, clean: CleanInput, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """One-draw estimate of the KL of each image's kept code, (B,) nats, and the draw z (B, K)."""
    q = model.infer(clean.seen)
    q = Posterior(q.mean.float(), q.logvar.float())
    z = q.sample(1, generator)[0]
    with torch.autocast(z.device.type, enabled=False):
        return (q.kl_per_dim(model.prior, z) * clean.kept).sum(dim=1), z


def elbo(model: VAE, clean: CleanInput, generator: torch.Generator) -> Elbo:
    """One-draw estimate of the bound for each image."""
    kl, z = rate(model, clean, generator)
    logits = model.decode_kept(z, clean.kept).float()
    log_px = bernoulli_log_prob(logits, clean.seen).sum(dim=(1, 2, 3))
    return Elbo(log_px, kl, z)


def code_nll_nats(model: VAE, corrupted: Corrupted, z: Tensor) -> Tensor:
    """Negative log density, -log q(z | corrupted), of the codes z (B, K) of clean digits, (B,) nats.

    Its minimum over q(z | corrupted) has the mean and the spread of all codes that may lie behind a corrupted
    input, so that draws from it cover them.

    Source: forward KL, as in the "wake" phase for q of Bornschein & Bengio 2015, arXiv:1406.2751.
    """
    q = model.infer(corrupted.seen, corrupted.observed)
    return -Posterior(q.mean.float(), q.logvar.float()).log_prob(z).sum(dim=1)
