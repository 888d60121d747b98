"""How long 1, 2, 4 and 8 visitors wait who draw on Home at the same time: `python -m benchmarks.crowd`.

Every stroke of every visitor starts all five jobs. Measure on an idle machine.
"""

import statistics
import time
from contextlib import ExitStack

from playwright.sync_api import Browser
from tqdm import tqdm

from benchmarks.app import answered, draw, opened, visitor
from benchmarks.browser import chromium
from benchmarks.server import served

CROWDS = (1, 2, 4, 8)
TURNS = 6
PAUSE_SECONDS = 3  # from one stroke to the next


def waits(browser: Browser, address: str, n_visitors: int) -> list[float]:
    """Seconds from pen-up to the last new picture, for each visitor and each stroke."""
    with ExitStack() as everyone:
        pages = [everyone.enter_context(visitor(browser)) for _ in range(n_visitors)]
        for page in pages:
            opened(page, address)
        found = []
        for turn in tqdm(range(TURNS), desc=f"{n_visitors} visitors"):
            start = time.perf_counter()
            for number, page in enumerate(pages):
                draw(page, turn, lean=0.2 * number / n_visitors)  # nobody's answer is another one's
            found += [answered(page)[1] for page in pages]
            time.sleep(max(0.0, start + PAUSE_SECONDS - time.perf_counter()))
    return found


def main() -> None:
    """Print a table: visitors, and the median, the 95th percentile and the longest of their waits."""
    with served("streamlit_app.py") as server, chromium() as browser:
        with visitor(browser) as page:
            opened(page, server.address)
        found = {n: waits(browser, server.address, n) for n in CROWDS}
        memory = server.resident_mb()
    print(f"{'visitors':>9}{'median s':>10}{'p95 s':>8}{'longest s':>11}")
    for n, seconds in found.items():
        late = statistics.quantiles(seconds, n=20)[-1]
        print(f"{n:9}{statistics.median(seconds):10.2f}{late:8.2f}{max(seconds):11.2f}")
    print(f"memory: {memory:.0f} MB")


if __name__ == "__main__":
    main()
