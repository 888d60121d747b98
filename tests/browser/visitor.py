"""What a visitor of the real app does in a real browser: open a page, draw, and look."""

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

PATIENCE_MS = 60_000  # for what a visitor waits for; a passing test waits far less
QUIET_MS = 700  # longer than any delay after which the browser reports something
STROKES: dict[str, list[list[tuple[float, float]]]] = json.loads(
    Path(__file__).with_name("strokes.json").read_text(encoding="utf-8")
)
APP = "One Model, Five Superpowers"
ROOT = Path(__file__).parents[2]
PAGES = (
    "",
    "compress",
    "generate",
    "denoise",
    "anomaly",
    "impute",
    "how_it_works",
    "scoreboard",
)  # addresses
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MOVING = {"reduced_motion": "no-preference"}  # a visitor who sees what moves by itself
FRAMED = re.compile("framed in 28 by 28 pixels")


def title(path: str) -> str:
    """The title that a page gives itself, in its own file."""
    source = (ROOT / "pages" / f"{path}.py").read_text(encoding="utf-8") if path else ""
    found = re.search(r'frame\.page\(\s*"([^"]+)"', source)
    return found[1] if found else APP


class Visitor:
    """One person with one browser window."""

    def __init__(self, page: Page, address: str):
        self.page = page
        self.address = address

    def opens(self, path: str = "", query: str = "") -> None:
        """Arrive by an address, as from a bookmark, and wait until the page is ready."""
        self.arrives_at(path, query)
        self.sees_it_ready()

    def arrives_at(self, path: str = "", query: str = "") -> None:
        """Arrive by an address; the page has its title, and the rest may be on its way."""
        self.page.goto(f"{self.address}/{path}{query}")
        self.sees_title(path)

    def follows(self, label: str, path: str) -> None:
        """Go to another page by its link in the sidebar, once this one is ready."""
        self.sees_it_ready()
        self.sidebar.get_by_role("link", name=label, exact=True).click()
        self.sees_page(path)

    def sees_page(self, path: str) -> None:
        """The page has its title and is ready."""
        self.sees_title(path)
        self.sees_it_ready()

    def sees_title(self, path: str) -> None:
        """The page says which one it is."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title(path))

    def sees_it_ready(self) -> None:
        """The script of the page has come to its end."""
        expect(self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached()

    def sees_it_whole(self) -> None:
        """Everything has come: no placeholder is left, every chart is drawn, every letter has its shape."""
        self.sees_it_ready()
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)
        self.page.wait_for_function(
            """() => document.fonts.status === "loaded" && [...document.querySelectorAll(
                "[data-testid=stPlotlyChart]")].every(it => it.querySelector(".main-svg"))"""
        )

    def changes_digit(self) -> None:
        """Open the ways to bring another digit, where a page keeps them over itself."""
        self.sees_it_ready()
        self.named("ways").get_by_role("button").first.click()
        expect(self.ways).to_be_visible()
        self.sees_it_ready()

    def opens_section(self, label: str) -> None:
        """Unfold what a page keeps behind a label, and wait for it."""
        self.sees_it_ready()
        self.main.get_by_test_id("stExpander").get_by_text(label).click()
        self.sees_it_ready()

    def draws(
        self, strokes: list[list[tuple[float, float]]], board: str = "canvas", *, hand: str = "mouse"
    ) -> None:
        """Draw with the mouse or by "touch"; strokes are in the unit square of the board."""
        for places in self.places(strokes, board):
            self.moves(places, hand)

    def moves(self, places: list[tuple[float, float]], hand: str = "mouse", *, end: str = "touchEnd") -> None:
        """Press down at a place of the window, move to the others, and let go, as `end` says, a touch."""
        if hand == "touch":
            screen = self.page.context.new_cdp_session(self.page)
            for kind, place in zip(["touchStart"] + ["touchMove"] * (len(places) - 1), places, strict=True):
                points = [dict(zip("xy", place, strict=True))]
                screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            screen.send("Input.dispatchTouchEvent", {"type": end, "touchPoints": []})
            return
        mouse = self.page.mouse
        mouse.move(*places[0])
        mouse.down()
        for place in places[1:]:
            mouse.move(*place, steps=4)
        mouse.up()

    def places(self, strokes: list[list[tuple[float, float]]], board: str) -> list[list[tuple[float, float]]]:
        """Where strokes in the unit square of a board lie in the window, once the board is there and seen."""
        paper = self.paper(board)
        expect(paper).to_have_count(1)  # two for a moment, where one takes the other's place
        self.sees_it_ready()
        expect(paper).to_be_visible()
        paper.scroll_into_view_if_needed()
        box = paper.bounding_box()
        assert box is not None
        return [
            [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
            for stroke in strokes
        ]

    def paper(self, board: str = "canvas") -> Locator:
        """What a pen draws on."""
        return self.named(board + "_").locator("canvas.upper-canvas").last

    def ink(self, board: str = "canvas") -> int:
        """How many pixels of a board are painted, in other colours than black."""
        return int(self.painted(board).sum())

    def painted(self, board: str = "canvas") -> np.ndarray:
        """Which pixels of a board are painted, in other colours than black: bool (H, W)."""
        paper = self.named(board + "_").locator("canvas.lower-canvas").last  # one may take another's place
        expect(paper).to_be_visible()
        picture = base64.b64decode(paper.evaluate("canvas => canvas.toDataURL().split(',')[1]"))
        with Image.open(io.BytesIO(picture)) as file:
            return np.asarray(file.convert("RGBA"), dtype=int)[..., :3].sum(axis=2) > 150

    def named(self, key: str) -> Locator:
        """The widget whose key begins with this, and all that is in it."""
        return self.page.locator(f"[class*='st-key-{key}']")

    def picture(self, alt: str | re.Pattern[str]) -> Locator:
        """A picture by what it says to those who cannot see it."""
        return self.page.get_by_alt_text(alt, exact=isinstance(alt, str))

    def source(self, alt: str | re.Pattern[str]) -> str:
        """The address of a picture; the same picture has the same address."""
        source = self.picture(alt).first.get_attribute("src")
        assert source
        return source

    def sees_another(self, alt: str | re.Pattern[str], than: str) -> str:
        """A picture is replaced by another one; returns its address."""
        expect(self.picture(alt).first).not_to_have_attribute("src", than)
        self.sees_it_ready()
        return self.source(alt)

    def waits_until(self, look: Callable[[], Any], condition: Callable[[Any], bool]) -> Any:
        """Look again and again until what is seen is right."""
        for _ in range(PATIENCE_MS // 100):
            seen = look()
            if condition(seen):
                return seen
            self.page.wait_for_timeout(100)
        raise AssertionError(f"waited in vain; last seen: {seen!r}")

    def sees_no_failure(self) -> None:
        """No error box, no traceback."""
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
        expect(self.page.get_by_text("Traceback")).to_have_count(0)

    @property
    def main(self) -> Locator:
        return self.page.get_by_test_id("stMain")

    @property
    def ways(self) -> Locator:
        """The ways to bring another digit, where they are open over a page."""
        return self.page.get_by_test_id("stPopoverBody")

    @property
    def sidebar(self) -> Locator:
        return self.page.get_by_test_id("stSidebar")

    @property
    def complaints(self) -> Locator:
        """The sentences about something that went wrong."""
        return self.main.get_by_test_id("stAlert")
