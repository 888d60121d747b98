"""Find anomalies: a digit passes, a stranger is found out."""

import re

from playwright.sync_api import expect

from tests.browser.visitor import FRAMED, STROKES, Visitor

VERDICT = re.compile(
    r"(?:Your drawing|This star) is stranger than (all of )?([\d,]+)(?: of ([\d,]+))? real digits"
)


def test_a_drawn_digit_passes_and_a_ready_made_stranger_does_not(visitor: Visitor):
    visitor.opens("anomaly")
    before = visitor.source(FRAMED)
    visitor.draws(STROKES["two"])
    drawn = visitor.sees_another(FRAMED, before)
    expect(visitor.main.get_by_text(VERDICT)).to_be_in_viewport(ratio=1)
    heat = visitor.source(re.compile("^your drawing with the pixels that surprise"))
    digit_share = share(visitor)
    assert digit_share < 0.9

    visitor.main.get_by_role("button", name="Star", exact=True).click()
    visitor.sees_another(FRAMED, drawn)
    assert visitor.waits_until(lambda: share(visitor), lambda seen: seen != digit_share) > 0.99
    visitor.sees_another(re.compile("^this star with the pixels that surprise"), heat)
    expect(visitor.main).to_contain_text("This star is stranger than")
    expect(visitor.main).to_contain_text(re.compile("Alarm for this star"))
    visitor.sees_no_failure()


def share(visitor: Visitor) -> float:
    """The share of real digits that are less strange, as the verdict tells it."""
    found = VERDICT.search(visitor.main.inner_text())
    assert found
    everyone, tamer, real = found.groups()
    return 1 if everyone else int(tamer.replace(",", "")) / int(real.replace(",", ""))
