"""Our result beside the baselines' on the same digit; the best are marked, whoever they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from torch import Tensor

from ui.view import pictures
from vae.evaluation import figures

OURS = "This model"


@dataclass(frozen=True)
class Measure:
    """What results are compared by."""

    better: str  # "higher" or "lower"
    decimals: int  # that are shown; what is equal at them is tied


PSNR, RMSE = Measure("higher", 1), Measure("lower", 3)


@dataclass(frozen=True)
class Entry:
    """One method's result."""

    name: str
    image: Tensor  # (1, 28, 28) in [0, 1]
    score: float
    words: str  # the score as the visitor reads it, such as "21.3 dB · SSIM 0.91"


def best(entries: Sequence[Entry], by: Measure) -> Entry:
    """The entry with the best score; among tied ones the first."""
    ahead = entries[0]
    for entry in entries[1:]:
        if standing(entry, ahead, by) == "ahead":
            ahead = entry
    return ahead


def standing(entry: Entry, other: Entry, by: Measure) -> figures.Standing:
    """Where an entry stands against another one."""
    return figures.standing(entry.score, other.score, better=by.better, decimals=by.decimals)


def show(entries: Sequence[Entry], by: Measure, *, width: int = 112, has_winner: bool = True) -> None:
    """Show every entry with its score, and the best with a badge where there can be a winner."""
    leader = best(entries, by)
    leaders = [entry for entry in entries if has_winner and standing(entry, leader, by) == "tied"]
    words = "best here" if len(leaders) == 1 else "tied for best"
    with st.container(horizontal=True, gap="small"):
        for entry in entries:
            with st.container(width=width + 24, gap="xsmall"):
                pictures.show(entry.image, alt=f"{entry.name}: {entry.words}", width=width)
                st.markdown(f"**{entry.name}**" if entry.name == OURS else entry.name)
                st.caption(entry.words)
                if entry in leaders:
                    st.badge(words, icon=":material/trophy:", color="green")
