"""How good a model is on validation digits after each epoch."""

import torch
from torch import Tensor

from vae.model import VAE
from vae.training.augmentation import CleanInput
from vae.training.data import as_images, binarize
from vae.training.objective import elbo

N_CHECKED = 1000  # validation digits, all in one batch


def checked_images(digits: Tensor, device: torch.device) -> Tensor:
    """The first validation digits uint8 (N, 28, 28) as binarized images, (B, 1, 28, 28), on a device.

    They are the same for every run, so that runs can be compared.
    """
    return binarize(as_images(digits[:N_CHECKED]), torch.Generator().manual_seed(0)).to(device)


def validation_elbo(model: VAE, images: Tensor) -> dict[str, float]:
    """ELBO in nats of images (B, 1, 28, 28), mean over them, at K dimensions and at two; one draw each."""
    latent_dim = model.config.latent_dim
    lengths = {"validation_elbo": latent_dim, "validation_elbo_2": min(2, latent_dim)}
    return {name: _elbo(model.eval(), images, n_dims) for name, n_dims in lengths.items()}


@torch.inference_mode()
def _elbo(model: VAE, images: Tensor, n_dims: int) -> float:
    kept = torch.arange(model.config.latent_dim, device=images.device) < n_dims
    clean = CleanInput(images, kept.expand(len(images), -1))
    bound = elbo(model, clean, torch.Generator(images.device).manual_seed(0))
    return (bound.log_px - bound.kl).mean().item()
