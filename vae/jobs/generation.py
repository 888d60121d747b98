"""Job 2: generation. Samples, the map of two numbers, and the path from one digit to another."""

import torch
from torch import Tensor
from torch.nn import functional as F

from vae.checks import SIDE, InputError, check_count, check_image, check_number, is_number, seeded, shown
from vae.model import VAE, check_model, pixel_table, statistics_of
from vae.posterior.pixel_errors import correlations
from vae.posterior.pixels import bin_of, quantile
from vae.prior import check_standard

GREY_SPREAD = 0.5  # standard deviation of the quantiles of grey values; nearest to validation digits
SMALLEST_SHARE = 1e-9  # of the prior beyond the outermost sample
DRAWN_AT_ONCE, DECODED_AT_ONCE = 128, 1024  # digits, which bounds their memory


def _logits(model: VAE, u: Tensor) -> Tensor:
    """Logits of ink, (N, 1, 28, 28), at standard coordinates u (N, K)."""
    return model.decode(model.prior.from_standard(u))


@torch.inference_mode()
def sample(model: VAE, n: int, *, temperature: float = 1.0, seed: int = 0) -> Tensor:
    """New digits: codes from the prior, decoded, and grey values drawn as the decoder expects them.

    Each code is distributed as the prior, and together they are spread evenly over it (scrambled Sobol
    points), so that even a few samples show its variety. A decoded code is the chance of ink at each pixel,
    which is blurry. So each pixel takes a quantile of its grey levels, and neighbours take nearly the same
    one, as their errors go together.

    Args:
        n: how many, 1 to 100,000.
        temperature: standard deviation of the standard coordinates, 0 to 3; below 1 more typical digits.
        seed: same seed, same digits.

    Returns:
        (n, 1, 28, 28) in [0, 1], grey values.

    Raises:
        InputError: n or temperature out of range, or the model has no calibration.

    Sources: scrambled points, Owen 1998, doi:10.1006/jcom.1998.0487; neighbours are joined by a Gaussian
    copula, Nelsen 2006, doi:10.1007/0-387-28678-0.
    """
    check_model(model)
    n = check_count("n", n, 1, 100_000)
    temperature = check_number("temperature", temperature, 0, 3)
    generator, device = seeded(seed), next(model.parameters()).device
    table, every_pixel = pixel_table(model), torch.arange(SIDE**2)
    joint = torch.linalg.cholesky(correlations(statistics_of(model).residual_kernel, every_pixel)).float().T
    points = torch.quasirandom.SobolEngine(model.config.latent_dim, scramble=True, seed=int(seed))
    samples = []
    for done in range(0, n, DRAWN_AT_ONCE):
        count = min(DRAWN_AT_ONCE, n - done)
        even = points.draw(count, dtype=torch.float64).clamp(SMALLEST_SHARE, 1 - SMALLEST_SHARE)
        u = temperature * torch.special.ndtri(even).float()
        grey = GREY_SPREAD * temperature * torch.randn((count, SIDE**2), generator=generator)
        logits = _logits(model, u.to(device))
        share = torch.special.ndtr(grey @ joint).view_as(logits)
        samples.append(quantile(table, bin_of(logits), share.to(device)))
    return torch.cat(samples)


@torch.inference_mode()
def decode_standard(model: VAE, u: Tensor) -> Tensor:
    """The digits whose first standard coordinates are u, all others at their median given those before.

    Args:
        u: (N, k), 1 <= k <= K, within 37 of zero; each coordinate is standard normal under the prior.

    Returns:
        (N, 1, 28, 28) in [0, 1], the chance of ink.

    Raises:
        InputError: a wrong shape or dtype, or a value that is not within 37 of zero.
    """
    check_model(model)
    check_standard(u, model.prior)
    whole = F.pad(u, (0, model.config.latent_dim - u.shape[1]))
    return torch.cat([torch.sigmoid(_logits(model, part)) for part in whole.split(DECODED_AT_ONCE)])


@torch.inference_mode()
def latent_grid(model: VAE, n_side: int, *, extent: float = 3.0) -> Tensor:
    """The map of two numbers: the digit at each point of a square in the first two standard coordinates.

    All other numbers are where `decode_standard` leaves them, at the middle of what the prior expects.

    Args:
        n_side: points along a side, 1 to 100.
        extent: the square is [-extent, extent]^2 standard deviations, 0 < extent <= 6.

    Returns:
        (n_side, n_side, 28, 28) in [0, 1]; rows go up in the second coordinate, from -extent to extent,
        columns in the first.

    Raises:
        InputError: n_side or extent out of range.
    """
    check_model(model)
    n_side = check_count("n_side", n_side, 1, 100)
    if not (is_number(extent) and 0 < extent <= 6):
        raise InputError(f"extent must be above 0 and at most 6, not {shown(extent)}")
    extent = float(extent)
    axis = torch.linspace(-extent, extent, n_side) if n_side > 1 else torch.zeros(1)
    point = torch.cartesian_prod(axis, axis).flip(1).to(next(model.parameters()).device)
    return decode_standard(model, point)[:, 0].unflatten(0, (n_side, n_side))


@torch.inference_mode()
def interpolate(model: VAE, a: Tensor, b: Tensor, n_frames: int) -> Tensor:
    """A morph from image a to image b along a straight line in standard coordinates.

    Args:
        a, b: (1, 28, 28) in [0, 1].
        n_frames: 2 to 1,000; the first frame is a's reconstruction, the last b's.

    Returns:
        (n_frames, 1, 28, 28) in [0, 1].

    Raises:
        InputError: a wrong shape, a value outside [0, 1] or not finite, or n_frames out of range.
    """
    check_image(a)
    check_image(b)
    check_model(model, a, b)
    n_frames = check_count("n_frames", n_frames, 2, 1000)
    start, end = model.prior.to_standard(model.encode(torch.stack([a, b])).mean)
    share = torch.linspace(0, 1, n_frames, device=start.device)[:, None]
    return decode_standard(model, start + share * (end - start))
