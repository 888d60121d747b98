"""From a drawing to 28 x 28: the same digit wherever, however large and in whatever colour it was drawn."""

import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor

import vae
from unit.conftest import one_sentence
from vae.framing.thickening import THINNEST

Pixels = NDArray[np.uint8]
# no centre of mass lies near halfway between two pixels, where framing on whole pixels must jump
SEVEN = ((70, 70), (200, 75), (120, 230))
FOUR = ((90, 50), (70, 150), (210, 150), (185, 80), (185, 240))
ONE = ((150, 40), (140, 240))
HOOK = ((80, 90), (150, 50), (210, 110), (100, 220), (220, 235))
SHAPES = {"seven": SEVEN, "four": FOUR, "one": ONE, "hook": HOOK}
FINE = 4  # strokes are drawn this much larger and averaged, so that their edges are smooth as a browser's


def coverage(
    points: tuple, *, scale: float = 1.0, at: tuple = (0, 0), size: tuple = (280, 280), pen: float = 18
) -> NDArray:
    """How much of each pixel a stroke with round ends covers, (H, W) in [0, 1]."""
    picture = Image.new("L", (FINE * size[0], FINE * size[1]))
    brush, radius = ImageDraw.Draw(picture), 0.5 * FINE * scale * pen
    places = [(FINE * (scale * x + at[0]), FINE * (scale * y + at[1])) for x, y in points]
    brush.line(places, fill=255, width=round(2 * radius))
    for x, y in places:
        brush.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    return np.asarray(picture.resize(size, Image.Resampling.BOX)) / 255


def painted(cover: NDArray, ink: tuple, paper: tuple) -> Pixels:
    """A stroke of one colour on paper of another."""
    mixed = cover[..., None] * np.array(ink) + (1 - cover[..., None]) * np.array(paper)
    return mixed.round().astype(np.uint8)


def framed(cover: NDArray) -> Tensor:
    return vae.frame_drawing(painted(cover, (255, 255, 255), (0, 0, 0)))


def change(a: Tensor, b: Tensor) -> float:
    """Mean change of a pixel."""
    return (a - b).abs().mean().item()


def centre_of_mass(image: Tensor) -> tuple[float, float]:
    """In pixels counted from 0."""
    index = torch.arange(28.0)
    rows, columns = image[0].sum(dim=1), image[0].sum(dim=0)
    return (rows @ index / rows.sum()).item(), (columns @ index / columns.sum()).item()


@pytest.mark.parametrize("points", SHAPES.values(), ids=SHAPES)
def test_a_framed_drawing_is_as_mnist_digits_are(points: tuple) -> None:
    image = framed(coverage(points))
    assert image.shape == (1, 28, 28)
    assert image.dtype == torch.float32
    assert image.min() == 0 and image.max() == 1
    rows, columns = (torch.nonzero(image[0].amax(dim=axis) > 0.05) for axis in (1, 0))
    assert max(rows.max() - rows.min(), columns.max() - columns.min()) + 1 == 20
    assert all(abs(centre - 14) <= 0.51 for centre in centre_of_mass(image))


def test_mnist_digits_are_framed_as_they_are(pixels: Tensor, digits: Tensor) -> None:
    changes = [
        change(vae.frame_drawing(drawing), x) for drawing, x in zip(pixels.numpy(), digits, strict=True)
    ]
    assert max(changes) < 0.005
    assert sum(changes) / len(changes) < 0.0005


def test_mnist_digits_are_framed_as_they_are_wherever_they_lie(pixels: Tensor, digits: Tensor) -> None:
    for drawing, x in zip(pixels[:30].numpy(), digits, strict=False):
        moved = np.pad(drawing, ((60, 7), (3, 90)))
        assert change(vae.frame_drawing(moved), x) < 0.005


@pytest.mark.parametrize(("times", "most"), [(7, 0.01), (40, 0.002)])
def test_enlarged_digits_are_framed_as_they_were(pixels: Tensor, times: int, most: float) -> None:
    changes = [
        change(
            vae.frame_drawing(np.kron(drawing, np.ones((times, times), np.uint8))), vae.frame_drawing(drawing)
        )
        for drawing in pixels[:20].numpy()
    ]
    assert sum(changes) / len(changes) < most


@pytest.mark.parametrize("points", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("at", [(-55, -30), (50, 0), (0, 27), (-40, 20)])
def test_place_does_not_matter(points: tuple, at: tuple) -> None:
    assert change(framed(coverage(points, at=at)), framed(coverage(points))) < 0.001


@pytest.mark.parametrize("points", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("scale", [0.2, 0.35, 0.6, 1.7, 4.0])
def test_size_does_not_matter(points: tuple, scale: float) -> None:
    side = max(280, round(280 * scale))
    drawn = framed(coverage(points, scale=scale, size=(side, side)))
    assert change(drawn, framed(coverage(points))) < 0.02


def test_the_shape_of_the_canvas_does_not_matter() -> None:
    for size in ((900, 280), (280, 1200)):
        assert change(framed(coverage(SEVEN, size=size)), framed(coverage(SEVEN))) < 0.002


@given(
    ink=st.tuples(*[st.integers(0, 255)] * 3),
    paper=st.tuples(*[st.integers(0, 255)] * 3),
)
def test_colours_do_not_matter(ink: tuple, paper: tuple) -> None:
    contrast = max(abs(a - b) for a, b in zip(ink, paper, strict=True))
    drawing = painted(coverage(HOOK), ink, paper)
    if contrast < 32:
        with pytest.raises(ValueError, match="the drawing is blank"):
            vae.frame_drawing(drawing)
    else:
        assert change(vae.frame_drawing(drawing), framed(coverage(HOOK))) < 0.02


@pytest.mark.parametrize("times", [4, 11])
def test_large_drawings_are_framed_as_small_ones(times: int) -> None:
    cover = coverage(FOUR)
    enlarged = np.kron((255 * cover).round().astype(np.uint8), np.ones((times, times), np.uint8))
    assert change(vae.frame_drawing(enlarged), framed(cover)) < 0.01
    transparent = np.dstack([np.full_like(enlarged, 200)] * 3 + [enlarged])
    assert change(vae.frame_drawing(transparent), framed(cover)) < 0.01


def test_the_largest_drawing_fits_into_memory() -> None:
    drawing = np.zeros((4096, 4096, 4), np.uint8)
    drawing[1000:3000, 2000:2200] = 255
    tracemalloc.start()
    try:
        vae.frame_drawing(drawing)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 300e6


def test_grey_and_colour_pictures_are_framed_alike() -> None:
    cover = coverage(FOUR)
    grey = (255 * cover).round().astype(np.uint8)
    assert torch.equal(vae.frame_drawing(grey), framed(cover))
    assert torch.equal(vae.frame_drawing(255 - grey), vae.frame_drawing(grey))


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255), (200, 30, 90)])
@pytest.mark.parametrize("opacity", [1.0, 0.5])
def test_strokes_on_transparent_paper_are_ink(ink: tuple, opacity: float) -> None:
    cover = coverage(SEVEN)
    drawing = np.dstack([np.broadcast_to(np.array(ink), (280, 280, 3)), 255 * opacity * cover])
    assert change(vae.frame_drawing(drawing.round().astype(np.uint8)), framed(cover)) < 0.02


def test_an_opaque_drawing_is_framed_with_or_without_its_alpha() -> None:
    colour = painted(coverage(SEVEN), (250, 240, 10), (20, 20, 60))
    opaque = np.dstack([colour, np.full((280, 280), 255, np.uint8)])
    assert torch.equal(vae.frame_drawing(opaque), vae.frame_drawing(colour))


def test_colours_under_full_transparency_do_not_count() -> None:
    drawing = np.dstack([painted(coverage(SEVEN), (255, 0, 0), (0, 255, 0)), np.zeros((280, 280), np.uint8)])
    with pytest.raises(ValueError, match="the drawing is blank"):
        vae.frame_drawing(drawing)


def test_a_drawing_is_not_written_to() -> None:
    drawing = painted(coverage(SEVEN), (255, 255, 255), (0, 0, 0))
    before = drawing.copy()
    vae.frame_drawing(drawing)
    assert np.array_equal(drawing, before)


@pytest.mark.parametrize("points", SHAPES.values(), ids=SHAPES)
def test_thin_pens_leave_as_much_ink_as_usual_ones_and_thick_pens_more(points: tuple) -> None:
    thin, usual, thick = (framed(coverage(points, pen=pen)).sum().item() for pen in (7, 20, 28))
    assert thin == pytest.approx(usual, rel=0.1)
    assert thick > 1.1 * usual


@pytest.mark.parametrize("times", [2, 7, 40])
def test_thin_digits_made_larger_stay_thin(pixels: Tensor, times: int) -> None:
    thinnest = min(pixels, key=lambda digit: digit.sum().item()).numpy()
    larger = np.pad(np.kron(thinnest, np.ones((times, times), np.uint8)), ((4, 2), (0, 6)))
    assert change(vae.frame_drawing(larger), vae.frame_drawing(thinnest)) < 0.005


def test_a_single_dot_fills_the_frame() -> None:
    drawing = np.zeros((50, 50), np.uint8)
    drawing[10, 40] = 255
    assert vae.frame_drawing(drawing).sum() == 400


def test_a_line_across_the_widest_canvas_is_framed() -> None:
    drawing = np.zeros((50, 4096), np.uint8)
    drawing[20, 5:4000] = 255
    framed = vae.frame_drawing(drawing)
    assert (framed[0].amax(dim=0) > 0.05).sum() == 20
    assert framed.sum().item() == pytest.approx(20 * THINNEST, rel=0.1)


@pytest.mark.parametrize("points", SHAPES.values(), ids=SHAPES)
def test_framing_twice_is_framing_once(points: tuple) -> None:
    once = framed(coverage(points))
    again = vae.frame_drawing((255 * once[0]).round().to(torch.uint8).numpy())
    assert change(again, once) < 0.002


WRONG = {
    "floats": np.zeros((28, 28)),
    "bool": np.zeros((28, 28), bool),
    "signed": np.zeros((28, 28), np.int64),
    "a list": [[0, 255]],
    "a tensor": torch.zeros((28, 28), dtype=torch.uint8),
    "nothing": None,
}
SHAPELESS = [(28,), (28, 28, 1), (28, 28, 2), (28, 28, 5), (1, 28, 28, 3), (0, 28), (28, 0, 3), ()]


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_no_picture_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="a drawing must be a uint8 array"):
        vae.frame_drawing(wrong)


@pytest.mark.parametrize("shape", SHAPELESS, ids=str)
def test_wrong_shapes_are_refused(shape: tuple) -> None:
    with pytest.raises(ValueError, match="a drawing must be") as error:
        vae.frame_drawing(np.zeros(shape, np.uint8))
    assert one_sentence(error)


@pytest.mark.parametrize("shape", [(5_000, 10_001), (10_000, 5_001, 3), (50_000_001, 1, 4)], ids=str)
def test_too_large_drawings_are_refused(shape: tuple) -> None:
    with pytest.raises(ValueError, match="at most 50,000,000 pixels"):
        vae.frame_drawing(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 1, 3), (1, 1, 4), (280, 280), (280, 280, 3), (280, 280, 4)], ids=str
)
@pytest.mark.parametrize("value", [0, 128, 255])
def test_blank_drawings_are_refused(shape: tuple, value: int) -> None:
    with pytest.raises(ValueError, match="the drawing is blank: draw or upload a digit"):
        vae.frame_drawing(np.full(shape, value, np.uint8))


def test_the_noise_of_a_camera_is_blank() -> None:
    noise = np.random.default_rng(0).integers(120, 135, (200, 200, 3), np.uint8)
    with pytest.raises(ValueError, match="the drawing is blank"):
        vae.frame_drawing(noise)


def test_a_plain_bar_is_a_stroke_and_no_enlarged_picture() -> None:
    bar = np.zeros((280, 280), np.uint8)
    bar[40:240, 130:140] = 255
    chipped = bar.copy()
    chipped[40, 130] = 0
    assert (vae.frame_drawing(bar) - vae.frame_drawing(chipped)).abs().mean() < 0.01
