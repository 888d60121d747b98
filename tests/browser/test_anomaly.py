"""Find anomalies: a digit passes, a stranger is found out."""

import re

from playwright.sync_api import expect

from tests.browser.visitor import FRAMED, STROKES, Visitor

NEAREST = re.compile("^the closest picture to (your drawing|this star) that the model can draw")


def test_a_drawn_digit_passes_and_a_ready_made_stranger_pressed_on_its_picture_does_not(visitor: Visitor):
    visitor.opens("anomaly")
    before = visitor.source(FRAMED)
    visitor.draws(STROKES["two"])
    drawn = visitor.sees_another(FRAMED, before)
    word = visitor.main.get_by_test_id("stMetric")
    expect(word).to_have_text(re.compile(r"^The model's verdict on your drawing\s*digit$"))
    expect(word).to_be_in_viewport(ratio=1)
    nearest = visitor.source(NEAREST)

    press_picture(visitor, "Star")
    visitor.sees_another(FRAMED, drawn)
    expect(word).to_have_text(re.compile(r"^The model's verdict on this star\s*not a digit$"))
    visitor.sees_another(NEAREST, nearest)
    expect(visitor.main).to_contain_text("This star is stranger than")
    expect(visitor.main).to_contain_text("The closest picture that the model can draw is")
    visitor.main.get_by_role("button", name="Heart", exact=True).press("Enter")
    expect(word).to_contain_text("this heart")
    visitor.sees_no_failure()


def press_picture(visitor: Visitor, name: str) -> None:
    """Press in the middle of a stranger's picture, on whatever lies there."""
    picture = visitor.picture(re.compile(f"^{name}: "))
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
