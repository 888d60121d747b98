"""Two browsers at once, round after round: each sees its own digit on every page, and no error."""

import random
from collections.abc import Iterator

from playwright.sync_api import Error, Page, expect

from benchmarks.browser import chromium
from benchmarks.server import served
from tests.browser.conftest import LAPTOP
from tests.browser.visitor import PAGES, Visitor
from ui.shell import address

N = 200


def tries(n: int) -> Iterator[str | None]:
    """What is wrong in each of n rounds of two browsers; None where nothing is."""
    draw = random.Random(0)
    with served("streamlit_app.py") as server, chromium() as browser:
        pages = [browser.new_context(viewport=LAPTOP).new_page() for _ in range(2)]
        for _ in range(n):
            yield _round(pages, server.address, draw)


def _round(pages: list[Page], base: str, draw: random.Random) -> str | None:
    """Both open a page with a digit of their own, at once, and then look."""
    classes = draw.sample(range(10), 2)
    paths = [draw.choice(PAGES[:-1]) for _ in pages]  # the last shows no digit
    for page, label, path in zip(pages, classes, paths, strict=True):
        page.goto(f"{base}/{path}?digit={address.signed('gallery', str(label))}")
    for page, label, path in zip(pages, classes, paths, strict=True):
        try:
            Visitor(page, base).sees_page(path)
            if page.get_by_test_id("stException").count():
                return f"{path}: an error box"
            expect(page.get_by_alt_text(f"this {label}, framed").first).to_be_visible()
        except (AssertionError, Error) as error:
            return f"{path}: {str(error).splitlines()[0]}"
    return None
