"""The model and the gallery, once in a process, shared by all visitors."""

import torch

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
