"""A link carries the digit: the address keeps in step with it, and opens it on every page."""

import io
import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.visitor import FRAMED, STROKES, Visitor

PAGES_WITH_A_DIGIT = ("", "compress", "generate", "denoise", "anomaly", "impute", "how_it_works")
RANK = re.compile(r"stranger than (all|none|[\d,]+) of [\d,]+ real digits")
CARRIED = re.compile(r"\?digit=([A-Za-z0-9_.-]{1,600})$")
EYES_AND_MOUTH = [
    [(0.4, 0.4), (0.4, 0.42)],
    [(0.6, 0.4), (0.6, 0.42)],
    [(0.35, 0.6), (0.5, 0.7), (0.65, 0.6)],
]
FACE = [[(0.5 + 0.3 * math.cos(a / 3), 0.5 + 0.3 * math.sin(a / 3)) for a in range(20)]]


def test_a_drawing_arrives_by_its_link_on_every_page(arrive: Callable[..., Visitor]):
    sender, friend = arrive(), arrive()
    sender.opens()
    assert "?" not in sender.page.url
    text, drawn = draws(sender, STROKES["two"], sender.source(FRAMED))
    ink = sender.ink()
    for path in PAGES_WITH_A_DIGIT:
        friend.opens(path, f"?digit={text}")
        assert sees(friend) == drawn
        if path:
            friend.changes_digit()
        assert friend.waits_until(friend.ink, bool) == pytest.approx(ink, rel=0.05)
        assert CARRIED.search(friend.page.url)[1] == text
        expect(friend.complaints).to_have_count(0)
        friend.sees_no_failure()
    expect(friend.main).to_contain_text("came with the link")
    friend.follows("Scoreboard", "scoreboard")
    friend.follows("Home", "")
    assert sees(friend) == drawn
    assert CARRIED.search(friend.page.url)[1] == text


def draws_a_smiley(visitor: Visitor) -> None:
    draws(visitor, FACE + EYES_AND_MOUTH, visitor.source(FRAMED))


def picks(visitor: Visitor) -> None:
    before = visitor.source(FRAMED)
    visitor.ways.get_by_role("tab", name="Pick").click()
    visitor.named("pick_label").get_by_role("radio", name="3").click()
    visitor.sees_another(FRAMED, before)


def uploads(visitor: Visitor) -> None:
    before = visitor.source(FRAMED)
    pixels = np.full((90, 120), 255, np.uint8)
    pixels[20:70, 50:58] = np.linspace(0, 90, 50, dtype=np.uint8)[:, None]
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=80)
    visitor.ways.get_by_role("tab", name="Upload").click()
    field = visitor.named("upload").locator("input[type=file]")
    field.set_input_files({"name": "one.JPG", "mimeType": "image/jpeg", "buffer": file.getvalue()})
    visitor.sees_another(FRAMED, before)


@pytest.mark.parametrize(
    ("bring", "name"),
    [(draws_a_smiley, "this drawing"), (picks, "this 3"), (uploads, "this picture")],
    ids=["smiley", "gallery", "upload"],
)
def test_whatever_is_sent_arrives_as_it_was(
    arrive: Callable[..., Visitor], bring: Callable[[Visitor], None], name: str
):
    sender, friend = arrive(), arrive()
    sender.opens("anomaly")
    sender.changes_digit()
    bring(sender)
    url = sender.waits_until(lambda: sender.page.url, CARRIED.search)
    sender.sees_it_ready()
    framed, rank = sender.source(FRAMED), RANK.search(sender.main.inner_text())[0]
    sender.page.reload()
    friend.opens("anomaly", "?" + url.partition("?")[2])
    for visitor in (sender, friend):
        expect(visitor.picture(f"{name}, framed in 28 by 28 pixels")).to_be_visible()
        visitor.sees_it_ready()
        assert visitor.source(FRAMED) == framed
        assert RANK.search(visitor.main.inner_text())[0] == rank
    for path in PAGES_WITH_A_DIGIT:
        friend.arrives_at(path, "?" + url.partition("?")[2])
        expect(friend.picture(f"{name}, framed in 28 by 28 pixels")).to_have_attribute("src", framed)


def test_choices_come_back_with_a_reload_and_with_the_page(visitor: Visitor):
    visitor.opens("impute", "?impute_parts=true")
    top = visitor.source("what the model saw")
    visitor.named("impute_way").get_by_role("radio", name="Left").click()
    seen = visitor.sees_another("what the model saw", top)
    assert "impute_way=Left" in visitor.page.url
    visitor.page.reload()
    expect(visitor.picture("what the model saw")).to_have_attribute("src", seen)
    visitor.follows("Compress", "compress")
    assert "impute_way" not in visitor.page.url
    visitor.follows("Fill in", "impute")
    expect(visitor.picture("what the model saw")).to_have_attribute("src", seen)
    expect(visitor.named("impute_way").get_by_role("radio", name="Left")).to_be_checked()


def test_the_address_follows_the_drawing_back_and_forth_and_never_replaces_it(visitor: Visitor):
    visitor.opens()
    steps = visitor.page.evaluate("history.length")
    first, drawn = draws(visitor, STROKES["two"], visitor.source(FRAMED))
    assert visitor.page.evaluate("history.length") == steps
    visitor.follows("Scoreboard", "scoreboard")
    carries(visitor, first)
    visitor.follows("Compress", "compress")
    carries(visitor, first)
    assert visitor.source(FRAMED) == drawn
    visitor.changes_digit()
    clear = visitor.ways.get_by_role("button", name="Clear")
    clear.click()
    expect(clear).to_be_disabled()  # another canvas has taken the place of the drawn one
    second, redrawn = draws(visitor, STROKES["four"], drawn)
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
    assert sees(visitor) == redrawn
    visitor.sees_no_failure()


@pytest.mark.parametrize("path", ["", "impute"])
def test_a_bad_link_gets_one_sentence_and_the_stand_in(visitor: Visitor, path: str):
    visitor.opens(path, f"?digit={'A' * 20}&utm_source=chat")
    expect(visitor.complaints).to_have_count(1)
    expect(visitor.complaints).to_contain_text("no digit that can be read")
    expect(visitor.main.get_by_text("ignored")).to_have_count(0)
    visitor.waits_until(lambda: visitor.page.url, lambda url: "digit=" not in url)
    visitor.sees_no_failure()


def test_a_digit_is_sent_as_text_as_a_code_to_scan_and_as_a_picture_card(visitor: Visitor):
    visitor.opens("compress")
    visitor.changes_digit()
    text, _ = draws(visitor, STROKES["two"], visitor.source(FRAMED))
    visitor.page.keyboard.press("Escape")
    expect(visitor.ways).to_have_count(0)
    visitor.opens_section("Decode a code")
    visitor.main.get_by_role("button", name="Share").click()
    place = visitor.page.get_by_test_id("stPopoverBody")
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    place.get_by_role("button", name="Copy link").click()
    expect(place).to_contain_text("Copied.")
    copied = visitor.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{visitor.address}/compress?digit={text}&compress_decode=true"
    expect(place.get_by_test_id("stCode")).to_have_text(copied)
    expect(place.get_by_alt_text("QR code of the link")).to_be_visible()
    with visitor.page.expect_download() as download:
        place.get_by_role("button", name="Download picture card").click()
    with Image.open(download.value.path()) as card:
        assert (card.format, card.size) == ("PNG", (1200, 630))
    visitor.sees_no_failure()


def test_what_sends_a_digit_is_seen_as_soon_as_its_place_opens(visitor: Visitor):
    visitor.opens()
    text, _ = draws(visitor, STROKES["two"], visitor.source(FRAMED))
    visitor.main.get_by_role("button", name="Share").click()
    place = visitor.page.get_by_test_id("stPopoverBody")
    for name in ("Copy link", "Make a film"):
        expect(place.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    expect(place.get_by_text(text)).to_be_in_viewport()


SHARES_FILES = """
navigator.canShare = ({ files }) => files.length === 1;
navigator.share = async (given) => { window.shared = given; };
"""


def test_a_film_goes_to_other_apps_where_the_browser_can_do_that_and_is_saved_everywhere(visitor: Visitor):
    visitor.page.add_init_script(SHARES_FILES)
    visitor.opens()
    text, _ = draws(visitor, STROKES["two"], visitor.source(FRAMED))
    visitor.main.get_by_role("button", name="Share").click()
    place = visitor.page.get_by_test_id("stPopoverBody")
    place.get_by_role("button", name="Make a film").click()
    film = place.get_by_alt_text(
        re.compile(r"A film of all five jobs\. My 2 is stranger than .+ real digits\.")
    )
    expect(film).to_be_visible()
    assert visitor.waits_until(lambda: film.evaluate("it => it.naturalWidth"), bool) == 640
    with visitor.page.expect_download() as download:
        place.get_by_role("link", name="Download film").click()
    with Image.open(download.value.path()) as moving:
        assert moving.format == "GIF" and moving.n_frames > 40
    place.get_by_role("button", name="Share film").click()
    visitor.page.wait_for_function("window.shared")
    said, name, size = visitor.page.evaluate("[shared.text, shared.files[0].name, shared.files[0].size]")
    assert said.startswith("My 2 is stranger") and said.endswith(f"{visitor.address}/?digit={text}")
    assert name == "digit-film.gif" and size == download.value.path().stat().st_size
    visitor.sees_no_failure()


def draws(visitor: Visitor, strokes: list[list[tuple[float, float]]], than: str) -> tuple[str, str]:
    """Draw, and return what the address then carries and the framed picture."""
    for stroke in strokes:
        before = visitor.page.url
        visitor.draws([stroke])
        than = visitor.sees_another(FRAMED, than)
    url = visitor.waits_until(lambda: visitor.page.url, lambda url: CARRIED.search(url) and url != before)
    return CARRIED.search(url)[1], than


def carries(visitor: Visitor, text: str) -> None:
    visitor.waits_until(lambda: visitor.page.url, lambda url: url.endswith(f"?digit={text}"))


def sees(visitor: Visitor) -> str:
    """The source of the drawing that a link brought."""
    expect(visitor.picture("this drawing, framed in 28 by 28 pixels")).to_be_visible()
    return visitor.source(FRAMED)
