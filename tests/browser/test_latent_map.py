"""The latent map: every point is decoded in the browser; only a chosen one is reported."""

import re
from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Locator, WebSocket, expect
from torch.nn import functional as F

import vae
from tests.browser.visitor import PHONE, QUIET_MS, Visitor
from ui import naming
from ui.shell import frame
from ui.view import pictures, tiles

POINT = re.compile("decoded at")


def test_the_blend_of_tiles_is_close_to_a_true_decode():
    model = vae.load_model()
    u = torch.empty(400, 2).uniform_(-tiles.EXTENT, tiles.EXTENT, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        whole = F.pad(u, (0, model.config.latent_dim - 2))
        truth = torch.sigmoid(model.decode(model.prior.from_standard(whole)))[:, 0].numpy()
    errors = np.abs(np.stack([blended(point) for point in u.tolist()]) / 255 - truth).mean(axis=(1, 2))
    assert errors.mean() < 0.015
    assert np.quantile(errors, 0.9) < 0.05  # more where one digit turns into another between two tiles


def test_the_pointer_decodes_without_the_server_and_a_click_or_enter_reports(visitor: Visitor):
    sent: list[Any] = []
    received: list[Any] = []
    visitor.page.on("websocket", lambda socket: listen(socket, sent, received))
    visitor.opens("generate")
    plane = visitor.main.locator("canvas.plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box and sent
    visitor.page.wait_for_timeout(QUIET_MS)
    sent.clear()
    received.clear()
    for share in (0.2, 0.35, 0.5, 0.65, 0.8):
        x, y = (round(box[c] + s * box["width"]) for c, s in (("x", share), ("y", 0.3)))
        visitor.page.mouse.move(x, y, steps=8)
        u, v = (2 * (x - box["x"]) / box["width"] - 1, 1 - 2 * (y - box["y"]) / box["height"])
        expected = blended((tiles.EXTENT * u, tiles.EXTENT * v))
        visitor.waits_until(lambda: colours(visitor), lambda seen, grey=expected: shows(seen, grey))
    visitor.page.wait_for_timeout(QUIET_MS)
    assert not sent

    mounted = plane.element_handle()
    visitor.page.mouse.down()
    visitor.page.mouse.up()
    sees_reported(visitor, (1.8, 1.2))
    assert sent
    assert mounted.evaluate("canvas => canvas.isConnected"), "the map was built anew"
    assert max(map(len, received)) < tiles.FILE.stat().st_size / 4, "the tiles were sent again"
    for key in ["ArrowLeft"] * 5 + ["ArrowDown"] * 3 + ["Enter"]:
        plane.press(key)
    sees_reported(visitor, (1.3, 0.9))
    visitor.sees_no_failure()


def test_a_place_is_named_as_what_its_picture_looks_like_whichever_dots_are_shown(visitor: Visitor):
    visitor.opens("generate")
    names, expected = sweep(visitor)
    named = [name != naming.said(None) for name in names]
    assert all(name == seen for name, seen, is_named in zip(names, expected, named, strict=True) if is_named)
    assert sum(named) > 0.75 * len(names)  # the others are where one digit turns into another
    visitor.main.get_by_role("button", name="Show the digits 1 alone", exact=True).press("Enter")
    assert sweep(visitor)[0] == names


def test_the_pointer_leaves_a_trail_and_a_class_can_be_seen_alone(visitor: Visitor):
    visitor.opens("generate")
    plane = visitor.main.locator("canvas.plane")
    box = plane.bounding_box()
    assert box
    here, there = [(box["x"] + s * box["width"], box["y"] + 0.6 * box["height"]) for s in (0.3, 0.7)]
    visitor.page.mouse.move(*here)
    arrived = settled(visitor, plane)
    visitor.page.mouse.move(*there, steps=5)
    visitor.page.mouse.move(*here, steps=5)
    assert settled(visitor, plane) != arrived

    visitor.page.mouse.move(0, 0)
    everyone = settled(visitor, plane)
    three, five = (
        visitor.main.get_by_role("button", name=f"Show the digits {label} alone", exact=True)
        for label in (3, 5)
    )
    three.press("Enter")
    expect(three).to_have_attribute("aria-pressed", "true")
    threes = settled(visitor, plane)
    five.press("Enter")
    expect(three).to_have_attribute("aria-pressed", "false")
    assert len({everyone, threes, settled(visitor, plane)}) == 3
    five.press("Enter")
    expect(five).to_have_attribute("aria-pressed", "false")
    assert settled(visitor, plane) == everyone


def test_a_jump_leaves_no_straight_trail(visitor: Visitor):
    """After a click elsewhere the map looks as if the pointer had never been anywhere else."""
    visitor.opens("generate")
    plane = visitor.main.locator("canvas.plane")
    box = plane.bounding_box()
    assert box
    far, here = [(box["x"] + s * box["width"], box["y"] + s * box["height"]) for s in (0.9, 0.2)]
    visitor.page.mouse.move(*here)
    arrived = settled(visitor, plane)
    visitor.page.mouse.move(*far)
    visitor.page.mouse.move(0, 0)
    visitor.page.mouse.move(*here)
    assert settled(visitor, plane) == arrived


def test_a_finger_moves_over_the_map_without_scrolling_and_a_tap_chooses(arrive: Callable[..., Visitor]):
    visitor = arrive(**PHONE)
    visitor.opens("generate")
    plane = visitor.main.locator("canvas.plane")
    plane.scroll_into_view_if_needed()
    before, chosen = colours(visitor), visitor.picture(POINT).get_attribute("alt")
    box = plane.bounding_box()
    assert box
    finger = visitor.page.context.new_cdp_session(visitor.page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.8
    touch(finger, "touchStart", x, y)
    for step in range(1, 11):
        touch(finger, "touchMove", x - 8 * step, y - 20 * step)
    touch(finger, "touchEnd")
    visitor.waits_until(lambda: colours(visitor), lambda seen: not np.array_equal(seen, before))
    visitor.page.wait_for_timeout(QUIET_MS)
    assert plane.bounding_box() == box, "the page scrolled"
    assert visitor.picture(POINT).get_attribute("alt") == chosen

    visitor.page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + 0.3 * box["height"])
    sees_reported(visitor, (1.8, 1.2))
    visitor.sees_no_failure()


def sweep(visitor: Visitor) -> tuple[list[str], list[str]]:
    """What the map says of places all over it, and what their pictures look like."""
    plane = visitor.main.locator("canvas.plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box
    names, points = [], []
    for across, up in product(np.linspace(0.3, 0.7, 9), np.linspace(0.2, 0.8, 7)):
        x, y = round(box["x"] + across * box["width"]), round(box["y"] + up * box["height"])
        visitor.page.mouse.move(x, y)
        settled(visitor, plane)
        name, place = visitor.main.locator(".where").inner_text().splitlines()
        names.append(name)
        points.append(numbers(place))
    decoded = torch.from_numpy(np.stack([blended(point) for point in points])) / 255
    return names, [naming.said(label) for label in naming.names(decoded[:, None])]


def blended(point: Any) -> np.ndarray:
    """What the map shows at a point: the four tiles around it, weighted by nearness; grey, uint8 (28, 28)."""
    x, y = ((u / tiles.EXTENT + 1) / 2 * (tiles.N_TILES - 1) for u in (point[0], -point[1]))
    column, row = (min(int(c), tiles.N_TILES - 2) for c in (x, y))
    right, down = x - column, y - row
    top, bottom = (grid()[r, column] * (1 - right) + grid()[r, column + 1] * right for r in (row, row + 1))
    return (top * (1 - down) + bottom * down + 0.5).astype(np.uint8)


@cache
def grid() -> np.ndarray:
    """The tiles that the app serves, float (N_TILES, N_TILES, 28, 28)."""
    with Image.open(tiles.FILE) as file:
        rows = np.asarray(file, dtype=float).reshape(tiles.N_TILES, 28, tiles.N_TILES, 28)
    return rows.transpose(0, 2, 1, 3)


def shows(seen: np.ndarray, grey: np.ndarray) -> bool:
    """Whether colours are those of grey values, give or take one."""
    expected = pictures.palette_table(frame.PALETTES[0])[grey].astype(int)
    return int(np.abs(seen - expected).max()) <= 4


def listen(socket: WebSocket, sent: list[Any], received: list[Any]) -> None:
    socket.on("framesent", lambda frame: sent.append(frame))
    socket.on("framereceived", lambda frame: received.append(frame))


def touch(finger: Any, kind: str, *place: float) -> None:
    points = [dict(zip("xy", place, strict=True))] if place else []
    finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def colours(visitor: Visitor) -> np.ndarray:
    """The pixels of the picture beside the map, (28, 28, 3)."""
    rgba = visitor.main.locator("canvas.decoded").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data]"
    )
    return np.array(rgba).reshape(28, 28, 4)[..., :3]


def settled(visitor: Visitor, plane: Locator) -> str:
    """The picture of the map, after the browser has drawn it."""
    visitor.page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    return plane.evaluate("canvas => canvas.toDataURL()")


def sees_reported(visitor: Visitor, point: tuple[float, float]) -> None:
    """The page decodes the point that was chosen, and the map names the same one."""
    near = pytest.approx(point, abs=0.05)
    reported = visitor.waits_until(lambda: numbers(visitor.picture(POINT).get_attribute("alt")), near.__eq__)
    visitor.sees_it_ready()
    assert numbers(visitor.main.locator(".where").inner_text()) == pytest.approx(reported, abs=0.011)


def numbers(text: str | None) -> tuple[float, ...]:
    return tuple(float(number) for number in re.findall(r"-?\d+\.\d+", text or ""))
