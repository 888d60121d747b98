"""What a link carries: strokes and pictures as few characters, read exactly as they were written."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import vae
from ui.formats import picture_code, stroke_code
from ui.formats.fabric import Stroke
from vae.framing.strokes import PENS

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def wave(n: int = 200, *, side: float = 0.5, at: float = 0.2, pen: str = "medium") -> Stroke:
    """A curve of many points."""
    t = np.linspace(0, 1, n)
    return Stroke(at + side * np.stack([t, 0.5 + 0.5 * np.sin(9 * t)], axis=1), pen)


def test_strokes_come_back_with_their_pens_places_and_dots():
    strokes = [wave(), Stroke(np.array([[0.9, 0.1]]), "thin"), wave(5, side=0.1, pen="thick")]
    found = stroke_code.read(stroke_code.written(strokes))
    assert [stroke.pen for stroke in found] == ["medium", "thin", "thick"]
    assert found[1].points == pytest.approx(strokes[1].points, abs=0.004)
    for before, after in zip(strokes, found, strict=True):
        assert after.points[[0, -1]] == pytest.approx(before.points[[0, -1]], abs=0.004)


@pytest.mark.parametrize("side", [0.15, 0.5, 0.9])
def test_what_is_framed_hardly_changes(side: float):
    framed = [
        vae.frame_strokes([stroke.points for stroke in strokes])
        for strokes in (
            [wave(side=side, at=0.05)],
            stroke_code.read(stroke_code.written([wave(side=side, at=0.05)])),
        )
    ]
    assert (framed[0] - framed[1]).abs().mean() < 0.015


def test_a_usual_stroke_takes_few_characters():
    assert len(stroke_code.written([wave()])) <= 40


@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=80),
            st.sampled_from(sorted(PENS)),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_drawing_fits_or_is_known_not_to(drawn):
    strokes = [Stroke(np.array(points), pen) for points, pen in drawn]
    if np.ptp(np.concatenate([stroke.points for stroke in strokes]), axis=0).max() < 0.05:
        return
    text = stroke_code.written(strokes)
    if text is not None:
        assert len(text) <= stroke_code.MOST_CHARACTERS
        found = stroke_code.read(text)
        assert [stroke.pen for stroke in found] == [pen for _, pen in drawn]
        assert all(0 <= stroke.points.min() <= stroke.points.max() <= 1 for stroke in found)


def test_a_scribble_is_too_long():
    generator = np.random.default_rng(0)
    assert stroke_code.written([Stroke(generator.random((1000, 2)), "thin")]) is None
    assert stroke_code.written([wave(2, side=0.01 * i) for i in range(6, 100)]) is None


@given(st.text(LETTERS + "ü. ", max_size=420))
def test_other_characters_spell_strokes_or_are_refused_in_a_sentence(text: str):
    try:
        strokes = stroke_code.read(text)
    except ValueError as error:
        assert str(error) == "these characters spell no strokes"
    else:
        assert all(np.isfinite(stroke.points).all() for stroke in strokes)


def test_cut_strokes_are_refused():
    text = stroke_code.written([wave()])
    for n in range(len(text) - 1):
        with pytest.raises(ValueError, match="spell no strokes"):
            stroke_code.read(text[:n])


@pytest.mark.parametrize("i", range(0, 300, 30))
def test_a_picture_comes_back_within_half_a_grey_step(digits, i: int):
    text = picture_code.written(digits[i])
    assert len(text) <= picture_code.MOST_CHARACTERS
    found = picture_code.read(text)
    assert found.shape == (1, 28, 28) and found.dtype == torch.float32
    assert (found - digits[i]).abs().max() <= 0.5 / 255 + 1e-6
    assert torch.equal(picture_code.read(picture_code.written(found)), found)


def test_even_noise_fits():
    noise = torch.rand((1, 28, 28), generator=torch.Generator().manual_seed(0))
    text = picture_code.written(noise)
    assert len(text) <= picture_code.MOST_CHARACTERS
    assert (picture_code.read(text) - noise).abs().max() <= 0.5 / 15 + 1e-6


@given(st.one_of(st.text(max_size=40), st.text(LETTERS, max_size=600)))
def test_other_characters_spell_no_picture(text: str):
    with pytest.raises(ValueError, match="these characters spell no picture"):
        picture_code.read(text)


def test_a_bomb_is_not_unpacked():
    import base64
    import zlib

    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(bytes(50_000_000)) + packer.flush()
    with pytest.raises(ValueError, match="these characters spell no picture"):
        picture_code.read(base64.urlsafe_b64encode(b"\xff" + packed).decode())


def test_strokes_of_links_of_before_are_read_and_longer_ones_are_not():
    place, dot = "AAAAA", "AEAA"  # all zeros; a thin stroke of one point
    assert len(stroke_code.read(place + 97 * dot)) == 97
    with pytest.raises(ValueError, match="spell no strokes"):
        stroke_code.read(place + 98 * dot)
