"""Find anomalies: a digit passes, a letter is found out."""

import re
from collections.abc import Callable

from playwright.sync_api import FloatRect, expect

from tests.browser.visitor import FRAMED, PHONE, STROKES, Visitor

GLOWING = re.compile("glowing where its strokes surprise the model$")
NEAREST = re.compile("^the closest picture to (this 7|your drawing|this star) that the model can draw")


def test_a_drawn_digit_passes_and_a_ready_made_shape_pressed_on_its_picture_does_not(visitor: Visitor):
    visitor.opens("anomaly")
    expect(visitor.picture(GLOWING)).to_be_in_viewport(ratio=1)
    expect(visitor.picture(NEAREST)).to_be_in_viewport(ratio=1)
    before = visitor.source(FRAMED)
    visitor.changes_digit()
    visitor.draws(STROKES["two"])
    drawn = visitor.sees_another(FRAMED, before)
    visitor.page.keyboard.press("Escape")
    expect(visitor.ways).to_have_count(0)
    word = visitor.main.get_by_test_id("stMetric")
    expect(word).to_have_text(re.compile(r"^The model's verdict on your drawing\s*digit$"))
    expect(word).to_be_in_viewport(ratio=1)
    nearest = visitor.source(NEAREST)

    visitor.picture(re.compile("^Star: ")).click(force=True)  # below its button
    visitor.sees_another(FRAMED, drawn)
    expect(word).to_have_text(re.compile(r"^The model's verdict on this star\s*not a digit$"))
    visitor.sees_another(NEAREST, nearest)
    expect(visitor.main).to_contain_text("This star is stranger than")
    expect(visitor.main).to_contain_text("the closest that the model can draw is")
    visitor.main.get_by_role("button", name="Heart", exact=True).press("Enter")
    expect(word).to_contain_text("this heart")
    visitor.sees_no_failure()


def test_on_a_phone_the_drawing_and_what_the_model_would_have_drawn_lie_side_by_side(
    arrive: Callable[..., Visitor],
):
    visitor = arrive(**PHONE)
    visitor.opens("anomaly")
    _, right = visitor.waits_until(
        lambda: [visitor.picture(alt).bounding_box() for alt in (GLOWING, NEAREST)], lie_side_by_side
    )
    assert right["x"] + right["width"] <= 390 and right["y"] + right["height"] <= 844


def lie_side_by_side(boxes: list[FloatRect]) -> bool:
    left, right = boxes
    return left["y"] == right["y"] and left["x"] + left["width"] < right["x"]
