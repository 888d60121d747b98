"""Fill in: erase a part of the digit with the mouse or by the keyboard, and see it completed."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.visitor import MOVING, STROKES, Visitor

SEEN = "what the model saw"
FILM, AVERAGE = "film: the completions, each fading into the next", "all completions, blended into one"
OPEN = "?impute_parts=true&impute_others=true"
COMPLETION = re.compile(r"^completion \d of 8, it looks like (an? \d|no clear digit)$")
ERROR = re.compile(r": error \d\.\d{3}$")


def test_what_is_painted_over_is_erased_and_completed(visitor: Visitor):
    hides_nothing(visitor)
    visitor.draws(STROKES["upper half"], board="eraser")
    sees_completions(visitor)
    few = visitor.source(SEEN)
    visitor.named("eraser_undo").get_by_role("button").click()
    expect(visitor.main).to_contain_text("Nothing of this 7 is hidden yet")
    visitor.draws([[(x, 0.5 + y) for x, y in STROKES["upper half"][0]]], board="eraser")
    visitor.sees_another(SEEN, few)
    sees_completions(visitor)
    visitor.sees_no_failure()


def test_what_is_erased_stays_erased_when_the_visitor_comes_back(visitor: Visitor):
    hides_nothing(visitor)
    visitor.draws(STROKES["upper half"], board="eraser")
    sees_completions(visitor)
    seen, paint = visitor.source(SEEN), visitor.ink("eraser")
    visitor.follows("Compress", "compress")
    visitor.follows("Fill in", "impute")
    sees_completions(visitor)
    assert visitor.source(SEEN) == seen
    assert visitor.waits_until(lambda: visitor.ink("eraser"), lambda pixels: pixels > 0.9 * paint)


def test_another_part_is_hidden_by_the_keyboard(visitor: Visitor):
    visitor.opens("impute", OPEN)
    sees_completions(visitor)
    top = visitor.source(SEEN)
    visitor.named("impute_way").get_by_role("radio", name="Top").focus()
    visitor.page.keyboard.press("ArrowRight")
    visitor.page.keyboard.press("Space")
    left = visitor.sees_another(SEEN, top)
    expect(visitor.named("impute_way").get_by_role("radio", name="Left")).to_be_checked()
    sees_completions(visitor)
    visitor.page.keyboard.press("ArrowLeft")
    visitor.page.keyboard.press("Space")
    assert visitor.sees_another(SEEN, left) == top


def test_the_digit_can_be_erased_and_the_film_seen_at_first_sight(arrive: Callable[..., Visitor]):
    visitor = arrive(**MOVING)
    visitor.opens("impute")
    expect(visitor.picture(FILM)).to_be_in_viewport(ratio=1)
    expect(visitor.picture(AVERAGE)).to_be_hidden()
    visitor.page.emulate_media(reduced_motion="reduce")
    expect(visitor.picture(AVERAGE)).to_be_visible()
    expect(visitor.picture(FILM)).to_be_hidden()
    visitor.page.emulate_media(**MOVING)
    visitor.opens_section("Seen, average")
    visitor.opens_section("Against classical")
    visitor.main.evaluate("it => it.scrollTo(0, 0)")
    expect(visitor.paper("eraser")).to_be_in_viewport(ratio=1)
    expect(visitor.named("eraser_pen")).to_be_in_viewport(ratio=1)
    expect(visitor.picture(COMPLETION).first).to_be_in_viewport(ratio=1)
    before = visitor.source(SEEN)
    visitor.draws([[(0.2, 0.8), (0.8, 0.8)]], board="eraser")
    visitor.sees_another(SEEN, before)
    sees_completions(visitor)


def hides_nothing(visitor: Visitor) -> None:
    """Begin with a whole digit, and all that is shown of it open."""
    visitor.opens("impute", OPEN)
    visitor.named("impute_way").get_by_role("radio", name="None").click()
    expect(visitor.main).to_contain_text("Nothing of this 7 is hidden yet")
    expect(visitor.picture(COMPLETION)).to_have_count(0)


def sees_completions(visitor: Visitor) -> None:
    """Eight completions, a sentence, and the errors of the model and its baselines."""
    expect(visitor.picture(SEEN)).to_be_visible()
    visitor.sees_it_ready()
    expect(visitor.picture(COMPLETION)).to_have_count(8)
    expect(visitor.main).to_contain_text("On the hidden part of this 7")
    expect(visitor.picture(re.compile(r"^This model: error \d\.\d{3}$"))).to_be_visible()
    assert visitor.picture(ERROR).count() >= 3
