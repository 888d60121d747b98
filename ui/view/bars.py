"""Horizontal bars as plain HTML: lighter than a chart, in the page's own font, and read out as a sentence."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Literal, NamedTuple

import streamlit as st

from ui.view.charts import BASELINES, LOST, OURS

Kind = Literal["ours", "lost", "baseline", "limit"]

_COLOURS: dict[Kind, str] = {
    "ours": OURS,
    "lost": LOST,
    "baseline": BASELINES[0],
    "limit": BASELINES[0],
}


class Bar(NamedTuple):
    """One figure, and how it is called and written."""

    name: str
    figure: float
    words: str
    kind: Kind


def style() -> None:
    """What all bars of a page need once, before the first."""
    st.html(Path(__file__).with_suffix(".css"))


def group(bars: Sequence[Bar], *, start: float, note: str) -> str:
    """Bars on one scale, one under the other, as HTML.

    Args:
        bars: the longest fills the width; of a limit only the outline is drawn.
        start: the figure at which they all begin; a lower one has no length.
        note: a few words below, such as the unit.
    """
    longest = max(bar.figure for bar in bars) - start or 1.0
    said = "; ".join(f"{bar.name}: {bar.words}" for bar in bars)
    lines = "".join(_line(bar, max(bar.figure - start, 0) / longest) for bar in bars)
    return (
        f'<div class="bars" role="img" aria-label="{escape(f"{said}; {note}")}">'
        f"{lines}<small>{escape(note)}</small></div>"
    )


def side_by_side(figures: Sequence[tuple[str, str]]) -> str:
    """Groups of bars side by side as there is room, each a pair of its title and its HTML."""
    each = (f"<figure><figcaption>{escape(title)}</figcaption>{bars}</figure>" for title, bars in figures)
    return f'<div class="side-by-side">{"".join(each)}</div>'


def stacked(parts: Sequence[Bar]) -> str:
    """One bar in parts as long as their figures, with their names below, as HTML."""
    said = ", ".join(f"{part.name} {part.words}" for part in parts)
    lengths = "".join(f'<i style="flex:{part.figure};{_colour(part)}"></i>' for part in parts)
    names = "".join(
        f'<span><i style="{_colour(part)}"></i>{escape(part.name)} <b>{escape(part.words)}</b></span>'
        for part in parts
    )
    return (
        f'<div class="stacked" role="img" aria-label="{escape(said)}"><div>{lengths}</div>'
        f"<p>{names}</p></div>"
    )


def _line(bar: Bar, share: float) -> str:
    return (
        f'<span class="{bar.kind}">{escape(bar.name)}</span><div class="{bar.kind}">'
        f'<i style="--share:{share:.4f};{_colour(bar)}"></i>{escape(bar.words)}</div>'
    )


def _colour(bar: Bar) -> str:
    return f"--colour:{_COLOURS[bar.kind]}"
