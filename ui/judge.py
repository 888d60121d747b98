"""How strange a picture is, measured against held-out real digits."""

from bisect import bisect_left
from dataclasses import dataclass

import streamlit as st
from torch import Tensor

import vae
from ui import load, remember
from ui.digit import Digit

FALSE_ALARMS = 0.01  # share of real digits that may pass for none
ODD = 0.9  # stranger than this share of real digits
BRIGHTEST_NATS = 1.0  # a pixel's surprise that glows most


@dataclass(frozen=True)
class Verdict:
    """What the model makes of one picture."""

    score: float  # higher is stranger
    n_tamer: int  # held-out real digits that are less strange
    n_real: int  # held-out real digits in all

    @property
    def words(self) -> str:
        """Such as "stranger than 1,987 of 2,000 real digits"."""
        if self.n_tamer == self.n_real:
            return f"stranger than all of {self.n_real:,} real digits"
        return f"stranger than {self.n_tamer:,} of {self.n_real:,} real digits"

    @property
    def share(self) -> float:
        """The share of real digits that are less strange, in [0, 1]."""
        return self.n_tamer / self.n_real

    @property
    def opinion(self) -> str:
        """What the model takes it for."""
        if self.share >= 1 - FALSE_ALARMS:
            return "no digit at all"
        return "an odd digit" if self.share >= ODD else "a digit like any other"


@st.cache_resource(show_spinner=False)
def reference() -> list[float]:
    """The scores of held-out real digits, ascending."""
    return vae.anomaly_reference(load.model()).tolist()


def threshold_for(false_alarms: float) -> float:
    """The score that this share of real digits, in (0, 1], reaches."""
    scores = reference()
    return scores[len(scores) - max(1, round(false_alarms * len(scores)))]


def n_false_alarms(threshold: float) -> int:
    """How many held-out real digits reach a score."""
    return len(reference()) - bisect_left(reference(), threshold)


@remember.briefly
def verdicts(images: list[Tensor]) -> list[Verdict]:
    """The verdict on each picture (1, 28, 28), the same whatever other pictures it is judged with."""
    scores = [float(vae.anomaly_score(load.model(), image[None])) for image in images]
    return [Verdict(score, bisect_left(reference(), score), len(reference())) for score in scores]


def surprise(digit: Digit) -> Tensor:
    """Where a digit's strokes surprise the model, (28, 28) nats."""
    return digit.once("surprise", lambda: vae.surprise_map(load.model(), digit.batch)[0])
