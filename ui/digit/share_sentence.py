"""The one sentence that goes with a digit when it is shared."""

from ui import anomaly_verdict
from ui.anomaly_verdict import Verdict
from ui.digit.digit import Digit

_OWN = {"drawing": "My drawing", "upload": "My picture"}


def about(mine: Digit) -> str:
    """How strange the digit is, such as "My 7 is stranger than 73% of real digits."."""
    (verdict,) = anomaly_verdict.verdicts([mine.image])
    return f"{_subject(mine, verdict)} is {verdict.rank}."


def _subject(mine: Digit, verdict: Verdict) -> str:
    """What whoever shares it would call it; "my" for what they drew or uploaded."""
    label = mine.label
    if label is None and not mine.is_shape and verdict.word() != "not a digit":
        label = verdict.looks_like
    if label is None:
        return _OWN.get(mine.source, mine.subject)
    return f"{'My' if mine.source in _OWN else 'This'} {label}"
