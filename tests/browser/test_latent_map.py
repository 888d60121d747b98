"""The latent map: every point is decoded in the browser; only a chosen one is reported."""

import re
from typing import Any

import pytest
from playwright.sync_api import WebSocket

from tests.browser.visitor import Visitor

QUIET_MS = 700  # longer than any delay after which the browser reports something
POINT = re.compile("^digit decoded at")


def test_the_pointer_decodes_without_the_server_and_a_click_or_enter_reports(visitor: Visitor):
    sent: list[Any] = []
    visitor.page.on("websocket", lambda socket: count(socket, sent))
    visitor.opens("generate")
    plane = visitor.main.locator("canvas.plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box and sent
    visitor.page.wait_for_timeout(QUIET_MS)
    sent.clear()
    pictures = {decoded(visitor)}
    for share in (0.2, 0.35, 0.5, 0.65, 0.8):
        visitor.page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.3 * box["height"], steps=8)
        pictures.add(visitor.waits_until(lambda: decoded(visitor), lambda seen: seen not in pictures))
    assert len(pictures) == 6
    visitor.page.wait_for_timeout(QUIET_MS)
    assert not sent

    visitor.page.mouse.down()
    visitor.page.mouse.up()
    sees_reported(visitor, (1.8, 1.2))
    assert sent
    for key in ["ArrowLeft"] * 5 + ["ArrowDown"] * 3 + ["Enter"]:
        plane.press(key)
    sees_reported(visitor, (1.3, 0.9))
    visitor.sees_no_failure()


def count(socket: WebSocket, sent: list[Any]) -> None:
    socket.on("framesent", lambda frame: sent.append(frame))


def decoded(visitor: Visitor) -> str:
    """The picture beside the map."""
    return visitor.main.locator("canvas.decoded").evaluate("canvas => canvas.toDataURL()")


def sees_reported(visitor: Visitor, point: tuple[float, float]) -> None:
    """The page decodes the point that was chosen, and the map names the same one."""
    near = pytest.approx(point, abs=0.05)
    reported = visitor.waits_until(lambda: numbers(visitor.picture(POINT).get_attribute("alt")), near.__eq__)
    visitor.sees_it_ready()
    assert numbers(visitor.main.locator(".where").inner_text()) == pytest.approx(reported, abs=0.011)


def numbers(text: str | None) -> tuple[float, ...]:
    return tuple(float(number) for number in re.findall(r"-?\d+\.\d+", text or ""))
