"""Strokes: read from what the canvas writes, put on it again, and refused where nobody can have drawn so."""

import time

import numpy as np
import pytest

from ui.formats import fabric
from ui.formats.fabric import SIDE, Stroke
from vae.checks import InputError

PENS = {"thin": 29, "medium": 43}


def path(*commands, width=43):
    return {"type": "Path", "path": [list(command) for command in commands], "strokeWidth": width}


def line(*points, width=43):
    first, *others = [[x * SIDE, y * SIDE] for x, y in points]
    return path(("M", *first), *[("L", *point) for point in others], width=width)


def strokes_of(*objects):
    return fabric.strokes_of({"objects": list(objects)}, PENS)


def test_a_stroke_has_its_pen_and_its_places_on_the_board():
    (stroke,) = strokes_of(line((0.25, 0.5), (0.75, 1), width=29))
    assert stroke.pen == "thin"
    assert stroke.points.dtype == np.float64
    assert stroke.points == pytest.approx(np.array([[0.25, 0.5], [0.75, 1]]))


def test_a_curve_is_followed_within_a_pixel_of_the_board():
    bend = path(("M", 100, 100), ("Q", 110, 100, 110, 110), ("L", 110, 120))
    (stroke,) = strokes_of(bend)
    t = np.linspace(0, 1, 50)[:, None]
    start, control, end = np.array([[100, 100], [110, 100], [110, 110]])
    curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    dense = np.concatenate(
        [np.linspace(a, b, 50) for a, b in zip(stroke.points, stroke.points[1:], strict=False)]
    )
    gaps = np.linalg.norm(curve[:, None] - dense[None] * SIDE, axis=2).min(axis=1)
    assert gaps.max() < 1


def test_a_tap_is_one_point():
    (stroke,) = strokes_of(path(("M", 99.957, 200), ("L", 100.043, 200)))
    assert stroke.points == pytest.approx(np.array([[100, 200]]) / SIDE)


def test_what_was_read_can_be_put_on_a_board_and_read_again():
    drawn = strokes_of(
        path(("M", 10, 20), ("Q", 30, 40, 50, 45), ("Q", 70, 50, 600, 300), ("L", 672, 310), width=29),
        path(("M", 99.957, 200), ("L", 100.043, 200)),
        line((0, 0.2), (0, 0.8), (1, 0.8), (1, 0)),
    )
    again = fabric.strokes_of(fabric.drawing_of(drawn, PENS, "#ffffff"), PENS)
    assert [stroke.pen for stroke in again] == ["thin", "medium", "medium"]
    for before, after in zip(drawn, again, strict=True):
        assert after.points == pytest.approx(before.points, abs=1e-9)


def test_only_what_lies_on_the_board_is_kept():
    parts = strokes_of(line((0.5, 0.5), (1.5, 0.5), (1.5, 0.75), (0.5, 0.75), (0.25, 0.75)))
    assert [part.points.tolist() for part in parts] == [
        [[0.5, 0.5], [1, 0.5]],
        [[1, 0.75], [0.5, 0.75], [0.25, 0.75]],
    ]
    assert (
        strokes_of(line((1.2, 0.5), (1.5, 0.5)), line((-0.5, -0.5), (2, -0.5)), line((1.2, 0), (1.2, 1)))
        == []
    )
    (through,) = strokes_of(line((-1, -1), (3, 3)))
    assert through.points == pytest.approx(np.array([[0, 0], [1, 1]]))
    assert all(0 <= part.points.min() <= part.points.max() <= 1 for part in parts)


def test_paint_covers_what_the_pen_covers():
    strokes = [Stroke(np.array([[0.25, 0.5], [0.75, 0.5]]), "medium"), Stroke(np.array([[0.5, 0.9]]), "thin")]
    paint = fabric.painted(strokes, PENS, 336) > 0
    assert paint.shape == (336, 336)
    assert paint[:, 168].nonzero()[0].min() == pytest.approx(168 - 43 / 4, abs=1)
    assert paint[168].nonzero()[0].tolist()[:: paint[168].sum() - 1] == pytest.approx(
        [84 - 11, 252 + 10], abs=1
    )
    assert paint[250:].sum() == pytest.approx(np.pi * (29 / 4) ** 2, rel=0.1)


GOOD = {"type": "Path", "path": [["M", 1, 1], ["L", 9, 9]], "strokeWidth": 43}
ENDLESS = {"type": "Path", "path": [["M", 1, 1]] + [["L", 9, 9]] * 1_000_000, "strokeWidth": 43}
JUNK = {
    "nothing": None,
    "a text": "objects",
    "a list": [],
    "no objects": {},
    "objects that are none": {"objects": {"path": []}},
    "a number among them": {"objects": [7]},
    "a list among them": {"objects": [[]]},
    "an empty object": {"objects": [{}]},
    "another shape": {"objects": [GOOD | {"type": "Rect"}]},
    "no type": {"objects": [{"path": GOOD["path"], "strokeWidth": 43}]},
    "no pen": {"objects": [{"path": GOOD["path"], "type": "Path"}]},
    "another pen": {"objects": [GOOD | {"strokeWidth": 1e300}]},
    "a list for a pen": {"objects": [GOOD | {"strokeWidth": [43]}]},
    "too many strokes": {"objects": [GOOD] * 100_000},
    "too many points": {"objects": [ENDLESS]},
} | {
    f"the path {str(junk)[:30]}": {"objects": [GOOD | {"path": junk}]}
    for junk in (
        None,
        [],
        {},
        "M 1 1 L 2 2",
        {"M": 1},
        [[]],
        [7],
        ["M11", "L22"],
        [["M"]],
        [["M", 1]],
        [["M", 1, 1, 1]],
        [["L", 1, 1]],
        [["M", 1, 1], ["M", 2, 2]],
        [["M", 1, 1], ["C", 1, 1, 1, 1, 1, 1]],
        [["M", 1, 1], [["L"], 1, 1]],
        [["M", 1, "1"]],
        [["M", True, 1]],
        [["M", None, 1]],
        [["M", [1], 1]],
        [["M", float("nan"), 1]],
        [["M", float("inf"), 1]],
        [["M", 1e300, 1]],
        [["M", -(10**400), 1]],
        [["M", 1, {"x": [[[[]]]]}]],
    )
}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK.keys())
def test_what_nobody_can_have_drawn_is_refused_in_one_sentence_at_once(junk):
    start = time.process_time()
    with pytest.raises(ValueError, match=r"^(what the canvas sent is no drawing|this drawing has more)"):
        fabric.strokes_of(junk, PENS)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK.keys())
def test_what_is_refused_is_the_visitors_input_and_no_fault_of_ours(junk):
    with pytest.raises(InputError):
        fabric.strokes_of(junk, PENS)


def test_the_largest_drawing_is_read_in_a_moment():
    scribble = path(("M", 1, 1), *[("Q", 9, 9 * (i % 70), 20, 20) for i in range(fabric.MOST_POINTS - 1)])
    start = time.process_time()
    assert strokes_of(scribble)[0].points.shape == (2 * fabric.MOST_POINTS - 1, 2)
    assert time.process_time() - start < 2
