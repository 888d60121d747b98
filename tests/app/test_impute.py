"""Fill in: every way to hide gives completions, by brush and by keyboard."""

import pytest

from tests.app.conftest import SEVEN, draw, picture_file, texts

PAGE = "pages/impute.py"
WAYS = ("Top", "Left", "Block", "Dots")


def pictures_of(app):
    return sum(len(element.proto.imgs) for element in app.get("image"))


def test_a_drawing_is_completed_and_scored(open_page):
    app = draw(open_page(PAGE), SEVEN)
    assert not app.exception and not app.warning
    assert app.session_state["digit"].source == "drawing"
    assert "your drawing" in texts(app)
    assert "Biharmonic" in texts(app) and "best here" in texts(app)
    assert pictures_of(app) > 8


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_hide_works_without_drawing(open_page, way):
    app = open_page(PAGE)
    app.segmented_control(key="impute_way").set_value(way).run()
    assert not app.exception and not app.warning
    assert "this 7" in texts(app)


def test_the_brush_hides_what_it_paints(open_page):
    app = open_page(PAGE)
    app.segmented_control(key="impute_way").set_value("Brush").run()
    assert "Nothing of this 7 is hidden yet" in texts(app)
    draw(app, [(100, 60), (100, 220)], board="eraser", ink="#ff8fa3")
    assert not app.exception and not app.warning
    assert "On the hidden part of this 7" in texts(app)
    app.button(key="eraser_clear").click().run()
    assert "Nothing of this 7 is hidden yet" in texts(app)


def test_another_digit_empties_the_brush(open_page):
    app = open_page(PAGE)
    app.segmented_control(key="impute_way").set_value("Brush").run()
    draw(app, [(100, 60), (100, 220)], board="eraser", ink="#ff8fa3")
    app.pills(key="pick_label").set_value(3).run()
    assert "Nothing of this 3 is hidden yet" in texts(app)


def test_a_share_of_pixels_is_hidden_as_the_slider_says(open_page):
    app = open_page(PAGE)
    app.segmented_control(key="impute_way").set_value("Dots").run()
    app.slider(key="impute_share").set_value(95).run()
    assert not app.exception
    assert "On the hidden part of this 7" in texts(app)


def test_a_hostile_upload_gives_a_sentence_and_the_digit_stays(open_page):
    app = draw(open_page(PAGE), SEVEN)
    drawn = app.session_state["digit"]
    app.file_uploader(key="upload").upload("huge.png", picture_file(5000, 10)).run()
    assert not app.exception
    assert "5000 × 10" in app.warning[0].value
    assert app.session_state["digit"] is drawn


def test_the_page_ends_with_the_reason_and_a_failure(open_page):
    app = open_page(PAGE)
    assert [header.value for header in app.header] == ["What is happening", "Where it fails"]
