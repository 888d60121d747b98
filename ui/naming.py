"""What a picture looks like: the digit that its code is likeliest to be, judged by held-out digits' codes."""

from typing import NamedTuple

import torch
from torch import Tensor

from ui.digit.digit import Digit
from ui.shell import cache, load

CLEAR = 0.6  # probability from which a name is given; below it a picture is unclear
_SHARED = 0.5  # of each class's covariance that is the same for all classes
_ROUND = 0.05  # of what results that is a multiple of the identity
_N_FOLDS = 10
_CLASSES = 10


class Namer(NamedTuple):
    """A Gaussian for the codes of each class.

    Source: regularized discriminant analysis, Friedman 1989, doi:10.1080/01621459.1989.10478752.
    """

    means: Tensor  # float64 (10, K)
    factors: Tensor  # float64 (10, K, K), Cholesky factors of the covariances

    def probabilities(self, z: Tensor) -> Tensor:
        """How likely each class is for codes z (N, K), (N, 10)."""
        off = (z.double()[:, None] - self.means)[..., None]
        scaled = torch.linalg.solve_triangular(self.factors, off, upper=False)[..., 0]
        volume = self.factors.diagonal(dim1=1, dim2=2).log().sum(dim=1)
        return (-0.5 * scaled.square().sum(dim=2) - volume).softmax(dim=1)


def names(images: Tensor) -> list[int | None]:
    """Which digit each picture (N, 1, 28, 28) looks like; None where that is unclear."""
    sure, labels = _namer().probabilities(_codes(images)).max(dim=1)
    return [label if p >= CLEAR else None for p, label in zip(sure.tolist(), labels.tolist(), strict=True)]


def said(label: int | None) -> str:
    """A name in a sentence, such as "a 7", "an 8" or "no clear digit"."""
    return "no clear digit" if label is None else f"{'an' if label == 8 else 'a'} {label}"


def looks_like(digit: Digit) -> int | None:
    """Which digit it is, where that is known, else what it looks like; None where that is unclear."""
    return names(digit.batch)[0] if digit.label is None else digit.label


def became(before: Tensor, after: Tensor) -> str | None:
    """What a digit (1, 28, 28) has become where it no longer looks like itself, such as "a 7"; else None."""
    was, now = names(torch.stack([before, after]))
    return None if was is None or now == was else said(now)


@cache.for_good
def accuracy() -> float:
    """How often the held-out digits of nine tenths name those of the last tenth right, of those they name."""
    codes, labels = load.gallery_codes(), load.gallery().labels
    fold = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0)) % _N_FOLDS
    right = named = 0
    for i in range(_N_FOLDS):
        others, mine = fold != i, fold == i
        sure, found = _fitted(codes[others], labels[others]).probabilities(codes[mine]).max(dim=1)
        right += int(((found == labels[mine]) & (sure >= CLEAR)).sum())
        named += int((sure >= CLEAR).sum())
    return right / named


@cache.for_good
def _namer() -> Namer:
    return _fitted(load.gallery_codes(), load.gallery().labels)


def _fitted(codes: Tensor, labels: Tensor) -> Namer:
    """From codes (N, K) and classes (N,) of which each occurs more than once."""
    codes = codes.double()
    means = torch.stack([codes[labels == label].mean(dim=0) for label in range(_CLASSES)])
    off = codes - means[labels]
    own = torch.stack([off[labels == label].T.cov() for label in range(_CLASSES)])
    mixed = torch.lerp(own, off.T @ off / (len(codes) - _CLASSES), _SHARED)
    size = mixed.diagonal(dim1=1, dim2=2).mean(dim=1)[:, None, None]
    identity = torch.eye(codes.shape[1], dtype=torch.float64)
    return Namer(means, torch.linalg.cholesky(torch.lerp(mixed, size * identity, _ROUND)))


@torch.inference_mode()
def _codes(images: Tensor) -> Tensor:
    """The means of the codes of images (N, 1, 28, 28), (N, K)."""
    return load.model().encode(images).mean
