"""The network in one line on the home page follows the pen before the server has the drawing."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.visitor import STROKES, Visitor


def test_the_strip_follows_the_pen_without_the_server(visitor: Visitor):
    sent: list[Any] = []
    visitor.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    visitor.opens()
    strip = visitor.main.locator(".network[role=img]")
    expect(strip.locator(".layer canvas").first).to_be_attached()
    visitor.sees_it_whole()
    looks = [painted(strip)]
    (stroke,) = visitor.places(STROKES["two"], "canvas")
    visitor.page.wait_for_timeout(1500)
    sent.clear()
    visitor.page.mouse.move(*stroke[0])
    visitor.page.mouse.down()
    for place in stroke[1:]:
        visitor.page.mouse.move(*place, steps=3)
        looks.append(visitor.waits_until(lambda: painted(strip), lambda seen: seen != looks[-1]))
    assert not sent
    visitor.page.mouse.up()
    expect(strip).to_have_attribute("aria-label", "Your drawing, encoded into 32 numbers and decoded again")
    visitor.sees_no_failure()


def painted(strip: Any) -> str:
    return strip.locator("canvas.picture").evaluate("canvas => canvas.toDataURL()")
