"""How like real handwriting a picture is: its nearest held-out digit, and how near that is for its kind.

Distance is Euclidean, over all pixels; strokes are compared by the cosine between them.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

import vae
from ui.digit.digit import Digit
from ui.shell import cache, load
from ui.view import pictures

_WORDS = ((0.05, "very near"), (0.5, "near"), (0.95, "typical"), (1.0, "far"))


@dataclass(frozen=True)
class Match:
    """The held-out digit nearest to a picture."""

    digit: Digit
    distance: float
    share: float  # of the real digits of its class that are nearer than this to another real digit

    @property
    def word(self) -> str:
        """How near it is, in words."""
        return next(word for limit, word in _WORDS if self.share <= limit)

    def beside(self, image: Tensor) -> Tensor:
        """A picture (1, 28, 28) with its match on the right, (1, 28, 56)."""
        return pictures.sheet(torch.stack([image, self.digit.image]), 2)


def matches(images: Tensor) -> list[Match]:
    """The nearest held-out digit of each picture (N, 1, 28, 28)."""
    gallery = load.gallery()
    distances, nearest = _to_gallery(images).min(dim=1)
    found = []
    for distance, i in zip(distances.tolist(), nearest.tolist(), strict=True):
        label = int(gallery.labels[i])
        among_real = _among_real()[gallery.labels == label]
        share = (among_real < distance).float().mean().item()
        found.append(Match(Digit(gallery.images[i], "gallery", label), distance, share))
    return found


def originality(found: list[Match]) -> str:
    """Whether the samples are copies, as far as held-out digits can tell."""
    near = sum(match.share < 0.5 for match in found)
    nearest = min(match.distance for match in found)
    lie = "lies" if near == 1 else "lie"
    return (
        f"**Copied or invented?** {near} of these {len(found)} {lie} nearer to a held-out digit than most "
        f"real digits of its class do. The closest pair is {nearest:.1f} apart, as a distance over all "
        f"pixels; when the model copies a digit, its copy is usually {copying_error():.1f} away."
    )


@cache.for_good
def copying_error() -> float:
    """The median distance from a held-out digit to the model's own copy of it."""
    images = load.gallery().images
    return (load.model().reconstruct(images) - images).flatten(1).norm(dim=1).median().item()


@cache.for_good
@torch.inference_mode()
def strangest(n: int, n_samples: int) -> Tensor:
    """Of many samples the n with strokes least like a held-out digit's, the worst first, (n, 1, 28, 28)."""
    samples = vae.sample(load.model(), n_samples)
    alike = _strokes(samples) @ _strokes(load.gallery().images).T
    return samples[alike.amax(dim=1).argsort()[:n]]


def _strokes(images: Tensor) -> Tensor:
    """Where the ink of images (N, 1, 28, 28) lies, however much it is: rows (N, 784) of length 1."""
    return F.normalize(F.avg_pool2d(images, 3, stride=1, padding=1).flatten(1))


@cache.for_good
def _among_real() -> Tensor:
    """The distance of each held-out digit to the nearest other one, (N,)."""
    distances = _to_gallery(load.gallery().images)
    return distances.fill_diagonal_(torch.inf).amin(dim=1)


def _to_gallery(images: Tensor) -> Tensor:
    return torch.cdist(images.flatten(1), load.gallery().images.flatten(1))
