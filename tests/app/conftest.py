"""What every page's test needs: the app, and a way to draw on its canvas."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from ui.formats.fabric import SIDE
from ui.shell import turns

ENTRY = Path(__file__).parents[2] / "streamlit_app.py"
PENS = {"canvas": 43, "eraser": 106}  # the medium ones, in pixels of the board
SEVEN = [(70, 70), (200, 70), (120, 230)]
LONG = 60  # seconds, after which a test would rather fail than wait


@pytest.fixture(autouse=True)
def nothing_goes_wrong_unseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """An error that a page makes a sentence of fails the test, unless the test clears the log."""
    yield
    assert not [record for record in caplog.get_records("call") if record.name == "ui.shell.frame"]


@pytest.fixture
def one_core(monkeypatch: pytest.MonkeyPatch) -> Iterator[turns.Cores]:
    """A machine with one core, and visitors without patience."""
    core = turns.Cores(1)
    monkeypatch.setattr(turns, "_cores", core)
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.1)
    yield core
    assert core.n_free == 1  # given back, whatever happened


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """`open_page("pages/impute.py")` runs a page as a first visitor's browser would, with no digit yet."""

    def opened(path: str = "streamlit_app.py", **query: str) -> AppTest:
        app = AppTest.from_file(str(ENTRY), default_timeout=300)
        if path != ENTRY.name:
            app.switch_page(path)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return opened


def draw(app: AppTest, *strokes: list[tuple[int, int]], board: str = "canvas") -> AppTest:
    """Draw on a board with its medium pen, as the browser reports it; places are in 280ths of its side."""
    objects = [fabric_path(stroke, PENS[board]) for stroke in strokes]
    return send(app, {"objects": objects}, board)


def send(app: AppTest, raw: object, board: str = "canvas") -> AppTest:
    """Let a board's canvas send anything."""
    app.session_state[f"{board}_{app.session_state[board].mounts}"] = {"drawing": {"raw": raw, "data": None}}
    return app.run()


def fabric_path(stroke: list[tuple[int, int]], width: int) -> dict[str, Any]:
    """What fabric.js writes about a stroke of its pencil, in pixels of the board."""
    points = np.array(stroke) * SIDE / 280
    middles = (points[:-1] + points[1:]) / 2
    curves = [
        ["Q", *point, *middle] for point, middle in zip(points[:-1].tolist(), middles.tolist(), strict=True)
    ]
    path = [["M", *points[0].tolist()], *curves, ["L", *points[-1].tolist()]]
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    place = {"left": (left + right) / 2, "top": (top + bottom) / 2, "originX": "center", "originY": "center"}
    return {"type": "Path", "version": "7.4.0", "strokeWidth": width, "path": path, **place}


def texts(app: AppTest) -> str:
    """All words on the page, for a test to look for a sentence."""
    elements = [*app.title, *app.header, *app.markdown, *app.caption, *app.warning, *app.metric]
    return "\n".join(str(element.value) for element in elements)


def html(app: AppTest) -> str:
    """All plain HTML on the page."""
    return "\n".join(element.proto.body for element in app.get("html"))


def pictures_of(app: AppTest) -> list[Any]:
    """All pictures on the page, each with its url, alt and caption."""
    return [picture for element in app.get("image") for picture in element.proto.imgs]


def alts(app: AppTest) -> list[str]:
    """The alternative texts of all pictures on the page."""
    return [picture.alt for picture in pictures_of(app)]


def picture_file(width: int, height: int, kind: str = "PNG", **options: object) -> bytes:
    """A picture file with a dark bar on white."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    pixels[height // 4 : 3 * height // 4, 2 * width // 5 : 3 * width // 5] = 20
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()
