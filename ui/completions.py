"""What the completions of a half-hidden digit look like: groups by class, each with its share as its weight.

Completions are drawn by their weight, so the share of a group says how likely the model finds its class; the
weights are tempered, so the shares are somewhat more even than its posterior.
"""

from dataclasses import dataclass

from torch import Tensor

import vae
from ui import naming
from ui.shell import cache, load

N = 100
CONTENDER = 0.25  # share of the completions from which a class may be the one
SURE = 0.95


@dataclass(frozen=True)
class Group:
    """The completions that look like one class, or like none."""

    label: int | None  # None = unclear
    n: int
    share: float  # of all completions, in (0, 1]
    images: Tensor  # (n, 1, 28, 28) in [0, 1], the most typical first

    @property
    def name(self) -> str:
        """Such as "a 7", "an 8" or "no clear digit"."""
        return naming.said(self.label)

    @property
    def short(self) -> str:
        """Such as "7" or "unclear"."""
        return "unclear" if self.label is None else str(self.label)

    @property
    def weight(self) -> str:
        """Its share in words, such as "83%"."""
        return f"{self.share:.0%}" if self.share >= 0.01 else "< 1%"


@cache.briefly(entry_kb=15)
def one(image: Tensor, known: Tensor) -> vae.Imputation:
    """A digit (1, 28, 28) completed once, where known, bool (1, 28, 28), is True for the pixels seen."""
    return vae.impute(load.model(), image[None], known[None], n_samples=1)


@cache.briefly(entry_kb=700)
def of(image: Tensor, known: Tensor) -> tuple[vae.Imputation, list[Group]]:
    """Complete a digit N times and group the completions by what they look like.

    Args:
        image: (1, 28, 28) in [0, 1].
        known: bool (1, 28, 28), True = known.
    """
    filled = vae.impute(load.model(), image[None], known[None], n_samples=N)
    return filled, grouped(filled.samples[:, 0])


@cache.for_good
def first_miss(label: int, known: Tensor) -> tuple[Tensor, list[Group]]:
    """The first held-out digit of a class, (1, 28, 28), that most completions miss, or the last one.

    Args:
        label: the class.
        known: bool (1, 28, 28), True = known.
    """
    gallery = load.gallery()
    for image in gallery.images[gallery.labels == label]:
        _, groups = of(image, known)
        if n_like(label, groups) < N / 2:
            break
    return image, groups


def n_like(label: int, groups: list[Group]) -> int:
    """How many completions look like a class."""
    return sum(group.n for group in groups if group.label == label)


def grouped(completions: Tensor) -> list[Group]:
    """Group completions (n, 1, 28, 28) by what they look like, the largest group first."""
    names = naming.names(completions)
    groups = []
    for label in dict.fromkeys(names):
        alike = completions[[name == label for name in names]]
        groups.append(Group(label, len(alike), len(alike) / len(names), _typical_first(alike)))
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
    """What the model finds likely for a digit's hidden part, in one sentence."""
    n = sum(group.n for group in groups)
    contenders = [group for group in groups if group.label is not None and group.share >= CONTENDER]
    shares = ", ".join(f"{group.n} of {n} completions look like {group.name}" for group in contenders)
    if not contenders:
        return f"The model **has no idea** what {name} was: no digit gets a quarter of its {n} completions."
    if len(contenders) > 1:
        these = " and ".join(str(group.label) for group in contenders)
        return f"On {name}, the model is **torn between {these}**: {shares}."
    sure = "is sure of" if contenders[0].share >= SURE else "leans towards"
    return f"On {name}, the model **{sure} {contenders[0].name}**: {shares}."


def _typical_first(images: Tensor) -> Tensor:
    """Sort images (n, 1, 28, 28) by their distance to their mean."""
    distance = (images - images.mean(dim=0)).square().sum(dim=(1, 2, 3))
    return images[distance.argsort(stable=True)]
