"""Generate in the browser: the film moves for those who like it, and its file can be taken away."""

import base64
import io
import re
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import expect

from tests.browser.visitor import MOVING, Visitor

OPEN = "?generate_film=true"
FILM = "film: this 7 turns into a 3 and back"


def test_the_film_is_shown_and_downloaded_as_the_same_moving_picture_unless_nothing_may_move(
    arrive: Callable[..., Visitor],
):
    visitor = arrive(**MOVING)
    visitor.opens("generate")
    visitor.opens_section("From one digit to another")
    expect(visitor.picture(FILM)).to_be_visible()
    shown = base64.b64decode(visitor.source(FILM).partition("base64,")[2])
    with visitor.page.expect_download() as download:
        visitor.main.get_by_role("button", name="Download the film").click()
    assert download.value.suggested_filename == "to-a-3.gif"
    file = download.value.path().read_bytes()
    assert file == shown
    with Image.open(io.BytesIO(file)) as moving:
        assert moving.n_frames == 30
    visitor.page.emulate_media(reduced_motion="reduce")
    expect(visitor.picture("The model's way, 40% there")).to_be_visible()
    expect(visitor.picture(FILM)).to_be_hidden()
    visitor.sees_no_failure()


def test_a_film_that_was_chosen_is_in_the_address(arrive: Callable[..., Visitor]):
    visitor = arrive(**MOVING)
    chosen = re.compile(r"[?&]generate_to=3")
    visitor.opens("generate", OPEN)
    expect(visitor.main.get_by_text("Until you choose, it turns into a 3.")).to_be_visible()
    expect(visitor.page).not_to_have_url(chosen)
    visitor.named("generate_to").get_by_text("3", exact=True).click()
    expect(visitor.page).to_have_url(chosen)
    expect(visitor.main.get_by_text("Until you choose")).to_have_count(0)
    visitor.page.reload()
    visitor.sees_page("generate")
    expect(visitor.picture(FILM)).to_be_visible()
    expect(visitor.page).to_have_url(chosen)
    expect(visitor.main.get_by_text("Until you choose")).to_have_count(0)
