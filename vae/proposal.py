"""Where to look for the code behind a noisy or partly hidden digit: q(z | seen), one number after the other.

What is left open by noise or a mask is seldom one Gaussian: half a digit may be a 4 or a 9. So each number of
the code has a mixture of Gaussians of its own, given the numbers before it and what the encoder made of the
picture: q(z | seen) = prod_i sum_j w_ij N(z_i; m_ij, s_ij).

Sources: masked network of Germain et al. 2015, arXiv:1502.03509; a mixture trained to guess what made
a picture, Papamakarios & Murray 2016, arXiv:1605.06376: here the codes of clean digits, given spoilt views.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae.prior import LOG_2PI, MaskedLinear


class Proposal(nn.Module):
    """Autoregressive mixture of Gaussians over codes, given a vector of context."""

    def __init__(self, latent_dim: int, context: int, hidden: int, components: int) -> None:
        super().__init__()
        self.latent_dim, self.components = latent_dim, components
        known = torch.arange(hidden) * latent_dim // hidden  # how many numbers each unit may see, ascending
        numbers = torch.arange(latent_dim)
        outputs = numbers.repeat_interleave(3 * components)
        self.ends = torch.searchsorted(known, numbers, right=True).tolist()
        self.context = nn.Linear(context, hidden)
        self.first = MaskedLinear(known[:, None] > numbers)
        self.second = MaskedLinear(known[:, None] >= known)
        self.last = MaskedLinear(outputs[:, None] >= known)
        nn.init.normal_(self.last.weight, std=0.01)
        spread = torch.zeros(latent_dim, 3, components)
        spread[:, 1] = torch.linspace(-1, 1, components)
        self.last.bias.data.copy_(spread.flatten())

    def log_prob(self, z: Tensor, context: Tensor) -> Tensor:
        """Log-density in nats, (B,), of codes z (B, K) given context (B, C)."""
        features = F.silu(self.second(F.silu(self.first(z) + self.context(context))))
        mixture = self.last(features).view(len(z), self.latent_dim, 3, self.components)
        return _log_mixture(z, mixture).sum(dim=1)

    def sample(self, n: int, context: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """n codes for each context (B, C), (n, B, K), and their log-densities in nats, (n, B).

        Number by number; a unit is computed once, when the last number that it may see is there.
        """
        rows = n * len(context)
        base = self.context(context).repeat(n, 1) + self.first.bias
        weights = [layer.weight * layer.mask for layer in (self.first, self.second, self.last)]
        z, log_q = base.new_zeros(rows, self.latent_dim), base.new_zeros(rows)
        one, two = torch.zeros_like(base), torch.zeros_like(base)
        begin, width = 0, 3 * self.components
        for i, end in enumerate(self.ends):
            new, out = slice(begin, end), slice(i * width, (i + 1) * width)
            one[:, new] = F.silu(base[:, new] + z[:, :i] @ weights[0][new, :i].T)
            two[:, new] = F.silu(F.linear(one[:, :end], weights[1][new, :end], self.second.bias[new]))
            flat = F.linear(two[:, :end], weights[2][out, :end], self.last.bias[out])
            mixture = flat.view(rows, 3, self.components)
            z[:, i] = _draw(mixture, generator)
            log_q += _log_mixture(z[:, i], mixture)
            begin = end
        return z.view(n, len(context), -1), log_q.view(n, -1)


def _parts(mixture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(..., 3, M) -> log-weight, mean and log standard deviation of each component, each (..., M)."""
    score, mean, log_std = mixture.unbind(dim=-2)
    return score.log_softmax(dim=-1), mean, log_std.clamp(-7, 3)


def _log_mixture(z: Tensor, mixture: Tensor) -> Tensor:
    """Log-density of numbers z (...) under mixtures (..., 3, M)."""
    log_weight, mean, log_std = _parts(mixture)
    u = (z[..., None] - mean) * torch.exp(-log_std)
    return (log_weight - log_std - 0.5 * (u.square() + LOG_2PI)).logsumexp(dim=-1)


def _draw(mixture: Tensor, generator: torch.Generator) -> Tensor:
    """One number from each mixture (N, 3, M), (N,)."""
    log_weight, mean, log_std = _parts(mixture)
    chosen = torch.multinomial(log_weight.exp(), 1, generator=generator)
    noise = torch.randn(chosen.shape, generator=generator, device=chosen.device)
    return (mean.gather(1, chosen) + log_std.gather(1, chosen).exp() * noise).squeeze(1)
