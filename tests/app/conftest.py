"""What every page's test needs: the app, and a way to draw on its canvas."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

ENTRY = Path(__file__).parents[2] / "streamlit_app.py"
SEVEN = [(70, 70), (200, 70), (120, 230)]


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


def draw(app: AppTest, *strokes: list[tuple[int, int]], board: str = "canvas", ink: str = "white") -> AppTest:
    """Draw on a board, as the browser reports it; no strokes = the blank canvas that Reset leaves."""
    picture = Image.new("RGBA", (280, 280), "black" if board == "canvas" else (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        pen.line(stroke, fill=ink, width=18, joint="curve")
    file = io.BytesIO()
    picture.save(file, "PNG")
    url = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    raw = {"objects": [{"type": "Path", "path": stroke} for stroke in strokes]}
    key = f"{board}_{app.session_state[board].mounts}"
    app.session_state[key] = {"drawing": {"raw": raw, "data": url}}
    return app.run()


def texts(app: AppTest) -> str:
    """All words on the page, for a test to look for a sentence."""
    elements = [*app.title, *app.header, *app.markdown, *app.caption, *app.warning, *app.metric]
    return "\n".join(str(element.value) for element in elements)


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
