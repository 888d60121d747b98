"""Home: draw once, see five results, and take the drawing along to every page."""

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.visitor import FRAMED, MOVING, PHONE, STROKES, Visitor
from tests.photos import as_file

RESULTS = (
    "decoded from its code",
    "cleaned by the model",
    "completed by the model",
    "where the strokes surprise",
)
SENTENCES = (
    r"Your drawing in \d+ bytes",
    r"\d+% of the noise is gone",
    r"tranger than (\d+%|(all|none|[\d,]+)) of (real digits|[\d,]+ real digits)",
    r"“you” is your drawing",
)
TOUR = {
    "Scoreboard": "scoreboard",  # without a canvas, so that Home is again where the canvas was last
    "Home": "",
    "Compress": "compress",
    "Denoise": "denoise",
    "Find anomalies": "anomaly",
    "Fill in": "impute",
}
OPEN_DRAWING = "your drawing, framed in 28 by 28 pixels"


def test_every_stroke_on_the_canvas_renews_the_digit_and_all_five_results(arrive: Callable[..., Visitor]):
    visitor = arrive(**MOVING)
    visitor.opens()
    framed = visitor.source(FRAMED)
    before = {alt: visitor.source(alt) for alt in RESULTS}
    for stroke in STROKES["four"]:
        visitor.draws([stroke])
        framed = visitor.sees_another(FRAMED, framed)
    expect(visitor.main).to_contain_text("What the model sees: your drawing")
    for alt, source in before.items():
        visitor.sees_another(alt, source)
        expect(visitor.picture(alt)).to_be_visible()
    for sentence in SENTENCES:
        expect(visitor.main).to_contain_text(re.compile(sentence))
    expect(visitor.page.get_by_label(re.compile("Map of digits.* your drawing marked"))).to_be_visible()
    visitor.sees_no_failure()


def test_a_drawing_goes_along_to_every_page_and_lies_on_every_canvas(visitor: Visitor):
    visitor.opens()
    stand_in = visitor.source(FRAMED)
    visitor.draws(STROKES["two"])
    drawn = visitor.sees_another(FRAMED, stand_in)
    ink = visitor.ink()
    assert ink > 1000
    visitor.page.evaluate("window.neverReloaded = true")
    for label, path in [*TOUR.items(), ("Home", "")]:
        visitor.follows(label, path)
        if path != "scoreboard":
            expect(visitor.picture(OPEN_DRAWING)).to_have_attribute("src", drawn)
            if path:
                visitor.changes_digit()
            assert visitor.waits_until(visitor.ink, bool) == pytest.approx(ink, rel=0.02)
    assert visitor.page.evaluate("window.neverReloaded")
    visitor.sees_no_failure()


def test_a_ghost_draws_until_the_first_touch_unless_nothing_may_move(arrive: Callable[..., Visitor]):
    visitor = arrive(**MOVING)
    visitor.opens()
    ghost = visitor.named("board_canvas").locator(".ghost")
    expect(ghost).to_be_visible()
    ink = ghost.locator("path")
    visitor.waits_until(lambda: drawn_share(ink), lambda share: share > 0.3)
    visitor.page.emulate_media(reduced_motion="reduce")
    expect(ghost).to_be_hidden()
    visitor.page.emulate_media(**MOVING)
    expect(ghost).to_be_visible()
    ((place,),) = visitor.places([[(0.5, 0.5)]], "canvas")
    visitor.page.mouse.move(*place)
    visitor.page.mouse.down()
    expect(ghost).to_be_hidden()
    visitor.page.mouse.up()


def drawn_share(ink: Locator) -> float:
    return 1 - float(ink.evaluate("it => parseFloat(getComputedStyle(it).strokeDashoffset)"))


def test_a_press_anywhere_on_a_card_leads_to_its_page_but_not_one_on_the_map(visitor: Visitor):
    visitor.opens()
    visitor.main.locator("canvas.plane").click()
    visitor.sees_page("")
    visitor.picture("decoded from its code").click(position={"x": 40, "y": 40}, force=True)  # below a link
    visitor.sees_page("compress")


def test_a_hostile_upload_gets_one_sentence_and_the_digit_stays(visitor: Visitor):
    visitor.opens()
    stand_in = visitor.source(FRAMED)
    visitor.draws(STROKES["seven"])
    drawn = visitor.sees_another(FRAMED, stand_in)
    visitor.main.get_by_role("tab", name="Upload").click()
    for content, words in (
        (b"This is no picture.\n", "not a PNG"),
        (picture_file((1, 1)), "1 × 1"),
        (picture_file((10_000, 4)), "10000 × 4"),
        (picture_file((40, 40), "GIF", save_all=True, append_images=[bar((40, 40)).rotate(90)]), "not a PNG"),
    ):
        uploads(visitor, content)
        expect(visitor.complaints).to_contain_text(words)
        visitor.sees_it_ready()
        expect(visitor.complaints).to_have_count(1)
        assert visitor.source(FRAMED) == drawn
    uploads(visitor, picture_file((90, 120)))
    visitor.sees_another(FRAMED, drawn)
    expect(visitor.complaints).to_have_count(0)
    expect(visitor.main).to_contain_text("What the model sees: your picture")


def test_one_of_several_digits_in_a_picture_is_chosen_by_keyboard(visitor: Visitor):
    visitor.opens()
    stand_in = visitor.source(FRAMED)
    visitor.main.get_by_role("tab", name="Upload").click()
    bars = np.concatenate([np.asarray(bar(size)) for size in ((120, 160), (120, 160), (200, 160))], axis=1)
    uploads(visitor, as_file(bars, "PNG"))
    largest = visitor.sees_another(FRAMED, stand_in)
    expect(visitor.main).to_contain_text("This picture seems to hold 3 digits")
    expect(visitor.picture("your picture, its 3 digits boxed and numbered")).to_be_visible()
    choice = visitor.named("photo_which")
    third, first = (choice.get_by_role("radio", name=number, exact=True) for number in "31")
    expect(third).to_be_checked()
    first.focus()
    visitor.page.keyboard.press("Enter")
    visitor.sees_another(FRAMED, largest)
    expect(first).to_be_checked()
    visitor.sees_no_failure()


def test_the_camera_is_not_asked_for_until_its_button_is_pressed(visitor: Visitor):
    visitor.page.add_init_script(
        """window.asked = 0;
        navigator.mediaDevices.getUserMedia = () => {
            window.asked += 1;
            return Promise.reject(new DOMException("no camera here", "NotFoundError"));
        };"""
    )
    visitor.opens()
    visitor.main.get_by_role("tab", name="Camera").click()
    expect(visitor.main.get_by_test_id("stCameraInput")).to_have_count(0)
    assert visitor.page.evaluate("window.asked") == 0
    visitor.main.get_by_role("button", name="Open the camera").click()
    expect(visitor.main.get_by_test_id("stCameraInput")).to_be_visible()
    visitor.waits_until(lambda: visitor.page.evaluate("window.asked"), bool)
    visitor.main.get_by_role("button", name="Close the camera").click()
    expect(visitor.main.get_by_test_id("stCameraInput")).to_have_count(0)


def test_a_refused_picture_is_told_beside_its_file_and_under_the_title_once_the_ways_are_closed(
    arrive: Callable[..., Visitor],
):
    visitor = arrive(**PHONE)
    visitor.opens("compress")
    visitor.changes_digit()
    visitor.ways.get_by_role("tab", name="Upload").click()
    uploads(visitor, b"no picture")
    expect(visitor.ways.get_by_test_id("stAlert")).to_be_in_viewport(ratio=1)
    expect(visitor.page.get_by_test_id("stAlert")).to_have_count(1)
    visitor.ways.get_by_role("button", name="Done").click()
    expect(visitor.ways).to_have_count(0)
    expect(visitor.complaints).to_have_count(1)
    expect(visitor.complaints).to_be_in_viewport(ratio=1)
    visitor.sees_no_failure()


def uploads(visitor: Visitor, content: bytes) -> None:
    field = visitor.named("upload").locator("input[type=file]")
    field.set_input_files({"name": "digit.png", "mimeType": "image/png", "buffer": content})


def bar(size: tuple[int, int]) -> Image.Image:
    """A dark upright bar on white."""
    width, height = size
    pixels = np.full((height, width), 255, np.uint8)
    pixels[height // 4 : 3 * height // 4, 2 * width // 5 : 3 * width // 5] = 20
    return Image.fromarray(pixels)


def picture_file(size: tuple[int, int], kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    bar(size).save(file, kind, **options)
    return file.getvalue()
