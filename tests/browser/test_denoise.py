"""Denoise: the line between the noisy and the cleaned digit moves in the browser alone."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.visitor import QUIET_MS, Visitor

NOISY, CLEANED = "this 7 under noise", "this 7, cleaned by the model"


def test_the_line_is_dragged_without_the_server_and_stays_when_the_noise_changes(visitor: Visitor):
    messages: list[str | bytes] = []
    visitor.page.on("websocket", lambda socket: socket.on("framesent", lambda sent: messages.append(sent)))
    visitor.opens("denoise")
    line = divider(visitor)
    box = line.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visitor.page.wait_for_timeout(QUIET_MS)
    sent = len(messages)
    visitor.page.mouse.move(*middle)
    visitor.page.mouse.down()
    visitor.page.mouse.move(middle[0] - 100, middle[1], steps=10)
    visitor.page.mouse.up()
    expect(line).not_to_have_value("50")
    dragged = int(line.input_value())
    assert shown_share(visitor) == dragged
    assert abs(middle[0] - 100 - edge_of_noise(visitor)) < 3
    visitor.page.keyboard.press("ArrowRight")
    expect(line).to_have_value(str(dragged + 1))
    assert len(messages) == sent

    noisy, cleaned = visitor.source(NOISY), visitor.source(CLEANED)
    visitor.named("denoise_strength").get_by_role("slider").press("ArrowRight")
    visitor.sees_another(NOISY, noisy)
    visitor.sees_another(CLEANED, cleaned)
    expect(line).to_have_value(str(dragged + 1))
    assert shown_share(visitor) == dragged + 1
    visitor.sees_no_failure()


def test_noise_is_painted_while_the_slider_is_dragged_and_cleaned_when_it_is_let_go(visitor: Visitor):
    visitor.opens("denoise")
    noisy, cleaned = visitor.source(NOISY), visitor.source(CLEANED)
    box = visitor.named("denoise_strength").get_by_role("slider").bounding_box()
    assert box is not None
    handle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visitor.page.mouse.move(*handle)
    visitor.page.mouse.down()
    visitor.page.mouse.move(handle[0] + 90, handle[1])
    painted = visitor.sees_another(NOISY, noisy)
    assert visitor.source(CLEANED) == cleaned
    visitor.page.mouse.up()
    visitor.sees_another(CLEANED, cleaned)
    assert visitor.source(NOISY) == painted
    visitor.sees_no_failure()


def divider(visitor: Visitor) -> Locator:
    """The line, found by what it says to those who cannot see it."""
    return visitor.main.get_by_role("slider", name="How much of this 7 is shown under noise")


def shown_share(visitor: Visitor) -> int:
    """The percentage of the width on which the noisy picture is seen."""
    clip = visitor.picture(NOISY).evaluate("it => getComputedStyle(it).clipPath")
    hidden = re.fullmatch(r"inset\(0px ([\d.]+)% 0px 0px\)", clip)
    assert hidden, clip
    return round(100 - float(hidden[1]))


def edge_of_noise(visitor: Visitor) -> float:
    """Where the noisy picture ends, in pixels of the window."""
    box = visitor.picture(NOISY).bounding_box()
    assert box is not None
    return box["x"] + shown_share(visitor) / 100 * box["width"]
