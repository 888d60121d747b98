"""A small part of each kind of try, but for the browsers: `make robust` makes the whole."""

from collections.abc import Callable, Iterator

import pytest

from tests.robust import broken_files, corpus, fuzz, supply, training

SMALL = {
    "fuzz": (fuzz.tries, 2000),
    "codes": (corpus.tries, 12),
    "training": (training.tries, 1),
    "broken files": (broken_files.tries, 1),
    "supply": (supply.tries, supply.N),
}


@pytest.mark.parametrize(("tries", "n"), SMALL.values(), ids=SMALL.keys())
def test_nothing_breaks(tries: Callable[[int], Iterator[str | None]], n: int) -> None:
    outcomes = list(tries(n))
    assert len(outcomes) == n
    assert [outcome for outcome in outcomes if outcome is not None] == []
