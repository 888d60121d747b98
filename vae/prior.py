"""The prior over codes: autoregressive, p(z) = prod_i p(z_i | z_<i), each factor a mixture of Gaussians.

Each prefix z_<k has its own exact marginal (the first k factors), and the map from z_i to the standard normal
quantile of its conditional distribution is a bijection that makes the prior a standard normal, so that one
pair of standard coordinates is a map.

Sources: masked network of Germain et al. 2015, arXiv:1502.03509; mixture density network of Bishop 1994;
learned prior for a VAE of Chen et al. 2017, arXiv:1611.02731.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae.checks import check_code

LOG_2PI = math.log(2 * math.pi)
MOST_STEPS = 100  # towards a quantile; the shipped prior takes 4 to 15, six deviations out 44
PRECISION = 1e-9  # last step at which a quantile is found; the narrowest component is exp(-7) wide
LOG_STDS = -7.0, 7.0  # of a part of the mixture: standard deviations from 0.001 to 1,100
FARTHEST = 37.0  # of a standard coordinate from 0; beyond it double precision has no probability
REACH = 8.0  # means of a new prior's components, -REACH to REACH: as far as trained codes come


class Mixture(NamedTuple):
    """Gaussians of which one is drawn, each field (..., M)."""

    log_share: Tensor
    mean: Tensor
    log_std: Tensor

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density in nats of z (...)."""
        u = (z[..., None] - self.mean) * torch.exp(-self.log_std)
        return (self.log_share - 0.5 * (u.square() + LOG_2PI) - self.log_std).logsumexp(dim=-1)

    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and log standard deviation, each (...)."""
        share = self.log_share.exp()
        mean = (share * self.mean).sum(dim=-1)
        spread = torch.exp(2 * self.log_std) + (self.mean - mean[..., None]).square()
        return mean, 0.5 * (share * spread).sum(dim=-1).log()

    def to_standard(self, z: Tensor) -> Tensor:
        """The standard normal number with as much probability below it as z (...) has."""
        tails = self._tails()
        below, above = (tails.beyond(z, torch.tensor(up, device=z.device)) for up in (False, True))
        u = torch.special.ndtri(torch.minimum(below, above).clamp_min(1e-300))
        return torch.where(below < above, u, -u).to(z)

    def from_standard(self, u: Tensor) -> Tensor:
        """The inverse of `to_standard`, by Newton steps on the logarithm of a tail.

        Each number is looked for by the smaller of its two tails, which keeps its digits far out, and between
        the components' own quantiles; a step that would leave what is left of that interval halves it.
        """
        up, wanted = u > 0, _below(-u.abs().double())
        quantiles = (self.mean + self.log_std.exp() * u[..., None]).double()
        low, high, tails = quantiles.amin(dim=-1), quantiles.amax(dim=-1), self._tails()
        z = (low + high) / 2
        for _ in range(MOST_STEPS):
            tail = tails.beyond(z, up)
            too_low = torch.where(up, tail >= wanted, tail < wanted)
            low, high = torch.where(too_low, z, low), torch.where(too_low, high, z)
            step = (tail / wanted).log() * tail / tails.density(z)
            newton = torch.where(up, z + step, z - step)
            nearer = torch.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
            moved, z = (nearer - z).abs().max(), nearer
            if moved < PRECISION:
                break
        return z.to(u)

    def _tails(self) -> "_Tails":
        return _Tails(self.log_share.double().exp(), self.mean.double(), self.log_std.double().exp())


class _Tails(NamedTuple):
    """The two tails of a mixture, each field float64 (..., M)."""

    share: Tensor
    mean: Tensor
    std: Tensor

    def beyond(self, z: Tensor, up: Tensor) -> Tensor:
        """Probability above z (...) where up, bool, else below it; float64 (...), exact far out too."""
        u = (z[..., None] - self.mean) / self.std
        return (self.share * _below(torch.where(up[..., None], -u, u))).sum(dim=-1)

    def density(self, z: Tensor) -> Tensor:
        """Density at z (...), float64."""
        u = (z[..., None] - self.mean) / self.std
        return (self.share / self.std * torch.exp(-0.5 * (u.square() + LOG_2PI))).sum(dim=-1)


def _below(u: Tensor) -> Tensor:
    """Probability of a standard normal number below u, exact far out too."""
    return 0.5 * torch.erfc(-u / math.sqrt(2))


class MaskedLinear(nn.Linear):
    """A linear layer in which an output sees only the inputs that `mask` (out, in) allows."""

    mask: Tensor | None  # None: the weights are masked already

    def __init__(self, mask: Tensor) -> None:
        super().__init__(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask.to(self.weight.dtype), persistent=False)

    @torch.no_grad()
    def mask_for_good(self) -> None:
        """Mask the weights themselves, once: quicker, and not to be trained any more."""
        if self.mask is not None:
            self.weight *= self.mask
            self.mask = None

    def forward(self, x: Tensor) -> Tensor:
        return self.part(x, slice(None))

    def part(self, x: Tensor, outputs: slice) -> Tensor:
        """Some of the outputs, (B, n), from the first inputs x (B, m), which must be all that they see."""
        seen = outputs, slice(x.shape[1])
        weight = self.weight[seen] if self.mask is None else self.weight[seen] * self.mask[seen]
        return F.linear(x, weight, self.bias[outputs])


class Prior(nn.Module):
    """Autoregressive mixture over codes of up to `latent_dim` dimensions.

    Half of the hidden units see the first quarter of the code alone: those numbers say most, and how they
    depend on each other is hardest to say.
    """

    n_seen: Tensor  # (hidden,), how many numbers of the code each hidden unit sees; ascends from 1

    def __init__(self, latent_dim: int, hidden: int, components: int) -> None:
        super().__init__()
        self.latent_dim, self.components = latent_dim, components
        share = torch.linspace(0, 1, hidden + 1)[:-1].square()  # of the code; below 1/4 for half of them
        n_seen = 1 + (share * (latent_dim - 1)).long()
        self.register_buffer("n_seen", n_seen, persistent=False)
        number = torch.arange(1, latent_dim + 1)
        last = MaskedLinear(number.repeat(3 * components)[:, None] > n_seen)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        with torch.no_grad():  # components that begin alike would stay alike
            spread = torch.linspace(-REACH, REACH, components) if components > 1 else torch.zeros(1)
            last.bias.view(3, components, latent_dim)[1] = spread[:, None]
        self.net = nn.Sequential(
            MaskedLinear(n_seen[:, None] >= number),
            nn.SiLU(),
            MaskedLinear(n_seen[:, None] >= n_seen),
            nn.SiLU(),
            last,
        )

    def mask_for_good(self) -> None:
        """Mask the weights themselves, once: quicker, and not to be trained any more."""
        for layer in self.net:
            if isinstance(layer, MaskedLinear):
                layer.mask_for_good()

    def mixtures(self, z: Tensor) -> Mixture:
        """The distribution of each z_i given z_<i, fields (B, k, M), for a prefix z (B, k)."""
        k = z.shape[1]
        outputs = self.net(F.pad(z, (0, self.latent_dim - k)))
        return _mixture(outputs.unflatten(1, (3, self.components, self.latent_dim))[..., :k].mT)

    def conditionals(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log standard deviation of each z_i given z_<i, each (B, k), for a prefix z (B, k)."""
        return self.mixtures(z).moments()

    def log_prob_per_dim(self, z: Tensor) -> Tensor:
        """Log-density of each z_i given z_<i in nats, (B, k), of a prefix z (B, k)."""
        return self.mixtures(z).log_prob(z)

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density in nats, (B,), of a prefix z (B, k), 1 <= k <= latent_dim.

        Raises:
            InputError: z is not (B, k) with 1 <= k <= latent_dim, or not within 1,000,000 of zero.
        """
        self._check(z)
        return self.log_prob_per_dim(z).sum(dim=1)

    def to_standard(self, z: Tensor) -> Tensor:
        """Standard coordinates u (B, k), distributed as N(0, I) under the prior, of a prefix z (B, k).

        Raises:
            InputError: z is not (B, k) with 1 <= k <= latent_dim, or not within 1,000,000 of zero.
        """
        self._check(z)
        return self.mixtures(z).to_standard(z)

    def from_standard(self, u: Tensor) -> Tensor:
        """The prefix z (B, k) whose standard coordinates are u (B, k); the inverse of `to_standard`.

        Raises:
            InputError: u is not (B, k) with 1 <= k <= latent_dim, or not within FARTHEST of zero.
        """
        check_standard(u, self)
        z = torch.zeros_like(u)
        for i in range(u.shape[1]):
            z[:, i] = self.next(z[:, :i]).from_standard(u[:, i])
        return z

    def next(self, z: Tensor) -> Mixture:
        """The distribution of the number that follows a prefix z (B, i), fields (B, M)."""
        first, middle, last = (layer for layer in self.net if isinstance(layer, MaskedLinear))
        k = z.shape[1]
        allowed = slice(int((self.n_seen <= k).sum()))  # the hidden units that see no more than z
        hidden = F.silu(middle.part(F.silu(first.part(z, allowed)), allowed))
        outputs = last.part(hidden, slice(k, None, self.latent_dim))
        return _mixture(outputs.unflatten(1, (3, self.components)))

    def _check(self, z: Tensor) -> None:
        check_code(z, self.latent_dim, next(self.parameters()))


def check_standard(u: Tensor, prior: Prior) -> None:
    """Accept standard coordinates (B, k), 1 <= k <= latent_dim, within FARTHEST of zero."""
    check_code(u, prior.latent_dim, next(prior.parameters()), FARTHEST)


def _mixture(outputs: Tensor) -> Mixture:
    """What a network's outputs (B, 3, ..., M) say."""
    log_share, mean, log_std = outputs.unbind(dim=1)
    return Mixture(log_share.log_softmax(dim=-1), mean, log_std.clamp(*LOG_STDS))
