"""What memory the app's process keeps: page by page, by visitor, by stroke, by upload.

`python -m benchmarks.memory`, a quarter of an hour; the figures are those of the PyTorch that is installed.
"""

import io
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import torch
from PIL import Image
from playwright.sync_api import Browser, Page
from tqdm import trange

from benchmarks.app import PAGES, PAPER, READY, answered, draw, opened, turned_to, visitor
from benchmarks.browser import chromium
from benchmarks.server import Server, served
from ui.shell.memory import REST_SECONDS

VISITORS, STROKES, UPLOADS = 8, 300, 50
ON_A_BOARD = 15  # strokes, before it is cleared
UPLOAD_SIDE = 1740  # pixels of a picture of noise, whose PNG takes 9 MB


def megabytes(server: Server, page: Page) -> float:
    """Memory on Home, which a visitor has just come back to."""
    turned_to(page, "Find anomalies")
    turned_to(page, "Home")
    return at_rest(server, page)


def at_rest(server: Server, page: Page) -> float:
    """Memory once the app has had time to give back what lies idle."""
    page.wait_for_timeout(1000 * REST_SECONDS + 1000)
    return server.resident_mb()


def unfold(page: Page) -> None:
    """Open every section of a page, one after the other."""
    for section in page.get_by_test_id("stMain").get_by_test_id("stExpander").all():
        section.locator("summary").click()
        page.wait_for_timeout(300)
        page.locator(READY).wait_for()


def large_picture(seed: int) -> bytes:
    """A PNG of noise, which cannot be packed: 9 MB."""
    pixels = np.random.default_rng(seed).integers(0, 256, (UPLOAD_SIDE, UPLOAD_SIDE, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def clear(page: Page) -> None:
    """Empty the board, and wait for the new one."""
    page.locator(".st-key-canvas_clear button").click()
    page.wait_for_timeout(1000)
    page.locator(READY).wait_for()
    page.locator(PAPER).last.wait_for()


def uploaded(page: Page, number: int) -> None:
    """Bring a large picture, and wait until the page has done with it."""
    file = {"name": f"{number}.png", "mimeType": "image/png", "buffer": large_picture(number)}
    page.locator("input[type=file]").first.set_input_files(file)
    page.wait_for_timeout(1000)
    page.locator(READY).wait_for()


def measured(server: Server, browser: Browser) -> Iterator[tuple[str, float]]:
    """Name of a measurement, and megabytes."""
    with visitor(browser) as page:
        opened(page, server.address)
        yield "Home", at_rest(server, page)
        for label in PAGES:
            turned_to(page, label)
            yield label, at_rest(server, page)
        for label in PAGES:
            turned_to(page, label)
            unfold(page)
        yield "after every section of every page", at_rest(server, page)
        before = megabytes(server, page)
        for turn in trange(STROKES, desc="strokes"):
            draw(page, turn % ON_A_BOARD)
            answered(page)
            if turn % ON_A_BOARD == ON_A_BOARD - 1:
                clear(page)
        yield f"more after {STROKES} strokes", megabytes(server, page) - before
        page.get_by_role("tab", name="Upload").click()
        uploaded(page, 0)
        before = megabytes(server, page)
        page.get_by_role("tab", name="Upload").click()
        for turn in trange(1, UPLOADS + 1, desc="uploads"):
            uploaded(page, turn)
        yield f"more after {UPLOADS} uploads of 9 MB", megabytes(server, page) - before
        before = megabytes(server, page)
        with ExitStack() as others:
            for _ in range(VISITORS):
                opened(others.enter_context(visitor(browser)), server.address)
            yield "more for each further visitor", (megabytes(server, page) - before) / VISITORS


def main() -> None:
    """Print each figure as it comes."""
    print(f"PyTorch {torch.__version__}")
    with served("streamlit_app.py") as server, chromium() as browser:
        for name, mb in measured(server, browser):
            print(f"{name:36}{mb:8.0f} MB", flush=True)


if __name__ == "__main__":
    main()
