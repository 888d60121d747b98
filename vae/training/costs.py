"""What a batch costs the model, in nats: what one step of training lowers."""

import math

import torch
from torch import Tensor, nn

from vae.model import VAE
from vae.training.augmentation import clean_input, corrupted_input, n_beyond_the_map
from vae.training.hands import augmented
from vae.training.objective import code_nll_nats, elbo, rate
from vae.training.options import Options

SHARE_AUGMENTED = 0.5  # of the digits whose codes are longer than two numbers, which have no room for hands
CORRUPTED = 2  # one digit in so many is also seen noisy or partly hidden
CODE_NLL_WEIGHT = 0.5  # of the code's negative log density given a corrupted digit, beside the ELBO


class Costs(nn.Module):
    """The loss of a batch and its parts, each the mean over the batch."""

    def __init__(self, model: VAE, options: Options, in_bfloat16: bool) -> None:
        super().__init__()
        self.model, self.options, self.in_bfloat16 = model, options, in_bfloat16

    @property
    def names(self) -> tuple[str, ...]:
        """Of the costs; "loss" is to be lowered."""
        return ("loss", "kl") if self.options.learn == "prior" else ("loss", "elbo", "kl", "code_nll")

    def forward(self, images: Tensor, kl_weight: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        """Of images (B, 1, 28, 28) in [0, 1]; kl_weight: (), 0 to 1."""
        if self.options.learn == "prior":
            return self._of_prior(images, generator)
        return self._of_all(images, kl_weight, generator)

    def _of_all(self, images: Tensor, kl_weight: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        options = self.options
        n_augmented = math.ceil(SHARE_AUGMENTED * n_beyond_the_map(len(images), options.codes))
        images = augmented(images, n_augmented, generator)
        clean = clean_input(images, options.latent_dim, options.codes, generator)
        corrupted = corrupted_input(images[::CORRUPTED], options.corruptions, generator)
        with self._autocast(images):
            bound = elbo(self.model, clean, generator)
            code_nll = code_nll_nats(self.model, corrupted, bound.z[::CORRUPTED].detach()).mean()
        loss = (kl_weight * bound.kl - bound.log_px).mean() + CODE_NLL_WEIGHT * code_nll
        elbo_nats = (bound.log_px - bound.kl).mean()
        return {"loss": loss, "elbo": elbo_nats, "kl": bound.kl.mean(), "code_nll": code_nll}

    def _of_prior(self, images: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        clean = clean_input(images, self.options.latent_dim, self.options.codes, generator)
        with self._autocast(images):
            kl = rate(self.model, clean, generator)[0].mean()
        return {"loss": kl, "kl": kl}

    def _autocast(self, images: Tensor) -> torch.autocast:
        return torch.autocast(images.device.type, torch.bfloat16, enabled=self.in_bfloat16)
