"""One rule for how figures are shown and for who is ahead."""

import pytest

from vae.evaluation.figures import decimals, standing


@pytest.mark.parametrize(
    ("figures", "n"),
    [
        ([10.0, 8.0], 0),
        ([1234.5, 3.0], 1),
        ([21.234, 19.0], 2),
        ([0.95, 0.5], 4),
        ([0.5, 0.123], 3),
        ([0.005, 0.001], 4),
        ([-21.2, 3.0], 2),
    ],
)
def test_decimals_suit_the_figures(figures: list[float], n: int) -> None:
    assert decimals(figures) == n


@pytest.mark.parametrize(
    ("ours", "other", "better", "n", "where"),
    [
        (21.23, 21.22, "higher", 2, "ahead"),
        (21.23, 21.22, "lower", 2, "behind"),
        (21.23, 21.22, "higher", 1, "tied"),
        (0.99988, 0.99992, "higher", 4, "tied"),
        (-1.0, 1.0, "lower", 0, "ahead"),
        (float("inf"), 3.0, "higher", 1, "ahead"),
        (float("inf"), float("inf"), "higher", 1, "tied"),
    ],
)
def test_who_is_ahead(ours: float, other: float, better: str, n: int, where: str) -> None:
    assert standing(ours, other, better=better, decimals=n) == where
