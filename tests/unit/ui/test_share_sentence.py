"""The sentence that goes with a shared digit: from the real verdict, in the words of whoever shares it."""

from dataclasses import replace

import pytest

from ui import anomaly_verdict
from ui.anomaly_verdict import Verdict
from ui.digit import digit, share_sentence
from ui.digit.digit import Digit

DRAWN = digit.from_gallery(7)
VERDICT = Verdict(score=0.0, n_less_strange=1460, n_real=2000, looks_like=7)


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch):
    """`judge(verdict)` makes this the verdict on everything."""
    return lambda verdict: monkeypatch.setattr(anomaly_verdict, "verdicts", lambda images: [verdict])


def brought(source: str, called: str | None = None) -> Digit:
    return replace(DRAWN, source=source, label=None, called=called)


@pytest.mark.parametrize(
    ("mine", "subject"),
    [
        (brought("drawing"), "My 7"),
        (brought("upload"), "My 7"),
        (brought("link", "this drawing"), "This 7"),
        (replace(DRAWN, source="link"), "This 7"),
        (digit.ready_made("Star"), "This star"),
        (digit.ready_made("Q"), "This letter Q"),
    ],
)
def test_a_digit_is_called_as_whoever_shares_it_would(judge, mine: Digit, subject: str):
    judge(VERDICT)
    assert share_sentence.about(mine) == f"{subject} is stranger than 73% of real digits."


@pytest.mark.parametrize(
    ("mine", "subject"),
    [
        (brought("drawing"), "My drawing"),
        (brought("upload"), "My picture"),
        (brought("link", "this drawing"), "This drawing"),
        (brought("link", "this digit"), "This digit"),
    ],
)
@pytest.mark.parametrize("verdict", [replace(VERDICT, looks_like=None), replace(VERDICT, score=99.0)])
def test_what_looks_like_no_digit_is_called_none(judge, mine: Digit, subject: str, verdict: Verdict):
    judge(verdict)
    assert share_sentence.about(mine).startswith(f"{subject} is stranger than ")


@pytest.mark.parametrize(
    ("n_less_strange", "words"),
    [
        (0, "none of 2,000"),
        (19, "19 of 2,000"),
        (20, "1% of"),
        (1999, "99% of"),
        (2000, "all of 2,000"),
    ],
)
def test_a_share_never_says_more_than_was_counted(n_less_strange: int, words: str):
    assert replace(VERDICT, n_less_strange=n_less_strange).rank == f"stranger than {words} real digits"


def test_the_sentence_tells_the_real_verdict():
    (verdict,) = anomaly_verdict.verdicts([DRAWN.image])
    assert share_sentence.about(DRAWN) == f"This 7 is {verdict.rank}."
