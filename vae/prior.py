"""The prior over codes: an autoregressive Gaussian, p(z) = prod_i N(z_i; m_i(z_<i), s_i(z_<i)).

Each prefix z_<k has its own exact marginal (the first k factors), and the map z -> u = (z - m) / s is
a bijection that makes the prior a standard normal, so that one pair of standard coordinates is a map.

Sources: masked network of Germain et al. 2015, arXiv:1502.03509; affine autoregressive flow of
Papamakarios et al. 2017, arXiv:1705.07057; learned prior for a VAE of Chen et al. 2017, arXiv:1611.02731.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae.checks import check_code

LOG_2PI = math.log(2 * math.pi)


class MaskedLinear(nn.Linear):
    """A linear layer in which an output sees only the inputs that `mask` (out, in) allows."""

    mask: Tensor

    def __init__(self, mask: Tensor) -> None:
        super().__init__(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask.to(self.weight.dtype), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.mask, self.bias)


class Prior(nn.Module):
    """Autoregressive Gaussian over codes of up to `latent_dim` dimensions."""

    def __init__(self, latent_dim: int, hidden: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        inputs = torch.arange(1, latent_dim + 1)
        units = torch.arange(hidden) % max(latent_dim - 1, 1) + 1
        outputs = torch.arange(1, latent_dim + 1).repeat(2)
        last = MaskedLinear(outputs[:, None] > units)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.net = nn.Sequential(
            MaskedLinear(units[:, None] >= inputs),
            nn.SiLU(),
            MaskedLinear(units[:, None] >= units),
            nn.SiLU(),
            last,
        )

    def conditionals(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log standard deviation of each z_i given z_<i, each (B, k), for a prefix z (B, k)."""
        k = z.shape[1]
        padded = F.pad(z, (0, self.latent_dim - k))
        mean, log_std = self.net(padded).chunk(2, dim=1)
        return mean[:, :k], log_std[:, :k].clamp(-7, 7)

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density in nats, (B,), of a prefix z (B, k), 1 <= k <= latent_dim.

        Raises:
            ValueError: z is not (B, k) with 1 <= k <= latent_dim.
        """
        mean, log_std = self._checked_conditionals(z)
        u = (z - mean) * torch.exp(-log_std)
        return -(0.5 * (u.square() + LOG_2PI) + log_std).sum(dim=1)

    def to_standard(self, z: Tensor) -> Tensor:
        """Standard coordinates u (B, k), distributed as N(0, I) under the prior, of a prefix z (B, k).

        Raises:
            ValueError: z is not (B, k) with 1 <= k <= latent_dim.
        """
        mean, log_std = self._checked_conditionals(z)
        return (z - mean) * torch.exp(-log_std)

    def from_standard(self, u: Tensor) -> Tensor:
        """The prefix z (B, k) whose standard coordinates are u (B, k); the inverse of `to_standard`.

        Raises:
            ValueError: u is not (B, k) with 1 <= k <= latent_dim.
        """
        self._check(u)
        z = torch.zeros_like(u)
        for i in range(u.shape[1]):
            mean, log_std = self.conditionals(z)
            z[:, i] = mean[:, i] + log_std[:, i].exp() * u[:, i]
        return z

    def _checked_conditionals(self, z: Tensor) -> tuple[Tensor, Tensor]:
        self._check(z)
        return self.conditionals(z)

    def _check(self, z: Tensor) -> None:
        check_code(z, self.latent_dim, next(self.parameters()).dtype)
