"""From pen strokes to 28 x 28: the pen's width is the pen's, whatever the drawing's size, place and unit."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import vae
from unit.conftest import one_sentence
from vae.framing.strokes import MOST_POINTS, PENS

SEVEN = np.array([(70, 70), (200, 75), (120, 230)])
FOUR = [np.array([(90, 50), (70, 150), (210, 150)]), np.array([(185, 80), (185, 240)])]
ONE = np.array([(150, 40), (140, 240)])
FLAT = np.array([(10, 50), (200, 50)])
SHAPES = {"seven": [SEVEN], "four": FOUR, "one": [ONE], "flat": [FLAT]}


def change(a: Tensor, b: Tensor) -> float:
    return (a - b).abs().mean().item()


@pytest.mark.parametrize("pen", PENS)
@pytest.mark.parametrize("strokes", SHAPES.values(), ids=SHAPES)
def test_framed_strokes_are_as_mnist_digits_are(strokes: list, pen: str) -> None:
    image = vae.frame_strokes(strokes, pen=pen)
    assert image.shape == (1, 28, 28) and image.dtype == torch.float32
    assert image.min() == 0 and image.max() == 1
    inked = [torch.nonzero(image[0].amax(dim=axis) > 0.05).flatten() for axis in (1, 0)]
    assert max((places.max() - places.min() + 1).item() for places in inked) == 20
    rows, columns = image[0].sum(dim=1), image[0].sum(dim=0)
    for profile in (rows, columns):
        assert abs((profile @ torch.arange(28.0) / profile.sum()).item() - 14) <= 0.51


@pytest.mark.parametrize("pen", PENS)
def test_a_pen_draws_as_thick_as_it_says(pen: str) -> None:
    across = vae.frame_strokes([FLAT], pen=pen)[0, :, 14]
    assert across.sum().item() == pytest.approx(PENS[pen], abs=0.15)


def test_thicker_pens_leave_more_ink() -> None:
    thin, medium, thick = (
        vae.frame_strokes(FOUR, pen=pen).sum().item() for pen in ("thin", "medium", "thick")
    )
    assert 1.1 * thin < medium < thick / 1.1


@pytest.mark.parametrize("strokes", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize(("scale", "at"), [(0.15, 3), (1e-6, 0), (1, 1e4), (1e200, -1e200), (0.5, 400)])
def test_size_place_and_unit_do_not_matter(strokes: list, scale: float, at: float) -> None:
    moved = [scale * stroke + at for stroke in strokes]
    assert change(vae.frame_strokes(moved), vae.frame_strokes(strokes)) < 0.01


def test_each_stroke_can_have_a_pen_of_its_own() -> None:
    thin, thick = (vae.frame_strokes(FOUR, pen=pen) for pen in ("thin", "thick"))
    mixed = vae.frame_strokes(FOUR, pen=["thin", "thick"])
    assert thin.sum() < mixed.sum() < thick.sum()
    assert torch.equal(vae.frame_strokes(FOUR, pen=["thin", "thin"]), thin)


def test_strokes_are_framed_as_their_picture_is() -> None:
    image = vae.frame_strokes(FOUR)
    again = vae.frame_drawing((255 * image[0]).round().to(torch.uint8).numpy())
    assert change(again, image) < 0.005


def test_a_point_is_a_dot_beside_a_line() -> None:
    line = [np.array([(0.0, 0.0), (0.0, 70.0)])]
    dotted = vae.frame_strokes([*line, np.array([(0.0, 100.0)])])
    dot = dotted[0, 20:, 10:18]
    assert dot.max() > 0.9
    assert not torch.equal(dotted, vae.frame_strokes(line))


def test_lists_and_whole_numbers_will_do() -> None:
    as_lists = [stroke.tolist() for stroke in FOUR]
    assert torch.equal(vae.frame_strokes(as_lists), vae.frame_strokes(FOUR))


@given(st.lists(st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 2), min_size=1), min_size=1, max_size=5))
def test_any_strokes_are_framed_or_are_a_dot(strokes: list) -> None:
    try:
        image = vae.frame_strokes(strokes)
    except ValueError as error:
        assert "no more than a dot" in str(error)
    else:
        assert torch.isfinite(image).all() and image.max() == 1 and image.sum() > 5


WRONG = {
    "nothing": ([], "one stroke or more"),
    "no list": (None, "one stroke or more"),
    "text": ("strokes", "one stroke or more"),
    "an array": (np.zeros((3, 2)), "one stroke or more"),
    "an empty stroke": ([np.zeros((0, 2))], r"\(n, 2\)"),
    "three numbers a point": ([np.zeros((4, 3))], r"\(n, 2\)"),
    "numbers alone": ([[1, 2]], r"\(n, 2\)"),
    "ragged": ([[(1, 2), (3,)]], "of numbers"),
    "words": ([[("a", "b")]], "of numbers"),
    "NaN": ([[(0, 0), (1, float("nan"))]], "NaN or infinity"),
    "infinity": ([[(0, 0), (1, float("inf"))]], "NaN or infinity"),
    "too far": ([[(-1.7e308, 0), (1.7e308, 0)]], "too far apart"),
    "a million points": ([np.zeros((10**6, 2))], f"at most {MOST_POINTS:,} points"),
    "a point": ([[(3, 4)]], "no more than a dot"),
    "a point many times": ([[(3, 4)] * 5, [(3, 4)]], "no more than a dot"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(name: str) -> None:
    strokes, words = WRONG[name]
    with pytest.raises(ValueError, match=words) as error:
        vae.frame_strokes(strokes)
    assert one_sentence(error)


@pytest.mark.parametrize("pen", ["", "Thin", "broad", 3, None, ["thin"], ["thin", "broad"]], ids=str)
def test_an_unknown_pen_is_refused(pen: object) -> None:
    with pytest.raises(ValueError, match="pen must be one of thin, medium, thick"):
        vae.frame_strokes(FOUR, pen=pen)


def test_as_many_points_as_are_allowed_take_a_second() -> None:
    scribble = np.random.default_rng(0).random((MOST_POINTS, 2))
    assert vae.frame_strokes([scribble]).max() == 1
