"""A link carries the digit: good ones, bad ones, and the card that goes with it."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.app.conftest import ENTRY, SEVEN, alts, draw, texts

PAGE = "pages/compress.py"
FOLDED = "pages/denoise.py"  # where the ways to bring a digit are folded away
TEXT = re.compile(r"[A-Za-z0-9_-]{20}")


@pytest.fixture(scope="module")
def sent() -> AppTest:
    """A visit in which somebody has drawn."""
    return draw(AppTest.from_file(str(ENTRY), default_timeout=300).run(), SEVEN)


def links(app: AppTest) -> list[str]:
    return [code.value for code in app.code if "digit=" in code.value]


@pytest.mark.parametrize("page", [PAGE, FOLDED])
def test_a_link_opens_its_digit(open_page, sent, page):
    text = sent.session_state["carried"]
    assert TEXT.fullmatch(text)
    app = open_page(page, digit=text, fbclid="x")
    found = app.session_state["digit"]
    assert not app.exception and not app.warning
    assert found.source == "link"
    assert float((found.image - sent.session_state["digit"].image).square().mean()) < 0.01
    assert app.session_state["carried"] == text
    assert "came with the link" in texts(app) and "ignored" not in texts(app)
    assert links(app) == [f"?digit={text}"]
    assert "the digit that the link rebuilds" in alts(app)


def test_what_a_visitor_draws_is_never_replaced_by_a_link(open_page, sent):
    first = sent.session_state["carried"]
    app = draw(open_page(digit=first), [(140, 40), (140, 240)])
    drawn = app.session_state["digit"]
    assert drawn.source == "drawing"
    second = app.session_state["carried"]
    assert TEXT.fullmatch(second) and second != first
    app.query_params["digit"] = first
    for page in ("streamlit_app.py", FOLDED):
        app.switch_page(page).run()
        assert not app.exception and not app.warning
        assert app.session_state["digit"] is drawn
        assert app.session_state["carried"] == second


BAD = {
    "another model's": "A" * 20,
    "long": "7" * 5000,
    "odd": "ÄÖÜ€" * 5,
    "repeated": ["A" * 20, "B" * 20],
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_link_gets_one_sentence_and_a_digit_of_the_gallery(open_page, name):
    app = open_page(PAGE, digit=BAD[name], n="1")
    assert not app.exception
    assert [warning.value for warning in app.warning if "no digit that this model can read" in warning.value]
    assert len(app.warning) == 1 and "ignored" not in texts(app)
    assert app.session_state["digit"].source == "stand-in"
    assert app.session_state["carried"] is None


def test_a_link_is_no_longer_valid_when_one_letter_is_changed(open_page, sent):
    text = sent.session_state["carried"]
    app = open_page(PAGE, digit=text[:9] + ("A" if text[9] != "A" else "B") + text[10:])
    assert len(app.warning) == 1
    assert app.session_state["digit"].source == "stand-in"


def test_a_card_shows_the_digit_five_results_and_the_link(sent):
    from ui import card

    mine = sent.session_state["digit"]
    here, there = (picture(card.draw(mine, f"http://{host}/?digit=x", "grey")) for host in ("a", "b"))
    assert here.shape == (630, 1200, 3)
    differs = np.flatnonzero((here != there).any(axis=(1, 2)))
    assert 400 < differs.min() < differs.max() < 600  # the link and its QR code, nothing else
    titles = [job.title for job in card.jobs(mine, "grey")]
    assert titles == ["Compressed", "Invented", "Cleaned", "Judged", "Completed"]
    assert all(np.std(shown) > 10 for job in card.jobs(mine, "grey") for shown in job.pair)
    words = " ".join(job.words for job in card.jobs(mine, "grey"))
    for measured in (
        r"15 bytes",
        r"From \d+\.\d to \d+\.\d dB",
        r"tranger than [\w,]+ of [\d,]+",
        r"0\.\d\d off",
    ):
        assert re.search(measured, words)


def picture(file: bytes) -> np.ndarray:
    opened = Image.open(io.BytesIO(file))
    assert opened.format == "PNG"
    return np.asarray(opened)
