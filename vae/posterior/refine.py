"""A Gaussian over codes with all its covariances, fitted to each image: nearer than the encoder's posterior.

The encoder gives its (amortized) posterior at once, each number of the code by itself. From there a few
damped Newton steps on the image's own ELBO find where its codes lie and how their numbers depend on each
other: each takes gradient and Gauss-Newton curvature of log p(x, z) at draws from the Gaussian so far, as
natural gradients do.

Source: amortized posterior and Gauss-Newton covariance of Park, Kim & Kim 2019 (variational Laplace
autoencoders), arXiv:2211.17267; curvature at draws in place of the mean, Khan et al. 2018, arXiv:1806.04854.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from vae.model import VAE, Posterior
from vae.prior import LOG_2PI

ROUNDS = 2
PROBE = 0.1  # of the encoder's standard deviation, by which slopes are measured
KEPT = 0.3  # share of the precision before a round in that after it
FARTHEST = 4.0  # longest move of the mean in a round, in the encoder's standard deviations
AMORTIZED = 4  # one draw in so many is of the encoder's own Gaussian, which may be where this one is not
DECODED_AT_ONCE = 128  # small enough for the processor's cache


class Refined(NamedTuple):
    """A Gaussian over codes; shift and root count in the encoder's standard deviations from its mean."""

    amortized: Posterior  # the encoder's, (B, k)
    shift: Tensor  # (B, k), of the mean
    root: Tensor  # (B, k, k), lower triangle of which root @ root.T is the precision

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """n draws for each image, (n, B, k)."""
        noise = torch.randn((n, *self.shift.shape), generator=generator, device=self.shift.device)
        return self.amortized.at(self.shift + _unwhitened(self.root, noise.to(self.shift)))

    def log_density(self, z: Tensor) -> Tensor:
        """Log-density in nats of draws z (n, B, k), (n, B)."""
        std = torch.exp(0.5 * self.amortized.logvar)
        white = torch.einsum("bji,nbj->nbi", self.root, (z - self.amortized.mean) / std - self.shift)
        volume = self.root.diagonal(dim1=1, dim2=2).log().sum(dim=1) - std.log().sum(dim=1)
        return volume - 0.5 * (white.square() + LOG_2PI).sum(dim=2)

    def draw(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """n draws for each image, (n, B, k), and their log-density in nats, (n, B).

        n // AMORTIZED of them are the encoder's, and the density is that of the mixture.
        """
        n_amortized = n // AMORTIZED
        z = torch.cat(
            [self.amortized.sample(n_amortized, generator), self.sample(n - n_amortized, generator)]
        )
        if n_amortized == 0:
            return z, self.log_density(z)
        log_amortized = self.amortized.log_prob(z).sum(dim=2) + math.log(n_amortized / n)
        return z, torch.logaddexp(log_amortized, self.log_density(z) + math.log1p(-n_amortized / n))


def decode_many(model: VAE, z: Tensor) -> Tensor:
    """Logits (N, 1, 28, 28) of codes z (N, k), in parts that the processor's cache holds."""
    return torch.cat([model.decode(part) for part in z.split(DECODED_AT_ONCE)])


def refine(model: VAE, x: Tensor, amortized: Posterior, generator: torch.Generator) -> Refined:
    """Fit a Gaussian to p(z | x) for each image.

    Args:
        x: (B, 1, 28, 28) in [0, 1].
        amortized: the encoder's Gaussian over the first k numbers of the code, mean and logvar (B, k).
    """
    k = amortized.mean.shape[1]
    here = Refined(
        amortized, torch.zeros_like(amortized.mean), torch.eye(k).to(amortized.mean).expand(len(x), k, k)
    )
    for _ in range(ROUNDS):
        noise = torch.randn(amortized.mean.shape, generator=generator, device=x.device)
        offset = _unwhitened(here.root, noise[None].to(amortized.mean))[0]
        slopes, curvatures = zip(
            *(_quadratic(model, x, amortized, here.shift + side) for side in (offset, -offset)), strict=True
        )
        curvature = _not_negative(torch.stack(curvatures).mean(dim=0).double())
        root = here.root.double()
        root = torch.linalg.cholesky(KEPT * root @ root.mT + (1 - KEPT) * curvature)
        slope = torch.stack(slopes).mean(dim=0).double()
        step = torch.cholesky_solve(slope[..., None], root)[..., 0]
        step = step * (FARTHEST / step.norm(dim=1, keepdim=True)).clamp_max(1)
        here = Refined(amortized, here.shift + step.to(here.shift), root.to(here.root))
    return here


def _quadratic(model: VAE, x: Tensor, amortized: Posterior, u: Tensor) -> tuple[Tensor, Tensor]:
    """Slope (B, k) and negative curvature (B, k, k) of log p(x, z) at u (B, k).

    u counts in the encoder's standard deviations from its mean.
    """
    n, k = u.shape
    std = torch.exp(0.5 * amortized.logvar)
    around = u[:, None] + PROBE * torch.eye(k + 1, k).roll(1, dims=0).to(u)
    z = (amortized.mean[:, None] + std[:, None] * around).flatten(0, 1)
    logits = decode_many(model, z).view(n, k + 1, -1)
    changes = (logits[:, 1:] - logits[:, :1]) / PROBE
    p = torch.sigmoid(logits[:, 0])
    slopes = _prior_slope(model, z).view(n, k + 1, k) * std[:, None]
    bend = (slopes[:, :1] - slopes[:, 1:]) / PROBE
    slope = torch.einsum("bip,bp->bi", changes, x.flatten(1) - p) + slopes[:, 0]
    curvature = (changes * (p * (1 - p))[:, None]) @ changes.mT + (bend + bend.mT) / 2
    return slope, curvature


def _prior_slope(model: VAE, z: Tensor) -> Tensor:
    """Gradient of log p(z), (N, k), at codes z (N, k)."""
    with torch.inference_mode(False), torch.enable_grad():
        z = z.clone().requires_grad_()
        return torch.autograd.grad(model.prior.log_prob(z).sum(), z)[0]


def _not_negative(curvature: Tensor) -> Tensor:
    """The nearest of symmetric matrices (B, k, k) without negative eigenvalues: a saddle's are cut off."""
    values, vectors = torch.linalg.eigh(curvature)
    return (vectors * values.clamp_min(0)[:, None]) @ vectors.mT


def _unwhitened(root: Tensor, noise: Tensor) -> Tensor:
    """Draws (n, B, k) of precision root @ root.T from standard normal noise (n, B, k)."""
    return torch.linalg.solve_triangular(root.mT, noise.permute(1, 2, 0), upper=True).permute(2, 0, 1)
