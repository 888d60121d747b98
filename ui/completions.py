"""What the completions of a half-hidden digit look like: groups by class, each with its share as its weight.

Completions are drawn by their weight, so the share of a group says how likely the model finds its class; the
weights are tempered, so the shares are somewhat more even than its belief.
"""

from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor
from torch.nn import functional as F

import vae
from ui import load, remember

N = 100
CONTENDER = 0.25  # share of the completions from which a class may be the one
SURE = 0.95
_SAME = 1 - 1e-5


@dataclass(frozen=True)
class Group:
    """The completions that look like one class."""

    label: int
    n: int
    share: float  # of all completions, in (0, 1]
    images: Tensor  # (n, 1, 28, 28) in [0, 1], the most typical first

    @property
    def name(self) -> str:
        """Such as "a 7" or "an 8"."""
        return f"{'an' if self.label == 8 else 'a'} {self.label}"

    @property
    def weight(self) -> str:
        """Its share in words, such as "83%"."""
        return f"{self.share:.0%}" if self.share >= 0.01 else "< 1%"


@remember.briefly
def of(image: Tensor, known: Tensor) -> tuple[vae.Imputation, list[Group]]:
    """Complete a digit N times and group the completions by what they look like.

    Args:
        image: (1, 28, 28) in [0, 1].
        known: bool (1, 28, 28), True = known.
    """
    filled = vae.impute(load.model(), image[None], known[None], n_samples=N)
    return filled, grouped(filled.samples[:, 0], image)


@st.cache_resource(show_spinner=False)
def first_miss(label: int, _known: Tensor) -> tuple[Tensor, list[Group]]:
    """The first held-out digit of a class, (1, 28, 28), that most completions miss, or the last one."""
    gallery = load.gallery()
    for image in gallery.images[gallery.labels == label]:
        _, groups = of(image, _known)
        if n_like(label, groups) < N / 2:
            break
    return image, groups


def n_like(label: int, groups: list[Group]) -> int:
    """How many completions look like a class."""
    return sum(group.n for group in groups if group.label == label)


def grouped(completions: Tensor, truth: Tensor) -> list[Group]:
    """Group completions (n, 1, 28, 28) of a digit (1, 28, 28) by what they look like, the largest first."""
    labels = _look_like(completions, truth)
    groups = [
        Group(label, int(n), int(n) / len(labels), _typical_first(completions[labels == label]))
        for label, n in enumerate(labels.bincount())
        if n
    ]
    return sorted(groups, key=lambda group: -group.n)


def filmstrip(groups: list[Group], n: int) -> list[tuple[Group, Tensor]]:
    """Choose n completions, group by group: one of each while there is room, the rest by the groups' shares.

    Within a group they are spread evenly from the most typical one on.
    """
    places = dict.fromkeys(range(min(n, len(groups))), 1)
    for _ in range(n - len(places)):
        places[max(places, key=lambda i: groups[i].n / (places[i] + 1))] += 1
    return [
        (groups[i], groups[i].images[j * groups[i].n // places[i]]) for i in places for j in range(places[i])
    ]


def verdict(name: str, groups: list[Group]) -> str:
    """What the model believes of a digit's hidden part, in one sentence."""
    n = sum(group.n for group in groups)
    contenders = [group for group in groups if group.share >= CONTENDER]
    shares = ", ".join(f"{group.n} of {n} completions look like {group.name}" for group in contenders)
    if not contenders:
        return f"The model **has no idea** what {name} was: no digit gets a quarter of its {n} completions."
    if len(contenders) > 1:
        these = " and ".join(str(group.label) for group in contenders)
        return f"On {name}, the model is **torn between {these}**: {shares}."
    sure = "is sure of" if contenders[0].share >= SURE else "leans to"
    return f"On {name}, the model **{sure} {contenders[0].name}**: {shares}."


@st.cache_resource(show_spinner=False)
def accuracy() -> float:
    """How often what a held-out digit looks like, among the other ones, is what it is."""
    gallery = load.gallery()
    likeness = _held_out_codes() @ _held_out_codes().T
    return float((gallery.labels[likeness.fill_diagonal_(-1).argmax(dim=1)] == gallery.labels).float().mean())


def _look_like(images: Tensor, truth: Tensor) -> Tensor:
    """The class of the held-out digit of most similar code, for each image, (n,); the truth is left aside."""
    gallery = load.gallery()
    held_out = _held_out_codes()
    others = (held_out @ _codes(truth[None]).T)[:, 0] < _SAME
    return gallery.labels[others][(_codes(images) @ held_out[others].T).argmax(dim=1)]


@st.cache_resource(show_spinner=False)
def _held_out_codes() -> Tensor:
    return _codes(load.gallery().images)


@torch.inference_mode()
def _codes(images: Tensor) -> Tensor:
    """The directions of the codes of images (N, 1, 28, 28), rows (N, K) of length 1."""
    return F.normalize(load.model().encode(images).mean)


def _typical_first(images: Tensor) -> Tensor:
    """Sort images (n, 1, 28, 28) by their distance to their mean."""
    distance = (images - images.mean(dim=0)).square().sum(dim=(1, 2, 3))
    return images[distance.argsort(stable=True)]
