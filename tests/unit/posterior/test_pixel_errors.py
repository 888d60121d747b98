"""How errors of neighbouring pixels go together: the kernel and what follows from it."""

import torch

from vae.posterior.pixel_errors import REACH, correlations, measure_kernel


def test_correlations_are_where_the_pixels_are() -> None:
    assert correlations(torch.zeros(5, 5), torch.arange(9, device="meta")).device.type == "meta"


def test_a_kernel_is_that_of_the_errors() -> None:
    noise = torch.randn((500, 28, 28), generator=torch.Generator().manual_seed(0))
    errors = 0.1 * (noise + noise.roll(1, dims=2)) / 2**0.5
    kernel = measure_kernel(errors, torch.full_like(errors, 0.1))
    centre = REACH
    assert torch.allclose(kernel[centre], torch.tensor([0.0, 0.475, 1.0, 0.475, 0.0]), atol=0.02)
    assert kernel[centre + 1].abs().max() < 0.02


def test_no_pattern_of_errors_has_a_negative_variance() -> None:
    blots = torch.randn((500, 7, 7), generator=torch.Generator().manual_seed(0))
    errors = blots.repeat_interleave(4, dim=1).repeat_interleave(4, dim=2)
    kernel = measure_kernel(errors, torch.ones_like(errors))
    values = torch.linalg.eigvalsh(correlations(kernel.double(), torch.arange(784)))
    assert 0.03 < values.min() < 0.2 < values.max()
