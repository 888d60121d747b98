"""Time the app beside a minimal page with the same canvas, in a real browser: `make bench`.

What is slow on a slow machine is slow for both, so the ratios travel. Measure on an idle machine.
"""

import json
import os
import platform
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from playwright.sync_api import Browser, Page
from tqdm import tqdm

from benchmarks.browser import chromium
from benchmarks.server import ROOT, served

APPS = {"app": "streamlit_app.py", "minimal page": "benchmarks/minimal_page.py"}
PAGES = ("Compress", "Generate", "Denoise", "Find anomalies", "Fill in", "How it works", "Scoreboard")
ROUNDS = 3  # fresh processes of each app
OPENINGS, DRAWINGS, DIGITS = 4, 8, 3  # in each of them; every page is visited with so many new digits
RESULT = ROOT / "runs" / "bench.json"
PATIENCE_MS = 120_000
QUIET_MS = 600  # without a change, after which a page is taken to be done
STATE = "data-test-script-state"
READY = f"[data-testid=stApp][{STATE}=notRunning]"
PAPER = "canvas.upper-canvas"
WATCH = f"""
window.clock = performance.now(); // when the visitor last did something: came, or let the mouse go
window.changes = []; // of pictures, in milliseconds since then
window.readyAt = 0; // when a run of the page last came to its end, in milliseconds since then
const since = () => performance.now() - window.clock;
const isPicture = (it) => it.matches?.("img") || it.querySelector?.("img");
new MutationObserver((records) => {{
  if (records.some(({{ target, addedNodes }}) => isPicture(target) || [...addedNodes].some(isPicture)))
    window.changes.push(since());
  if (records.some(({{ attributeName }}) => attributeName === "{STATE}") && document.querySelector("{READY}"))
    window.readyAt = since();
}}).observe(document, {{ subtree: true, childList: true, attributeFilter: ["src", "{STATE}"] }});
addEventListener("mouseup", () => {{
  window.clock = performance.now();
  window.changes = [];
  window.readyAt = 0;
}}, true);
"""

Times = dict[str, list[float]]  # name of a measurement -> one figure for each try


@contextmanager
def visitor(browser: Browser) -> Iterator[Page]:
    """A new visitor, whose browser has nothing in its cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.add_init_script(WATCH)
    yield page
    context.close()


def opened(page: Page, address: str) -> float:
    """Open the app; seconds until its script has ended and a picture is there."""
    page.goto(address)
    page.wait_for_function("changes.length")
    return max(ready(page), page.evaluate("changes[0]") / 1000)


def ready(page: Page) -> float:
    """Wait until the page is done; seconds since the visitor did something, to the end of its last run.

    A run that is cut short ends a moment before the one that takes its place begins, so an end has to hold.
    """
    page.wait_for_function(
        f"readyAt && document.querySelector('{READY}') && performance.now() - clock - readyAt > {QUIET_MS}"
    )
    return page.evaluate("readyAt") / 1000


def drawn(page: Page, turn: int) -> tuple[float, float]:
    """Draw one stroke; seconds from pen-up to the first and to the last new picture."""
    draw(page, turn)
    return answered(page)


def draw(page: Page, turn: int, *, lean: float = 0.0) -> None:
    """Draw one stroke, another one each turn, that leans by a share of the board."""
    page.locator(READY).wait_for()
    box = page.locator(PAPER).last.bounding_box()
    assert box is not None
    x, y, side = box["x"], box["y"], box["width"]
    page.mouse.move(x + side * (0.25 + 0.04 * turn), y + 0.2 * side)
    page.mouse.down()
    page.mouse.move(x + side * (0.35 + 0.04 * turn - lean), y + 0.8 * side, steps=6)
    page.mouse.up()


def answered(page: Page) -> tuple[float, float]:
    """Wait for all that a stroke changes; seconds from pen-up to the first and to the last new picture."""
    page.wait_for_function(f"changes.length && performance.now() - clock - changes.at(-1) > {QUIET_MS}")
    page.locator(READY).wait_for()
    first, last = page.evaluate("[changes[0], changes.at(-1)]")
    return first / 1000, last / 1000


def turned_to(page: Page, label: str) -> float:
    """Go to another page by its link; seconds until it is ready."""
    title = page.get_by_role("heading", level=1)
    before = title.inner_text()
    page.get_by_test_id("stSidebar").get_by_role("link", name=label, exact=True).click()
    page.wait_for_function("before => document.querySelector('h1')?.innerText !== before", arg=before)
    return ready(page)


def measured(browser: Browser, script: str, *, pages: tuple[str, ...]) -> Times:
    """One fresh process of an app: opened, drawn on, and every page visited with digits new to it."""
    times: Times = defaultdict(list)
    with served(script) as server:
        with visitor(browser) as page:
            times["cold: ready"].append(opened(page, server.address))
        for _ in range(OPENINGS):
            with visitor(browser) as page:
                times["warm: ready"].append(opened(page, server.address))
        with visitor(browser) as page:
            opened(page, server.address)
            for turn in range(DRAWINGS):
                first, last = drawn(page, turn)
                times["pen-up: first picture"].append(first)
                times["pen-up: all pictures"].append(last)
            for digit in range(DIGITS if pages else 0):
                if digit:
                    turned_to(page, "Home")
                    drawn(page, DRAWINGS + digit)
                for label in pages:
                    times[f"new digit: {label}"].append(turned_to(page, label))
                for label in pages:
                    times[f"seen digit: {label}"].append(turned_to(page, label))
            times["memory: MB after every page"].append(server.resident_mb())
    return times


def table(times: dict[str, Times]) -> list[str]:
    """Medians and 95th percentiles of both apps, and how many times the minimal page's ours are.

    A page's change is set beside the minimal page's opening.
    """
    ours, least = times["app"], times["minimal page"]
    lines = [f"{'':34}" + f"{'app':>9}{'minimal':>9}{'ratio':>7}" + f"{'p95':>9}{'minimal':>9}{'ratio':>7}"]
    for name, figures in ours.items():
        yardstick = least[name if name in least else "warm: ready"]
        line = f"{name:34}"
        for figure in (statistics.median, late):
            mine, minimal = figure(figures), figure(yardstick)
            line += f"{mine:9.2f}{minimal:9.2f}{mine / minimal:7.2f}"
        lines.append(line)
    return lines


def late(figures: list[float]) -> float:
    """The 95th percentile, as one of the figures."""
    return sorted(figures)[int(0.95 * (len(figures) - 1) + 0.5)]


def processor() -> str:
    """The name of the processor's model, where the system tells it."""
    cpus = Path("/proc/cpuinfo")
    named = re.search(r"^model name\s*:\s*(.+)$", cpus.read_text() if cpus.exists() else "", re.MULTILINE)
    return named[1] if named else platform.processor()


def main() -> None:
    """Measure both apps in turn, print the table, and write every try to runs/bench.json."""
    times: dict[str, Times] = {name: defaultdict(list) for name in APPS}
    with chromium() as browser:
        for name in tqdm([name for _ in range(ROUNDS) for name in APPS], desc="processes"):
            tries = measured(browser, APPS[name], pages=PAGES if name == "app" else ())
            for what, figures in tries.items():
                times[name][what] += figures
    facts = {"processor": processor(), "cores": os.cpu_count(), "torch": torch.__version__}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(facts | {"seconds": times}, indent=1) + "\n", encoding="utf-8")
    print(f"{facts}\n" + "\n".join(table(times)))


if __name__ == "__main__":
    main()
