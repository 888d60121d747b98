"""Our result beside its rivals' on the same digit; the best is marked, whoever it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from torch import Tensor

from ui import pictures

OURS = "This model"


@dataclass(frozen=True)
class Entry:
    """One method's result."""

    name: str
    image: Tensor  # (1, 28, 28) in [0, 1]
    score: float
    words: str  # the score as the visitor reads it, such as "21.3 dB · SSIM 0.91"


def winner(entries: Sequence[Entry], *, lowest_wins: bool) -> Entry:
    """The entry with the best score."""
    return (min if lowest_wins else max)(entries, key=lambda entry: entry.score)


def show(entries: Sequence[Entry], *, lowest_wins: bool, width: int = 112) -> None:
    """Show every entry with its score, the winner with a badge."""
    best = winner(entries, lowest_wins=lowest_wins)
    with st.container(horizontal=True, gap="small"):
        for entry in entries:
            with st.container(width=width + 24, gap="xsmall"):
                pictures.show(entry.image, alt=f"{entry.name}: {entry.words}", width=width)
                st.markdown(f"**{entry.name}**" if entry.name == OURS else entry.name)
                st.caption(entry.words)
                if entry is best:
                    st.badge("best here", icon=":material/trophy:", color="green")
