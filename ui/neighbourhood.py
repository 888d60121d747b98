"""Which held-out digits lie near a point of the latent map."""

from collections import Counter
from collections.abc import Sequence

import torch

from ui import naming
from ui.digit.digit import Digit
from ui.shell import load
from ui.view import plane, ring

N_NEAR = 20


def neighbours(point: Sequence[float], n: int) -> list[Digit]:
    """The n held-out digits nearest to a point on the map, the nearest first."""
    gallery = load.gallery()
    distance = (plane.of_gallery() - torch.tensor(point)).square().sum(dim=1)
    nearest = distance.argsort()[:n].tolist()
    return [Digit(gallery.images[i], "gallery", int(gallery.labels[i])) for i in nearest]


def whereabouts(mine: Digit) -> str:
    """Where a digit lies on the map, and which held-out digits surround it, in two sentences."""
    right, up = point = plane.point_of(mine.image)
    counts = Counter(digit.label for digit in neighbours(point, N_NEAR)).most_common()
    around = ", ".join(
        f"{count} are {label}s" if count > 1 else f"1 is {naming.said(label)}" for label, count in counts
    )
    unsure = "" if ring.around(mine.image) else ", but it is too unsure of them to draw a ring on the map"
    return (
        f"The model boils {mine.name} down to two numbers, **{right:.2f} and {up:.2f}**{unsure}. "
        f"Of the {N_NEAR} held-out digits (real handwriting, never used in training) nearest to it, {around}."
    )
