"""What a page shows when something cannot be done: a sentence, never a traceback."""

import logging
from typing import NoReturn

import pytest
from streamlit.testing.v1 import AppTest

import vae
from tests.app.conftest import SEVEN, draw, picture_file
from ui import completions

GENERAL = "Something went wrong on our side; your digit is safe, and the other pages work."


def failing(error: BaseException):
    def fail(*args: object, **kwargs: object) -> NoReturn:
        raise error

    return fail


def sentences(app: AppTest) -> list[str]:
    return [warning.value for warning in app.warning]


def test_what_is_wrong_with_the_input_is_said_in_its_own_sentence(open_page, monkeypatch, caplog):
    monkeypatch.setattr(completions, "of", failing(vae.InputError("too little of it can be seen")))
    app = open_page("pages/impute.py")
    assert not app.exception
    assert "Too little of it can be seen." in sentences(app)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("kind", [RuntimeError, ValueError, KeyError])
def test_any_other_error_is_logged_and_its_words_are_not_shown(open_page, monkeypatch, caplog, kind):
    monkeypatch.setattr(completions, "of", failing(kind("mat1 and mat2 shapes cannot be multiplied")))
    app = open_page("pages/impute.py")
    assert not app.exception
    assert GENERAL in sentences(app) and not any("mat1" in sentence for sentence in sentences(app))
    assert "What is happening" in [fold.label for fold in app.expander]
    (first, *_) = [record for record in caplog.records if record.name == "ui.shell.frame"]
    assert "mat1 and mat2" in str(first.exc_info) and "Traceback" in caplog.text
    caplog.clear()


def test_a_picture_that_breaks_its_reader_is_logged_and_the_digit_stays(open_page, monkeypatch, caplog):
    app = draw(open_page(), SEVEN)
    drawn = app.session_state["digit"]
    monkeypatch.setattr(vae, "find_digits", failing(RuntimeError("out of memory")))
    app.file_uploader(key="upload").upload("digit.png", picture_file(90, 120)).run()
    assert not app.exception
    assert sentences(app) == [GENERAL] and app.session_state["digit"] is drawn
    assert "out of memory" in caplog.text
    caplog.clear()


def stopping_page():
    import streamlit as st

    from ui.shell import frame

    with frame.sentence():
        st.session_state["runs"] = st.session_state.get("runs", 0) + 1
        if st.session_state["runs"] == 1:
            st.rerun()
        st.stop()
    st.write("not reached")


def test_a_page_can_be_stopped_and_run_again_from_within():
    app = AppTest.from_function(stopping_page).run()
    assert not app.exception and not app.warning and not app.markdown
    assert app.session_state["runs"] == 2
