"""The real server, the real browser, and a visitor whose console must stay clean."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, expect

from benchmarks.browser import chromium
from benchmarks.server import ServerError, served
from tests.browser.visitor import PATIENCE_MS, Visitor

LAPTOP = {"width": 1280, "height": 900}
CALM = {"viewport": LAPTOP, "color_scheme": "light", "reduced_motion": "reduce"}

expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Server:
    """The app as it runs for visitors."""

    address: str
    log: Path

    def said(self, since: int = 0) -> str:
        """What it logged, from a place in the log on."""
        return self.log.read_text(encoding="utf-8", errors="replace")[since:]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("server") / "log.txt"
    try:
        with served("streamlit_app.py", log) as found:
            yield Server(found.address, log)
    except ServerError as error:
        pytest.fail(f"{error}\n{log.read_text(encoding='utf-8', errors='replace')}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def arrive(browser: Browser, server: Server) -> Iterator[Callable[..., Visitor]]:
    """`arrive(color_scheme="dark")` is a new visitor; at the end, none of them may have met an error.

    Nothing moves by itself, which would take half of a core; `arrive(**MOVING)` sees it move.
    """
    contexts, errors, start = [], [], len(server.said())

    def arrived(**options: Any) -> Visitor:
        context = browser.new_context(**CALM | options)
        context.set_default_timeout(PATIENCE_MS)
        context.set_default_navigation_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", lambda said: errors.append(_complaint(said)) if _is_error(said) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: (errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        contexts.append(context)
        return Visitor(page, server.address)

    yield arrived
    for context in contexts:
        for page in context.pages:
            print(f"--- {page.url[:200]}\n{page.inner_text('body')}")  # pytest shows it where a test failed
        context.close()
    log = server.said(start)
    print(f"--- server\n{log}")
    assert not errors, "the browser's console has errors"
    assert "Traceback" not in log, "the server met an exception"


def _is_error(said: ConsoleMessage) -> bool:
    """An error, unless Streamlit probes for its server below a page's own address, before it finds it."""
    probe = re.fullmatch(r"http://[^/]+/\w+/_stcore/(health|host-config)", said.location["url"])
    return said.type == "error" and not probe


def _complaint(said: ConsoleMessage) -> str:
    return f"{said.text} ({said.location['url']})"


@pytest.fixture
def visitor(arrive: Callable[..., Visitor]) -> Visitor:
    """One visitor with a laptop."""
    return arrive()
