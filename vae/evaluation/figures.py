"""How figures are shown, and who is ahead: one rule for the Scoreboard, the model card and the pages."""

import math
from collections.abc import Sequence
from typing import Literal

Standing = Literal["ahead", "tied", "behind"]


def decimals(figures: Sequence[float], goal: float | None = None) -> int:
    """How many decimals tell these figures apart: more where they crowd under 1, none for whole numbers."""
    largest = max(abs(figure) for figure in figures)
    if all(float(figure).is_integer() for figure in (*figures, goal or 0)):
        return 0
    if 0 < largest < 0.01:
        return 1 - math.floor(math.log10(largest))
    return 1 if largest >= 1000 else 2 if largest > 1 else 4 if largest > 0.9 else 3


def standing(ours: float, other: float, *, better: str, decimals: int) -> Standing:
    """Where a figure stands against another; at the decimals shown, equal figures are tied.

    Args:
        better: "higher" or "lower".
    """
    ours, other = round(ours, decimals), round(other, decimals)
    if ours == other:
        return "tied"
    return "ahead" if (ours > other) == (better == "higher") else "behind"
