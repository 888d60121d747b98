"""The model and the gallery, once in a process, shared by all visitors."""

import torch
from torch import Tensor

import vae
from ui.shell import cache


@cache.for_good
def model() -> vae.VAE:
    """The shipped model, ready to use, on one thread a session."""
    torch.set_num_threads(1)
    return vae.load_model()


@cache.for_good
def gallery() -> vae.Gallery:
    """The held-out digits that a visitor can pick from."""
    return vae.load_gallery()


@cache.for_good
@torch.inference_mode()
def gallery_codes() -> Tensor:
    """The means of the codes of the held-out digits, (N, K)."""
    return model().encode(gallery().images).mean
