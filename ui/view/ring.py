"""The ring around a digit on the latent map: the ellipse that holds 86 % of its posterior."""

import math

import torch
from torch import Tensor

from ui.shell import load

_STANDARD_DEVIATIONS = 2
_N_POINTS = 96
_WIDEST = 1.5  # on the map; of held-out digits' rings the widest is 1.3, the prior's own is 4


def around(image: Tensor) -> list[list[float]] | None:
    """Where on the map the encoder believes an image to lie, by its posterior q(z1, z2 | x).

    Args:
        image: (1, 28, 28) in [0, 1].

    Returns:
        Standard coordinates u1, u2 of points along the ring; None where it is far wider or higher than any
        held-out digit's. The encoder then hardly knows where the image lies, and what would be drawn is a
        zigzag across the map, as standard coordinates are far from linear in the code over such a distance.
    """
    points = _ellipse(image)
    size = points.amax(dim=0) - points.amin(dim=0)
    return points.tolist() if size.max() <= _WIDEST else None


@torch.inference_mode()
def _ellipse(image: Tensor) -> Tensor:
    """The ellipse of an image's posterior in standard coordinates, (_N_POINTS, 2)."""
    model = load.model()
    q = model.encode(image[None])
    mean, std = q.mean[:, :2], q.logvar[:, :2].mul(0.5).exp()
    angle = torch.linspace(0, 2 * math.pi, _N_POINTS + 1)[:-1, None]
    circle = torch.cat([angle.cos(), angle.sin()], dim=1)
    return model.prior.to_standard(mean + _STANDARD_DEVIATIONS * std * circle)
