"""From a photo of paper to 28 x 28: the digit alone, whatever the light, the paper and the pen."""

from typing import NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import vae
from tests.photos import BLUE, CORRUPTED, GREY, cover_of, photographed, sheet_of, stroke
from vae.framing.drawing import ENOUGH

CHOSEN = (3, 47, 131, 222, 270)  # of the gallery
ALIKE = 0.85  # correlation; of two digits of a class it is 0.6 at the median


def framed_clean(cover: np.ndarray) -> Tensor:
    return vae.frame_drawing((255 * cover).round().astype(np.uint8))


def likeness(a: Tensor, b: Tensor) -> float:
    """Correlation of two pictures, at best over moves by one pixel, as their centres are rounded."""
    moved = [a.roll((down, across), (1, 2)) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    return max(torch.corrcoef(torch.stack([each.flatten(), b.flatten()]))[0, 1].item() for each in moved)


class Drawn(NamedTuple):
    """A digit of the gallery as it is written on a sheet, and framed from there."""

    cover: np.ndarray
    framed: Tensor


@pytest.fixture(scope="module")
def drawn(pixels: Tensor) -> list[Drawn]:
    covers = [cover_of(digit) for digit in pixels[list(CHOSEN)].numpy()]
    return [Drawn(cover, framed_clean(cover)) for cover in covers]


@pytest.mark.parametrize("corrupt", CORRUPTED.values(), ids=CORRUPTED)
def test_a_photographed_digit_is_framed_as_the_drawn_one(corrupt, drawn: list[Drawn]) -> None:
    for seed, (cover, framed) in enumerate(drawn):
        photo = photographed(corrupt(sheet_of(cover)), seed=seed)
        assert likeness(vae.frame_drawing(photo), framed) > ALIKE


@pytest.mark.parametrize("ink", [BLUE, GREY, (0.9, 0.7, 0.15), (0.8, 0.15, 0.2)], ids=str)
def test_pens_of_any_colour_and_pencils_are_ink(ink: tuple, drawn: list[Drawn]) -> None:
    for cover, framed in drawn[:4]:
        assert likeness(vae.frame_drawing(photographed(sheet_of(cover, ink=ink))), framed) > ALIKE


def test_chalk_on_a_blackboard_is_ink(drawn: list[Drawn]) -> None:
    for cover, framed in drawn[:4]:
        board = sheet_of(cover, ink=(0.85, 0.85, 0.8), paper=(0.13, 0.2, 0.16))
        assert likeness(vae.frame_drawing(photographed(board)), framed) > ALIKE


@pytest.mark.parametrize(("size", "side"), [(0.1, 1000), (0.85, 400)])
def test_a_small_digit_on_a_whole_sheet_and_one_that_fills_it(size: float, side: int, pixels: Tensor) -> None:
    for digit in pixels[list(CHOSEN[:4])].numpy():
        cover = cover_of(digit, side=side, size=size)
        assert likeness(vae.frame_drawing(photographed(sheet_of(cover))), framed_clean(cover)) > ALIKE


def test_ink_is_full_inside_as_mnist_has_it(pixels: Tensor) -> None:
    for digit in pixels[list(CHOSEN[:4])].numpy():
        photo = photographed(CORRUPTED["gradient"](sheet_of(cover_of(digit), ink=GREY)))
        image, drawn = vae.frame_drawing(photo), vae.frame_drawing(digit)
        assert (image > 0.9).sum() > 0.7 * (drawn > 0.9).sum()
        assert image.sum().item() == pytest.approx(drawn.sum().item(), rel=0.3)


def test_a_photo_is_shown_flattened_and_a_drawing_is_not(pixels: Tensor) -> None:
    cover = cover_of(pixels[CHOSEN[0]].numpy())
    flattened = vae.find_digits(photographed(CORRUPTED["hard shadow"](sheet_of(cover)))).flattened
    assert flattened is not None and flattened.dtype == np.uint8 and flattened.shape == cover.shape
    assert flattened[cover > 0.9].mean() < 40 and flattened[cover == 0].mean() > 245
    assert vae.find_digits((255 * cover).astype(np.uint8)).flattened is None


def test_paper_without_ink_is_blank() -> None:
    for name in ("gradient", "texture", "squared paper", "low light"):
        empty = photographed(CORRUPTED[name](sheet_of(np.zeros((400, 400)))))
        with pytest.raises(ValueError, match="the drawing is blank"):
            vae.frame_drawing(empty)


def test_one_digit_is_one_thing(pixels: Tensor) -> None:
    for digit in pixels[::30].numpy():
        cover = cover_of(digit)
        assert len(vae.find_digits(photographed(sheet_of(cover))).boxes) == 1
        assert len(vae.find_digits((255 * cover).astype(np.uint8)).boxes) == 1


@pytest.mark.parametrize("clean", [True, False], ids=["drawn", "photographed"])
def test_several_digits_are_found_each_in_its_box_and_framed_alone(clean: bool, pixels: Tensor) -> None:
    chosen = pixels[[3, 131, 251]].numpy()
    spots = ((0.2, 0.25), (0.5, 0.6), (0.8, 0.3))
    sizes = (0.16, 0.24, 0.2)
    side = 2 * ENOUGH
    covers = [
        cover_of(digit, side=side, size=size, at=spot)
        for digit, spot, size in zip(chosen, spots, sizes, strict=True)
    ]
    cover = np.maximum.reduce(covers)
    picture = (255 * cover).astype(np.uint8) if clean else photographed(sheet_of(cover), blur=4)
    found = vae.find_digits(picture)
    assert len(found.boxes) == 3
    for box, which in zip(found.boxes, range(3), strict=True):
        middle = (box.left + box.right) / 2 / side, (box.top + box.bottom) / 2 / side
        nearest = min(range(3), key=lambda i: np.hypot(*np.subtract(spots[i], middle)))
        assert likeness(found.framed(which), framed_clean(covers[nearest])) > ALIKE
        assert 0 <= box.left < box.right <= side and 0 <= box.top < box.bottom <= side
    assert torch.equal(found.framed(), vae.frame_drawing(picture))
    sides = [max(box.right - box.left, box.bottom - box.top) for box in found.boxes]
    assert sides[0] == max(sides)
    with pytest.raises(ValueError, match="which must be a whole number from 0 to 2"):
        found.framed(3)


FIVE = [(0.65, 0.3), (0.42, 0.3), (0.4, 0.48), (0.6, 0.52), (0.58, 0.72), (0.38, 0.74)]
BROKEN = {
    "a five without its bar": ([(0.45, 0.33), (0.4, 0.48), *FIVE[3:]], [(0.49, 0.27), (0.66, 0.26)]),
    "an open four": (
        [(0.42, 0.25), (0.38, 0.52), (0.56, 0.54)],
        [(0.62, 0.4), (0.6, 0.78)],
    ),
    "a broken seven": ([(0.35, 0.3), (0.62, 0.3)], [(0.62, 0.36), (0.5, 0.75)]),
}


@pytest.mark.parametrize("strokes", BROKEN.values(), ids=BROKEN)
def test_parts_of_one_digit_stay_together(strokes: tuple) -> None:
    cover = np.maximum.reduce([stroke(points, pen=10) for points in strokes])
    for picture in ((255 * cover).astype(np.uint8), photographed(sheet_of(cover))):
        found = vae.find_digits(picture)
        assert len(found.boxes) == 1
        assert likeness(found.framed(), framed_clean(cover)) > ALIKE


def test_a_clean_drawing_keeps_all_its_parts() -> None:
    ring = [(0.5 + 0.3 * np.cos(a), 0.5 + 0.3 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 40)]
    eyes = [stroke([(x, 0.42), (x, 0.42)], pen=8) for x in (0.4, 0.6)]
    smiley = np.maximum.reduce([stroke(ring), *eyes, stroke([(0.4, 0.62), (0.6, 0.62)])])
    blind = np.maximum.reduce([stroke(ring), stroke([(0.4, 0.62), (0.6, 0.62)])])
    assert len(vae.find_digits((255 * smiley).astype(np.uint8)).boxes) == 1
    assert (framed_clean(smiley) - framed_clean(blind)).sum() > 2


def test_a_one_pixel_pen_is_thickened_and_mnist_digits_are_not(pixels: Tensor) -> None:
    canvas = np.zeros((28, 28), np.uint8)
    canvas[6, 8:20] = 255
    for step in range(14):
        canvas[7 + step, 19 - step // 2] = 255
    enlarged = np.asarray(Image.fromarray(canvas).resize((280, 280), Image.Resampling.NEAREST))
    assert vae.frame_drawing(canvas).sum() > 1.3 * (canvas > 0).sum() * 20 / 15
    assert likeness(vae.frame_drawing(enlarged), vae.frame_drawing(canvas)) > 0.999
