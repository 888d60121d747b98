"""How strange a picture is, measured against held-out real digits, and what the model calls it."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal, NamedTuple

from torch import Tensor

import vae
from ui import naming
from ui.digit import letters_and_shapes
from ui.shell import cache, load
from vae.jobs.anomaly_detection import anomaly_parts
from vae.model import calibration_of

Word = Literal["digit", "odd digit", "not a digit"]
ALARMS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)  # shares of real digits that may set it off
ALARM = 0.01  # until the visitor chooses
ODD = 0.9  # stranger than this share of real digits
BRIGHTEST_NATS = 1.0  # a pixel's surprise that glows most


@dataclass(frozen=True)
class Verdict:
    """What the model makes of one picture."""

    score: float  # higher is stranger
    n_less_strange: int  # held-out real digits that are less strange
    n_real: int  # held-out real digits in all
    looks_like: int | None  # the digit that the closest picture looks like; None = unclear

    @property
    def words(self) -> str:
        """Such as "stranger than 1,987 of 2,000 real digits"."""
        count = {0: "none", self.n_real: "all"}.get(self.n_less_strange, f"{self.n_less_strange:,}")
        return f"stranger than {count} of {self.n_real:,} real digits"

    @property
    def rank(self) -> str:
        """In percent, such as "stranger than 73% of real digits"; in numbers below 1% and at 100%."""
        percent = 100 * self.n_less_strange // self.n_real
        return f"stranger than {percent}% of real digits" if 0 < percent < 100 else self.words

    def word(self, alarm: float = ALARM) -> Word:
        """What to call it where this share of real digits, the strangest, sets off the alarm."""
        if self.score >= threshold_for(alarm):
            return "not a digit"
        return "odd digit" if self.n_less_strange >= ODD * self.n_real else "digit"


class Excess(NamedTuple):
    """In each part of the score, by how many standard deviations a picture is above a typical digit."""

    off: float  # how much farther out its code is
    unexplained: float  # how much more its code leaves unexplained


@cache.for_good
def reference() -> list[float]:
    """The scores of held-out real digits, ascending."""
    return vae.anomaly_reference(load.model()).tolist()


def threshold_for(alarm: float) -> float:
    """The score that this share of real digits, in (0, 1], reaches."""
    scores = reference()
    return scores[len(scores) - max(1, round(alarm * len(scores)))]


def n_false_alarms(alarm: float) -> int:
    """How many held-out real digits set off the alarm."""
    return len(reference()) - bisect_left(reference(), threshold_for(alarm))


@cache.briefly(entry_kb=8)
def verdicts(images: list[Tensor]) -> list[Verdict]:
    """The verdict on each picture (1, 28, 28), the same whatever other pictures it is judged with."""
    return [_verdict(image[None]) for image in images]


@cache.for_good
def of_ready_made(names: tuple[str, ...]) -> list[Verdict]:
    """The verdict on each letter or shape of `letters_and_shapes`, by name."""
    return verdicts([letters_and_shapes.picture(name) for name in names])


@cache.briefly(entry_kb=4)
def nearest(image: Tensor) -> Tensor:
    """The closest picture to one (1, 28, 28) that the model can draw: what its code decodes to."""
    return load.model().reconstruct(image[None])[0]


@cache.briefly(entry_kb=4)
def surprise(image: Tensor) -> Tensor:
    """Where the strokes of a picture (1, 28, 28) surprise the model, (28, 28) nats."""
    return vae.surprise_map(load.model(), image[None])[0]


@cache.briefly(entry_kb=1)
def excess(image: Tensor) -> Excess:
    """How a picture (1, 28, 28) differs from a typical digit."""
    return Excess(*(_parts(image[None])[0] - _typical_parts()).tolist())


def _verdict(x: Tensor) -> Verdict:
    score = float(_parts(x).sum())  # what vae.anomaly_score gives
    (looks_like,) = naming.names(load.model().reconstruct(x))
    return Verdict(score, bisect_left(reference(), score), len(reference()), looks_like)


@cache.for_good
def _typical_parts() -> Tensor:
    """The median of each part of the score over the gallery's digits, (2,)."""
    return _parts(load.gallery().images).median(dim=0).values


def _parts(x: Tensor) -> Tensor:
    """The two parts of the score in standard deviations over held-out digits, (B, 2)."""
    parts = anomaly_parts(load.model(), x)
    return parts / calibration_of(load.model()).anomaly_scales.to(parts)
