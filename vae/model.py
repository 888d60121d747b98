"""One variational autoencoder with a nested code: every prefix of the code is a code of its own.

The encoder takes an image and the mask of its known pixels and gives a diagonal Gaussian over the code.
The decoder takes the first k numbers of a code, for any k, and gives a Bernoulli logit for each pixel.

Sources: VAE of Kingma & Welling 2014, arXiv:1312.6114; nested codes by truncation in training of Rippel
et al. 2014, arXiv:1402.0915; PixelShuffle of Shi et al. 2016, arXiv:1609.05158.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae.calibration import Calibration, ModelStatistics
from vae.checks import InputError, check_code, check_count, check_device, check_observed, check_pictures
from vae.prior import LOG_2PI, Prior

LOGVARS = -14.0, 4.0  # of a posterior: standard deviations from 0.001 to 7.4
FARTHEST_MEAN = 100.0  # of a posterior, from 0; digits stay within 20, and beyond it single precision fails
SIZES = {  # fewest and most that a config may ask for
    "latent_dim": (1, 1024),
    "channels": (2, 1024),
    "hidden": (1, 2**14),
    "blocks": (1, 64),
    "prior_hidden": (1, 2**14),
    "prior_components": (1, 1024),
}
NOT_CALIBRATED = "this model has no calibration; python -m vae.calibrate measures one"


@dataclass(frozen=True)
class Config:
    """What fixes the shape of every weight; it travels inside the weights file.

    Raises:
        InputError: a size that is no whole number, or outside `SIZES`.
    """

    latent_dim: int = 32
    channels: int = 32  # feature maps at 14 x 14; twice as many at 7 x 7
    hidden: int = 256  # width of the vector between the 7 x 7 maps and the code
    blocks: int = 2  # residual blocks at 7 x 7, and at 14 x 14 in the decoder; the encoder has one there
    prior_hidden: int = 512
    prior_components: int = 16  # of the mixture that each number of the code has as its prior

    def __post_init__(self) -> None:
        for name, (lowest, highest) in SIZES.items():
            size = check_count(name, getattr(self, name), lowest, highest)
            object.__setattr__(self, name, size)  # the class is frozen


class Posterior(NamedTuple):
    """A diagonal Gaussian over codes, q(z | what was seen)."""

    mean: Tensor  # (B, K)
    logvar: Tensor  # (B, K), log of the variance

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """n draws for each image, (n, B, K)."""
        noise = torch.randn((n, *self.mean.shape), generator=generator, device=self.mean.device)
        return self.at(noise.to(self.mean))

    def at(self, u: Tensor) -> Tensor:
        """The codes that lie u standard deviations, (..., B, K), away from the mean."""
        return self.mean + torch.exp(0.5 * self.logvar) * u

    def draw(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """n draws for each image, (n, B, K), and their log-density in nats, (n, B)."""
        z = self.sample(n, generator)
        return z, self.log_prob(z).sum(dim=-1)

    def prefix(self, k: int) -> "Posterior":
        """The same over the first k numbers of the code."""
        return Posterior(self.mean[:, :k], self.logvar[:, :k])

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density of each number of the code, in nats: z (..., B, k) gives (..., B, k)."""
        k = z.shape[-1]
        mean, logvar = self.mean[:, :k], self.logvar[:, :k]
        return -0.5 * (LOG_2PI + logvar + (z - mean).square() * torch.exp(-logvar))

    def kl_per_dim(self, prior: Prior, z: Tensor) -> Tensor:
        """KL(q(z_i) || p(z_i | z_<i)) in nats for each dimension, (B, K), estimated at a draw z (B, K)."""
        entropy = 0.5 * (1 + LOG_2PI + self.logvar)
        return -entropy - prior.log_prob_per_dim(z)


class Residual(nn.Module):
    """x + body(x)."""

    def __init__(self, *body: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(*body)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


def _conv_block(channels: int) -> Residual:
    return Residual(
        nn.SiLU(), nn.Conv2d(channels, channels, 3, padding=1), nn.SiLU(), nn.Conv2d(channels, channels, 1)
    )


def _linear_block(width: int) -> Residual:
    return Residual(nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))


def _upsample(channels: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, 4 * out, 1), nn.PixelShuffle(2))


class Encoder(nn.Module):
    """Image and mask of known pixels, (B, 2, 28, 28) -> mean and log-variance of the code, (B, 2K)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        c, h = config.channels, config.hidden
        self.net = nn.Sequential(
            nn.Conv2d(2, c, 4, stride=2, padding=1),
            _conv_block(c),
            nn.Conv2d(c, 2 * c, 4, stride=2, padding=1),
            *[_conv_block(2 * c) for _ in range(config.blocks)],
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(2 * c * 7 * 7, h),
            _linear_block(h),
            nn.SiLU(),
            nn.Linear(h, 2 * config.latent_dim),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class Decoder(nn.Module):
    """Code and mask of the kept dimensions, (B, 2K) -> Bernoulli logits, (B, 1, 28, 28)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        c, h = config.channels, config.hidden
        self.net = nn.Sequential(
            nn.Linear(2 * config.latent_dim, h),
            _linear_block(h),
            nn.SiLU(),
            nn.Linear(h, 2 * c * 7 * 7),
            nn.Unflatten(1, (2 * c, 7, 7)),
            *[_conv_block(2 * c) for _ in range(config.blocks)],
            _upsample(2 * c, c),
            *[_conv_block(c) for _ in range(config.blocks)],
            nn.SiLU(),
            _upsample(c, c // 2),
            nn.SiLU(),
            nn.Conv2d(c // 2, 1, 3, padding=1),
        )

    def forward(self, code: Tensor) -> Tensor:
        return self.net(code)


class VAE(nn.Module):
    """The one model behind the five jobs."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.prior = Prior(config.latent_dim, config.prior_hidden, config.prior_components)
        self.calibration: ModelStatistics | None = None

    def encode(self, x: Tensor, observed: Tensor | None = None) -> Posterior:
        """The posterior over the code of each image.

        Args:
            x: (B, 1, 28, 28), finite; ink = 1. Noisy pixels may lie outside [0, 1].
            observed: bool (B, 1, 28, 28), True = known; None = all known. Hidden pixels are not looked at.

        Returns:
            mean and logvar, each (B, K).

        Raises:
            InputError: a wrong shape or dtype, or a value not within 1,000,000 of zero.
        """
        check_pictures(x)
        check_model(self, x)
        if observed is not None:
            check_observed(observed, x)
        return self.infer(x, observed)

    def infer(self, x: Tensor, observed: Tensor | None = None) -> Posterior:
        """`encode` without its checks, for training."""
        known = torch.ones_like(x) if observed is None else observed.to(x)
        seen = x if observed is None else torch.where(observed, x, 0)
        mean, logvar = self.encoder(torch.cat([seen, known], dim=1)).chunk(2, dim=1)
        return Posterior(mean.clamp(-FARTHEST_MEAN, FARTHEST_MEAN), logvar.clamp(*LOGVARS))

    def decode(self, z: Tensor) -> Tensor:
        """Bernoulli logits (B, 1, 28, 28) of a code z (B, k), for any 1 <= k <= K.

        Raises:
            InputError: z is not (B, k) with 1 <= k <= K, not float32, or not within 1,000,000 of zero.
        """
        total = self.config.latent_dim
        check_code(z, total, next(self.parameters()))
        kept = torch.arange(total, device=z.device) < z.shape[1]
        return self.decode_kept(F.pad(z, (0, total - z.shape[1])), kept.expand(len(z), -1))

    def reconstruct(self, x: Tensor) -> Tensor:
        """What the posterior mean of each image decodes to, the chance of ink, (B, 1, 28, 28) in [0, 1].

        Raises:
            InputError: as `encode`.
        """
        return torch.sigmoid(self.decode(self.encode(x).mean))

    def decode_kept(self, z: Tensor, kept: Tensor) -> Tensor:
        """Logits of codes z (B, K) of which only the dimensions in kept, bool (B, K), count."""
        mask = kept.to(z)
        return self.decoder(torch.cat([z * mask, mask], dim=1))


def check_model(model: VAE, *inputs: Tensor) -> None:
    """Accept a model in single precision, and inputs that lie on its device."""
    if not isinstance(model, VAE):
        raise InputError(f"model must be a VAE, as vae.load_model() gives it, not {type(model).__name__}")
    weight = next(model.parameters())
    if weight.dtype != torch.float32:
        raise InputError(f"the model's weights must be torch.float32, not {weight.dtype}")
    check_device(weight, *inputs)


def statistics_of(model: VAE) -> ModelStatistics:
    """The part of a model's calibration that pictures need.

    Raises:
        InputError: the model has none.
    """
    if model.calibration is None:
        raise InputError(NOT_CALIBRATED)
    return model.calibration


def calibration_of(model: VAE) -> Calibration:
    """The calibration that belongs to a model.

    Raises:
        InputError: the model has none, or its statistics alone.
    """
    if not isinstance(model.calibration, Calibration):
        raise InputError(NOT_CALIBRATED)
    return model.calibration


def pixel_table(model: VAE) -> Tensor:
    """p(grey level | logit bin) of a model, (N_BINS, N_GREYS), of its precision and on its device.

    Raises:
        InputError: the model has no calibration.
    """
    return statistics_of(model).pixel_table.to(next(model.parameters()))
