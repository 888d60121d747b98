"""Home: the digit arrives by canvas, gallery or upload, and stays."""

import pytest

from tests.app.conftest import SEVEN, draw, picture_file, texts
from ui.digit.digit import from_gallery
from ui.shell import address

DOT = [(140, 140), (142, 143), (146, 141)]


def test_a_first_visitor_sees_a_digit(open_page):
    app = open_page()
    assert not app.exception
    assert app.session_state["digit"].label == 7


def test_a_drawing_becomes_the_digit_and_survives_a_change_of_page(open_page):
    app = draw(open_page(), SEVEN)
    assert not app.exception
    drawn = app.session_state["digit"]
    assert drawn.source == "drawing"
    app.switch_page("pages/impute.py").run()
    assert app.session_state["digit"] is drawn
    assert len(app.session_state["canvas"].start) == 1


def test_undo_takes_back_one_stroke_and_then_the_clearing(open_page):
    app = draw(open_page(), SEVEN)
    first = app.session_state["digit"].image
    app = draw(app, SEVEN, [(60, 150), (200, 150)])
    both = app.session_state["digit"].image
    assert not both.equal(first)
    app.button(key="canvas_clear").click().run()
    assert "The board is empty" in texts(app) and not app.warning
    assert app.session_state["digit"].image.equal(both)
    assert app.button(key="canvas_clear").disabled
    for expected in (both, first, first):
        app.button(key="canvas_undo").click().run()
        assert app.session_state["digit"].image.equal(expected)
    assert app.button(key="canvas_undo").disabled
    assert "The board is empty" in texts(app) and not app.warning


@pytest.mark.parametrize("stroke", [DOT, [(140, 140)]])
def test_a_dot_is_said_to_be_no_more_and_the_digit_stays(open_page, stroke):
    app = draw(open_page(), stroke)
    assert not app.exception and not app.warning
    assert "no more than a dot" in texts(app)
    assert app.session_state["digit"].label == 7
    app = draw(app, stroke, SEVEN)
    assert "no more than a dot" not in texts(app)
    assert app.session_state["digit"].source == "drawing"


def test_what_the_board_says_is_forgotten_with_the_digit(open_page):
    app = draw(open_page(), DOT)
    app.pills(key="pick_label").set_value(3).run()
    assert "no more than a dot" not in texts(app)


def test_a_held_out_digit_can_be_picked_without_drawing(open_page):
    app = open_page()
    app.pills(key="pick_label").set_value(3).run()
    first = app.session_state["digit"]
    app.button(key="pick_next").click().run()
    assert app.session_state["digit"].label == first.label == 3
    assert [first.text, app.session_state["digit"].text] == [from_gallery(3, turn).text for turn in (0, 1)]


def test_a_class_that_is_pressed_again_stands_for_its_next_example(open_page):
    app = open_page()
    app.pills(key="pick_label").set_value(3).run()
    first = app.session_state["digit"]
    draw(app, SEVEN)
    app.pills(key="pick_label").unselect(3).run()
    assert not app.exception
    assert app.pills(key="pick_label").value == 3
    assert [first.text, app.session_state["digit"].text] == [from_gallery(3, turn).text for turn in (0, 1)]
    assert len(app.session_state["canvas"].strokes) == 1


def test_another_digit_comes_without_a_choice_of_its_class(open_page):
    app = open_page()
    first = app.session_state["digit"]
    app.button(key="pick_next").click().run()
    assert first.label == 7 and app.session_state["digit"].text == from_gallery(7, 1).text


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_upload_becomes_the_digit(open_page, kind):
    app = open_page()
    app.file_uploader(key="upload").upload(f"digit.{kind.lower()}", picture_file(90, 120, kind)).run()
    assert not app.exception and not app.warning
    assert app.session_state["digit"].source == "upload"


HOSTILE = {
    "one pixel": (picture_file(1, 1), "1 × 1"),
    "too flat": (picture_file(10_000, 4), "10000 × 4"),
    "text": (b"not a picture at all", "not a PNG"),
    "cut": (picture_file(90, 120)[:120], "damaged"),
    "blank": (picture_file(40, 40, "JPEG", quality=1)[:40], "not a PNG"),
    "too many bytes": (bytes(20 * 2**20 + 1), "20 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_upload_gets_one_sentence_and_the_digit_stays(open_page, name):
    data, words = HOSTILE[name]
    app = draw(open_page(), SEVEN)
    drawn = app.session_state["digit"]
    app.file_uploader(key="upload").upload("digit.png", data).run()
    assert not app.exception
    assert words in app.warning[0].value
    assert app.session_state["digit"] is drawn


def test_absurd_query_parameters_are_ignored_with_a_sentence(open_page):
    app = open_page(page="../../etc/passwd", n="9" * 5000)
    assert not app.exception
    assert "ignored" in texts(app)


def test_the_map_marks_the_digit_by_you(open_page):
    assert "“you” is this 7" in texts(open_page())
    assert "“you” is this spiral" in texts(open_page(digit=address.signed("shape", "Spiral")))
