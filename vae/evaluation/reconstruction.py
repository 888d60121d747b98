"""Reconstructions: what the code of an image is decoded to."""

import torch
from torch import Tensor

import vae


@torch.inference_mode()
def reconstruct(model: vae.VAE, x: Tensor) -> Tensor:
    """What the mean code of each image (B, 1, 28, 28) decodes to, of the same shape, in [0, 1]."""
    return torch.sigmoid(model.decode(model.encode(x).mean))
