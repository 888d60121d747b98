"""A link carries the digit: the address keeps in step with it, and opens it on every page."""

import base64
import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.visitor import FRAMED, STROKES, Visitor

PAGES_WITH_A_DIGIT = ("", "compress", "generate", "denoise", "anomaly", "impute", "how_it_works")
LINKED = "the linked digit, framed in 28 by 28 pixels"
CARRIED = re.compile(r"\?digit=([A-Za-z0-9_-]{1,24})$")


def test_a_drawing_arrives_by_its_link_on_every_page(arrive: Callable[..., Visitor]):
    sender, friend = arrive(), arrive()
    sender.opens()
    stand_in = sender.source(FRAMED)
    assert "?" not in sender.page.url
    text, drawn = draws(sender, "two", stand_in)
    for path in PAGES_WITH_A_DIGIT:
        friend.opens(path, f"?digit={text}")
        received = sees(friend, LINKED)
        assert distance(received, drawn) < 0.1 < distance(stand_in, drawn)
        assert CARRIED.search(friend.page.url)[1] == text
        expect(friend.complaints).to_have_count(0)
        friend.sees_no_failure()
    expect(friend.main).to_contain_text("came with the link")
    friend.follows("Scoreboard", "scoreboard")
    friend.follows("Home", "")
    assert sees(friend, LINKED) == received
    assert CARRIED.search(friend.page.url)[1] == text


def test_the_address_follows_the_drawing_back_and_forth_and_never_replaces_it(visitor: Visitor):
    visitor.opens()
    steps = visitor.page.evaluate("history.length")
    first, drawn = draws(visitor, "two", visitor.source(FRAMED))
    assert visitor.page.evaluate("history.length") == steps
    visitor.follows("Scoreboard", "scoreboard")
    carries(visitor, first)
    visitor.follows("Compress", "compress")
    carries(visitor, first)
    assert visitor.source(FRAMED) == drawn
    clear = visitor.main.get_by_role("button", name="Clear")
    clear.click()
    expect(clear).to_be_disabled()  # another canvas has taken the place of the drawn one
    second, redrawn = draws(visitor, "four", drawn)
    for move, path in (
        (visitor.page.go_back, "scoreboard"),
        (visitor.page.go_back, ""),
        (visitor.page.go_forward, "scoreboard"),
    ):
        move()
        visitor.sees_page(path)
        carries(visitor, second)
    visitor.page.go_back()
    visitor.sees_page("")
    assert second != first
    expect(visitor.picture(FRAMED)).to_have_attribute("src", redrawn)
    visitor.page.reload()
    assert distance(sees(visitor, LINKED), redrawn) < 0.1
    visitor.sees_no_failure()


@pytest.mark.parametrize("path", ["", "impute"])
def test_a_bad_link_gets_one_sentence_and_the_stand_in(visitor: Visitor, path: str):
    visitor.opens(path, f"?digit={'A' * 20}&utm_source=chat")
    expect(visitor.complaints).to_have_count(1)
    expect(visitor.complaints).to_contain_text("no digit that this model can read")
    expect(visitor.main.get_by_text("ignored")).to_have_count(0)
    visitor.waits_until(lambda: visitor.page.url, lambda url: "digit=" not in url)
    visitor.sees_no_failure()


def test_a_digit_is_sent_as_text_as_a_code_to_scan_and_as_a_picture_card(visitor: Visitor):
    visitor.opens("compress")
    text, _ = draws(visitor, "two", visitor.source(FRAMED))
    visitor.main.get_by_role("button", name="Send this digit").click()
    place = visitor.page.get_by_test_id("stPopoverBody")
    expect(place.get_by_test_id("stCode")).to_have_text(f"{visitor.address}/compress?digit={text}")
    expect(place.get_by_alt_text("QR code of the link")).to_be_visible()
    with visitor.page.expect_download() as download:
        place.get_by_role("button", name="Download picture card").click()
    with Image.open(download.value.path()) as card:
        assert (card.format, card.size) == ("PNG", (1200, 630))
    visitor.sees_no_failure()


def draws(visitor: Visitor, name: str, than: str) -> tuple[str, str]:
    """Draw, and return what the address then carries and the framed picture."""
    before = visitor.page.url
    for stroke in STROKES[name]:
        visitor.draws([stroke])
        than = visitor.sees_another(FRAMED, than)
    url = visitor.waits_until(lambda: visitor.page.url, lambda url: CARRIED.search(url) and url != before)
    return CARRIED.search(url)[1], than


def carries(visitor: Visitor, text: str) -> None:
    visitor.waits_until(lambda: visitor.page.url, lambda url: url.endswith(f"?digit={text}"))


def sees(visitor: Visitor, alt: str) -> str:
    """The source of a framed digit, which some pages fold away."""
    folded = visitor.main.get_by_text("Use another digit")
    if folded.count():
        folded.click()
    expect(visitor.picture(alt)).to_be_visible()
    return visitor.source(alt)


def distance(source: str, other: str) -> float:
    """How far apart two pictures are, as RMSE of their colours in [0, 1]."""
    return float(np.sqrt(np.mean((pixels(source) - pixels(other)) ** 2)))


def pixels(source: str) -> np.ndarray:
    file = io.BytesIO(base64.b64decode(source.partition(",")[2]))
    return np.asarray(Image.open(file).convert("RGB"), dtype=float) / 255
