"""What training maximises: the evidence lower bound (ELBO), in nats."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from vae.model import VAE, Posterior
from vae.views import View


class Elbo(NamedTuple):
    """The two parts of the bound on log p(target), each (B,) nats; elbo = log_px - kl."""

    log_px: Tensor
    kl: Tensor


def bernoulli_log_prob(logits: Tensor, x: Tensor) -> Tensor:
    """Log-probability of each pixel, of the shape of logits; for a grey x in [0, 1] the expected one."""
    return x * logits - F.softplus(logits)


def kl_per_dim(model: VAE, q: Posterior, z: Tensor) -> Tensor:
    """KL(q(z_i) || p(z_i | z_<i)) in nats for each dimension, (B, K), at a draw z (B, K) from q."""
    mean, log_std = model.prior.conditionals(z)
    variance_ratio = torch.exp(q.logvar - 2 * log_std)
    distance = (q.mean - mean).square() * torch.exp(-2 * log_std)
    return 0.5 * (variance_ratio + distance - 1 - q.logvar) + log_std


def elbo(model: VAE, view: View, generator: torch.Generator) -> Elbo:
    """One-draw estimate of the bound for each image of a view."""
    q = model.infer(view.seen, view.observed)
    q = Posterior(q.mean.float(), q.logvar.float())
    z = q.sample(1, generator)[0]
    logits = model.decode_kept(z, view.kept).float()
    log_px = bernoulli_log_prob(logits, view.target).sum(dim=(1, 2, 3))
    with torch.autocast(z.device.type, enabled=False):
        kl = (kl_per_dim(model, q, z) * view.kept).sum(dim=1)
    return Elbo(log_px, kl)
