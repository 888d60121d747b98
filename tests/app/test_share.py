"""A link carries the digit exactly, however it was brought, and the settings; a card and a film show it."""

import base64
import io
import json
import re
from typing import NoReturn

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

import vae
from tests.app.conftest import ENTRY, SEVEN, draw, picture_file, texts
from ui import mask
from ui.digit import card, film
from ui.digit.digit import from_strokes
from ui.shell import address, load
from vae.checks import FileError

PAGE = "pages/anomaly.py"
FOLDED = "pages/denoise.py"  # where the ways to bring a digit are folded away
SMILEY = (
    [
        [
            (40 + round(100 * (1 + np.cos(a))), 40 + round(100 * (1 + np.sin(a))))
            for a in np.linspace(0, 6.3, 40)
        ]
    ]
    + [[(110, 110), (111, 118)], [(170, 110), (170, 118)]]
    + [[(90, 170), (110, 195), (140, 205), (170, 195), (190, 170)]]
)
OLD_LINK = (
    "pA1o-gdSXz1lP6IrpxnZ"  # 15 bytes of the model, as the first links had them: the gallery's sixth digit
)


def visit() -> AppTest:
    return AppTest.from_file(str(ENTRY), default_timeout=300).run()


def upload() -> AppTest:
    app = visit()
    app.file_uploader(key="upload").upload("digit.jpg", picture_file(90, 120, "JPEG"))
    return app.run()


def pick() -> AppTest:
    app = visit()
    app.pills(key="pick_label").set_value(3)
    return app.run()


def put_in_a_heart() -> AppTest:
    app = AppTest.from_file(str(ENTRY), default_timeout=300).switch_page("pages/anomaly.py").run()
    app.button(key="anomaly_Heart").click()
    return app.run()


SENT = {
    "pen": ("this drawing", lambda: draw(visit(), SEVEN)),
    "a smiley": ("this drawing", lambda: draw(visit(), *SMILEY)),
    "picture": ("this picture", upload),
    "gallery": ("this 3", pick),
    "shape": ("this heart", put_in_a_heart),
}


@pytest.fixture(scope="module")
def sent() -> AppTest:
    """A visit in which somebody has drawn."""
    return draw(visit(), SEVEN)


def share(app: AppTest) -> AppTest:
    """Open the place to send the digit from."""
    app.session_state["share"] = True
    return app.run()


def links(app: AppTest) -> list[str]:
    return [code.value for code in app.code if "digit=" in code.value]


@pytest.mark.parametrize("kind", SENT)
def test_a_link_brings_back_exactly_what_was_there(open_page, kind):
    name, bring = SENT[kind]
    sender = bring()
    text = sender.session_state["carried"]
    assert len(text) <= 600
    for page in (PAGE, FOLDED):
        app = open_page(page, digit=text, fbclid="x")
        found = app.session_state["digit"]
        assert not app.exception and not app.warning
        assert torch.equal(found.image, sender.session_state["digit"].image)
        assert (found.source, found.name) == ("link", name)
        assert app.session_state["carried"] == text
        assert "came with the link" in texts(app) and "ignored" not in texts(app)
        assert links(app) == []
        assert links(share(app)) == [f"?digit={text}"]


def test_a_drawing_lies_on_the_board_again_and_can_be_undone_stroke_by_stroke(open_page):
    sender = draw(visit(), *SMILEY)
    app = open_page("pages/anomaly.py", digit=sender.session_state["carried"])
    board = app.session_state["canvas"]
    assert [stroke.pen for stroke in board.strokes] == ["medium"] * len(SMILEY)
    gap = np.abs(board.strokes[1].points[0] - np.array(SMILEY[1][0]) / 280).max()
    assert gap < 0.02
    app.button(key="canvas_undo").click().run()
    assert len(app.session_state["canvas"].strokes) == len(SMILEY) - 1
    assert app.session_state["digit"].source == "drawing"
    left = from_strokes(app.session_state["canvas"].strokes)
    assert torch.equal(app.session_state["digit"].image, left.image)


def test_a_link_of_the_first_kind_still_opens(open_page):
    app = open_page(PAGE, digit=OLD_LINK)
    found = app.session_state["digit"]
    assert not app.exception and not app.warning
    assert (found.source, found.name) == ("link", "this digit")
    assert float((found.image - vae.load_gallery().images[5]).square().mean()) < 0.01
    assert app.session_state["carried"] == OLD_LINK


def test_settings_stand_in_the_link(open_page, sent):
    text = sent.session_state["carried"]
    app = open_page(
        "pages/compress.py", digit=text, compress_bytes="20", utm_source="chat", compress_x="y" * 50
    )
    assert not app.exception
    assert app.slider(key="compress_bytes").value == 20
    assert links(share(app)) == [f"?digit={text}&compress_bytes=20"]
    assert "ignored" not in texts(app)


@pytest.mark.parametrize(
    ("page", "query", "value"),
    [
        (FOLDED, {"denoise_kind": "Salt and pepper", "denoise_share": "50"}, 50),
        ("pages/impute.py", {"impute_way": "Left"}, mask.LEFT),
        ("pages/anomaly.py", {"anomaly_alarm": "5%"}, 0.05),
    ],
    ids=["noise", "mask", "alarm"],
)
def test_the_main_choice_of_a_page_comes_back_from_the_address(open_page, page, query, value):
    app = open_page(page, **query)
    assert not app.exception and not app.warning and "ignored" not in texts(app)
    assert app.session_state[list(query)[-1]] == value


def test_what_a_visitor_draws_is_never_replaced_by_a_link(open_page, sent):
    first = sent.session_state["carried"]
    app = draw(open_page(digit="gallery.5." + address.signed("gallery", "5")[-3:]), [(140, 40), (140, 240)])
    drawn = app.session_state["digit"]
    assert drawn.source == "drawing"
    second = app.session_state["carried"]
    assert second.startswith("pen.") and second != first
    app.query_params["digit"] = first
    for page in ("streamlit_app.py", FOLDED):
        app.switch_page(page).run()
        assert not app.exception and not app.warning
        assert app.session_state["digit"] is drawn
        assert app.session_state["carried"] == second


BAD = {
    "another model's": "A" * 20,
    "long": "7" * 5000,
    "a long drawing": address.signed("pen", "A" * 5000),
    "a long picture": address.signed("picture", "A" * 5000),
    "no picture": address.signed("picture", "AAAA"),
    "no strokes": address.signed("pen", "AAAA"),
    "beyond the gallery": address.signed("gallery", "300"),
    "before the gallery": address.signed("gallery", "-1"),
    "another kind": address.signed("weights", "AAAA"),
    "an unknown shape": address.signed("shape", "Passwd"),
    "odd": "ÄÖÜ€" * 5,
    "repeated": ["A" * 20, "B" * 20],
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_link_gets_one_sentence_and_a_digit_of_the_gallery(open_page, name):
    app = open_page(PAGE, digit=BAD[name], n="1")
    assert not app.exception
    assert "no digit that can be read" in app.warning[0].value
    assert len(app.warning) == 1 and "ignored" not in texts(app)
    assert app.session_state["digit"].source == "stand-in"
    assert app.session_state["carried"] is None


def failing(error: Exception):
    def fail(*args: object) -> NoReturn:
        raise error

    return fail


GALLERY_LINK = address.signed("gallery", "5")


@pytest.mark.parametrize(
    ("text", "part", "missing"),
    [(OLD_LINK, "model", "there is no weights file"), (GALLERY_LINK, "gallery", "the gallery is missing")],
    ids=["weights", "gallery"],
)
def test_a_link_is_not_blamed_for_a_missing_file(open_page, monkeypatch, text, part, missing):
    monkeypatch.setattr(load, part, failing(FileError(missing)))
    app = open_page(digit=text)
    assert not app.exception
    said = [warning.value for warning in app.warning]
    assert said.count(f"{missing[:1].upper()}{missing[1:]}.") == 1 and "link" not in " ".join(said)
    assert app.session_state["digit"].label == 7


@pytest.mark.parametrize("kind", [RuntimeError, ValueError])
def test_a_link_is_not_blamed_for_an_error_of_ours_which_is_logged(open_page, monkeypatch, caplog, kind):
    monkeypatch.setattr(vae, "decompress", failing(kind("mat1 and mat2 shapes cannot be multiplied")))
    app = open_page(digit=OLD_LINK)
    assert not app.exception
    said = " ".join(warning.value for warning in app.warning)
    assert "on our side" in said and "mat1" not in said and "The link" not in said
    assert app.session_state["digit"].source == "stand-in"
    assert "mat1 and mat2" in caplog.text
    caplog.clear()


def test_a_link_is_no_longer_valid_when_one_letter_is_changed_or_lost(open_page, sent):
    text = sent.session_state["carried"]
    for broken in (text[:9] + ("A" if text[9] != "A" else "B") + text[10:], text[:-1], text[:12] + text[13:]):
        app = open_page(PAGE, digit=broken)
        assert len(app.warning) == 1
        assert app.session_state["digit"].source == "stand-in"


def test_nothing_is_sent_before_somebody_brought_a_digit(open_page):
    app = share(open_page(PAGE))
    assert links(app) == [] and "this page has a link" in texts(app)


def test_a_card_shows_the_digit_five_results_and_the_link(sent):
    mine = sent.session_state["digit"]
    here, there = (picture(card.draw(mine, f"http://{host}/?digit=x", "grey")) for host in ("a", "b"))
    assert here.shape == (630, 1200, 3)
    differs = np.flatnonzero((here != there).any(axis=(1, 2)))
    assert 380 < differs.min() < differs.max() < 600  # the link and its QR code, nothing else
    longest = picture(card.draw(mine, "http://a/?digit=" + "x" * 620, "grey"))
    assert longest.shape == here.shape and (longest[400:580, 60:220] != here[400:580, 60:220]).any()
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


def test_a_card_is_drawn_in_its_turn(sent, one_core, monkeypatch):
    free = []
    monkeypatch.setattr(card, "jobs", lambda mine, palette: free.append(one_core.n_free) or [])
    card.draw(sent.session_state["digit"], "http://a/?digit=x", "grey")
    assert free == [0] and one_core.n_free == 1


def picture(file: bytes) -> np.ndarray:
    opened = Image.open(io.BytesIO(file))
    assert opened.format == "PNG"
    return np.asarray(opened)


def test_a_film_is_made_when_asked_for_and_stays_as_long_as_its_link(open_page, sent, monkeypatch):
    made = film.Film(b"GIF", "My 7 is a film.")
    links = []
    monkeypatch.setattr(film, "to_share", lambda mine, link: links.append(link) or made)
    text = sent.session_state["carried"]
    app = share(open_page("pages/compress.py", digit=text))
    assert not links and films(app) == []
    app.button(key="share_film").click().run()
    assert links == [f"?digit={text}"]
    gif = base64.b64encode(made.file).decode()
    assert films(app) == [{"link": links[0], "sentence": made.sentence, "gif": gif}]
    app.session_state["share"] = False
    assert films(app.run()) == []
    assert films(share(app))[0]["gif"] == gif
    app.query_params["compress_bytes"] = "20"
    assert films(app.run()) == []
    assert len(links) == 1  # not again with every rerun


def films(app: AppTest) -> list[dict[str, str]]:
    """What the browser is given to show films."""
    components = [each.proto for each in app.get("bidi_component")]
    return [json.loads(each.json) for each in components if each.component_name == "send_film"]
