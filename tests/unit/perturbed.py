"""Another processor: the same codes read with arithmetic whose last digits differ."""

import copy

import torch
from torch import Tensor, nn

from vae.codec.range_coding import Coder

RELATIVE = 1e-9  # far more than the order of summation changes in float64, about 1e-14


def _noisy(x: Tensor, generator: torch.Generator) -> Tensor:
    return x * (1 + RELATIVE * torch.randn(x.shape, generator=generator, dtype=x.dtype))


def perturbed(coder: Coder, *, seed: int = 0) -> Coder:
    """A copy of a coder, every number of whose networks is off by a relative 1e-9."""
    generator = torch.Generator().manual_seed(seed)
    other = copy.copy(coder)
    other.prior, other.decoder = copy.deepcopy(coder.prior), copy.deepcopy(coder.decoder)

    def disturb(layer: nn.Module, inputs: object, output: Tensor) -> Tensor:
        return _noisy(output, generator)

    for network in (other.prior.net, other.decoder.net):
        for layer in network:
            layer.register_forward_hook(disturb)
    return other
