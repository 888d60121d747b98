"""The board by itself: what is put on it is there, and can be taken back stroke by stroke."""

import numpy as np
from streamlit.testing.v1 import AppTest

from tests.app.conftest import draw, fabric_path, send
from ui.formats.fabric import Stroke


def page():
    import numpy as np
    import streamlit as st

    from ui.digit import canvas
    from ui.formats import fabric
    from ui.formats.fabric import Stroke

    if "visit" not in st.session_state:
        st.session_state["visit"] = 1
        strokes = [Stroke(np.array([[x, 0.2], [x, 0.8]]), "thin") for x in (0.25, 0.75)]
        canvas.put("canvas", strokes)
    board = canvas.board("canvas", ink="#ffffff", pens=fabric.PENS)
    st.session_state["now"], st.session_state["changed"] = board.strokes, board.take_change()
    st.button("Show again", key="show_again", on_click=canvas.show_again, args=("canvas",))


def columns(app: AppTest) -> list[float]:
    return [float(stroke.points[0, 0]) for stroke in app.session_state["now"]]


def test_what_is_put_on_a_board_is_taken_back_stroke_by_stroke():
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    assert columns(app) == [0.25, 0.75] and not app.session_state["changed"]
    for left in ([0.25], []):
        app.button(key="canvas_undo").click().run()
        assert columns(app) == left and app.session_state["changed"]
    assert app.button(key="canvas_undo").disabled and app.button(key="canvas_clear").disabled


def test_what_is_drawn_is_told_once_and_cleared_and_brought_back():
    app = AppTest.from_function(page, default_timeout=60).run()
    draw(app, [(70, 56), (70, 224)], [(210, 56), (210, 224)], [(140, 56), (140, 224)])
    assert columns(app) == [0.25, 0.75, 0.5] and app.session_state["changed"]
    app.run()
    assert columns(app) == [0.25, 0.75, 0.5] and not app.session_state["changed"]
    app.button(key="canvas_clear").click().run()
    assert columns(app) == [] and app.session_state["changed"]
    app.button(key="canvas_undo").click().run()
    assert columns(app) == [0.25, 0.75, 0.5] and app.session_state["changed"]


def test_a_board_is_built_again_only_where_it_would_not_show_what_is_drawn():
    app = AppTest.from_function(page, default_timeout=60).run()

    def mounts_again() -> int:
        before = app.session_state["canvas"].mounts
        app.button(key="show_again").click().run()
        return app.session_state["canvas"].mounts - before

    assert mounts_again() == 0
    draw(app, [(140, 56), (140, 224)])
    assert mounts_again() == 1 and mounts_again() == 0
    assert columns(app) == [0.5] and not app.session_state["changed"]
    app.button(key="canvas_clear").click().run()
    assert mounts_again() == 0 and columns(app) == []


def test_strokes_that_arrive_together_are_taken_back_one_by_one():
    app = AppTest.from_function(page, default_timeout=60).run()
    draw(app, *[[(x, 56), (x, 224)] for x in (70, 210, 140, 28)])
    assert columns(app) == [0.25, 0.75, 0.5, 0.1] and app.session_state["changed"]
    for left in ([0.25, 0.75, 0.5], [0.25, 0.75]):
        app.button(key="canvas_undo").click().run()
        assert columns(app) == left


def test_each_undo_takes_back_one_stroke_even_where_the_first_ones_can_stay_for_good(monkeypatch):
    app = AppTest.from_function(page, default_timeout=60).run()
    monkeypatch.setattr("ui.digit.canvas._LONGEST_HISTORY", 20)
    draw(app, *[[(x, 56), (x, 224)] for x in range(20, 270, 10)])
    for n in range(25, 6, -1):
        assert len(columns(app)) == n
        app.button(key="canvas_undo").click().run()
    assert len(columns(app)) == 6 and app.button(key="canvas_undo").disabled
    app.button(key="canvas_clear").click().run()
    assert columns(app) == []


def test_a_stroke_that_leaves_the_board_and_comes_back_is_taken_back_as_one():
    app = AppTest.from_function(page, default_timeout=60).run()
    draw(app, [(70, 56), (70, 224)], [(210, 56), (210, 224)], [(140, 56), (400, 56), (400, 224), (140, 224)])
    assert columns(app)[:3] == [0.25, 0.75, 0.5] and len(columns(app)) == 4
    app.button(key="canvas_undo").click().run()
    assert columns(app) == [0.25, 0.75]


def test_what_a_visitor_can_keep_on_a_board_is_bounded():
    board = AppTest.from_function(page, default_timeout=60).run().session_state["canvas"]
    for _ in range(300):
        board.add([Stroke(np.zeros((10_000, 2)), "thin")])
    assert sum(len(stroke.points) for step in board.history for stroke in step) <= 200_000
    assert len(board.history) == 20 and board.strokes
    board.add([Stroke(np.zeros((300_000, 2)), "thin")])
    assert len(board.history) == 1


def test_of_what_a_canvas_sent_a_few_bytes_are_kept():
    app = AppTest.from_function(page, default_timeout=60).run()
    path = fabric_path([(70, 56), (70, 224)], 43)
    send(app, {"objects": [{**path, "more": "x" * 1_000_000}]})
    kept = app.session_state["canvas"].seen
    assert kept.n_objects == 1 and len(kept.digest) == 32
    assert len(columns(app)) == 1
