"""From any drawing or photo to the 28 x 28 picture that the model knows, framed as MNIST's digits were."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from vae.checks import InputError, check_count
from vae.framing.components import Box, Things, things_drawn, things_on_paper, without_specks
from vae.framing.paper import flatten, is_paper
from vae.framing.placing import INNER, Extent, placed
from vae.framing.thickening import is_one_pixel_pen, thickened

MOST_PIXELS = 50_000_000
ENOUGH = 1024  # pixels a side; larger drawings are shrunk by a whole factor first, to spare memory
FAINTEST_INK = 32 / 255  # the strongest contrast must reach this, else the drawing counts as blank
FEWEST_CHANGES = 3  # along a side, to know large pixels by; a plain bar has two, its own ends
GROWN = 2  # pixels around a thing that are framed with it, for its soft edges
BLANK = "the drawing is blank: draw or upload a digit that stands out from its background"
EDGE = 0.1  # ink below this share of the strongest does not count when the drawing is cropped


@dataclass(frozen=True, eq=False)
class FoundDigits:
    """A picture as ink, and what in it is as large as a digit."""

    boxes: list[Box]  # in pixels of the picture, the largest digit's first; at least one
    flattened: NDArray[np.uint8] | None  # a picture of paper as black ink on white (H, W), perhaps smaller
    _ink: NDArray[np.float64]
    _things: Things

    def framed(self, which: int = 0) -> Tensor:
        """One of them as MNIST would have it, (1, 28, 28) float32 in [0, 1], ink = 1.

        Raises:
            InputError: there are not so many.
        """
        which = check_count("which", which, 0, len(self.boxes) - 1)
        if self.flattened is None and len(self.boxes) == 1:
            return _framed(_own_pixels(self._ink))
        return _framed(_own_pixels(self._ink * self._things.mask(which, GROWN)))


def frame_drawing(pixels: NDArray[np.uint8]) -> Tensor:
    """Frame a drawing, or the largest digit on a picture of paper, as MNIST framed its digits.

    In a clean drawing ink is whatever differs from the background, whichever is darker; the background is
    the colour (or the transparency) most common along the border. A picture of paper, whose border has no
    such colour, is flattened first. Strokes thinner than most of MNIST's are thickened, but in pictures as
    small as MNIST's own only those of a pen one pixel wide. The ink is cropped, its longer side scaled to 20
    pixels by area averaging, and its centre of mass put on pixel (14, 14), counted from 0.

    Args:
        pixels: uint8 (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA; 50 million pixels at most.

    Returns:
        (1, 28, 28) float32 in [0, 1], ink = 1, the strongest ink at 1.

    Raises:
        InputError: a wrong shape or dtype, too large, or no ink.

    Source: LeCun et al. 1998, Gradient-based learning applied to document recognition, section III-A.
    """
    return find_digits(pixels).framed()


def find_digits(pixels: NDArray[np.uint8]) -> FoundDigits:
    """Find the ink in a drawing or on a picture of paper, and what may be digits in it.

    Args:
        pixels: as for `frame_drawing`.

    Raises:
        InputError: as `frame_drawing`.
    """
    picture = _premultiplied(pixels)
    if is_paper(picture):
        flat = flatten((picture[..., :3] + 1 - picture[..., 3:]).astype(np.float32))
        if flat is None:
            raise InputError(BLANK)
        ink, things = flat.ink, things_on_paper(flat.darkness, flat.width)
        flattened = (255 * (1 - ink)).round().astype(np.uint8)
    else:
        ink, flattened = without_specks(_ink(picture), EDGE), None
        things = things_drawn(ink, EDGE)
    if not things.found:
        raise InputError(BLANK)
    return FoundDigits([_enlarged(thing.box, pixels) for thing in things.found], flattened, ink, things)


def _enlarged(box: Box, pixels: NDArray[np.uint8]) -> Box:
    """A box of the picture that was looked at, in pixels of the one that was given."""
    height, width = pixels.shape[:2]
    left, top, right, bottom = (_times(pixels) * edge for edge in box)
    return Box(left, top, min(right, width), min(bottom, height))


def _times(pixels: NDArray[np.uint8]) -> int:
    """How much smaller a large picture is made before it is looked at."""
    return math.ceil(max(pixels.shape[:2]) / ENOUGH)


def _framed(ink: NDArray[np.float64]) -> Tensor:
    """Ink (H, W) thickened where thin, cropped, scaled and centred, (1, 28, 28)."""
    rows, columns = _extents(ink)
    if max(rows[1] - rows[0], columns[1] - columns[0]) > INNER or is_one_pixel_pen(ink):
        ink = thickened(ink, rows, columns)
        rows, columns = _extents(ink)
    return placed(ink, rows, columns)


def _premultiplied(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Checked pixels as premultiplied RGBA in [0, 1], (H, W, 4): transparent is (0, 0, 0, 0)."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
        raise InputError("a drawing must be a uint8 array")
    if pixels.ndim not in (2, 3) or (*pixels.shape[2:], 3)[0] not in (3, 4) or 0 in pixels.shape:
        raise InputError(f"a drawing must be (H, W), (H, W, 3) or (H, W, 4), not {pixels.shape}")
    if pixels.shape[0] * pixels.shape[1] > MOST_PIXELS:
        raise InputError(f"a drawing may have at most {MOST_PIXELS:,} pixels")
    if max(pixels.shape[:2]) > ENOUGH:
        pixels = np.asarray(Image.fromarray(pixels).reduce(_times(pixels)))
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    colour = pixels[..., :3] / 255
    alpha = pixels[..., 3:] / 255 if pixels.shape[2] == 4 else np.ones_like(colour[..., :1])
    return np.concatenate([colour * alpha, alpha], axis=2)


def _ink(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each pixel is from the background, scaled to [0, 1], (H, W)."""
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    shades, counts = np.unique(np.round(border * 255).astype(np.uint8), axis=0, return_counts=True)
    ink = np.abs(picture - shades[counts.argmax()] / 255).max(axis=2)
    if ink.max() < FAINTEST_INK:
        raise InputError(BLANK)
    return ink / ink.max()


def _own_pixels(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """A picture whose pixels were only made larger, as it was before; any other as it is."""
    changes = [np.flatnonzero(np.diff(ink, axis=axis).any(axis=1 - axis)) + 1 for axis in (0, 1)]
    if min(map(len, changes)) < FEWEST_CHANGES:
        return ink
    times = math.gcd(*(int(np.gcd.reduce(np.diff(places))) for places in changes))
    if times < 2:
        return ink
    for axis, places in enumerate(changes):
        first = int(places[0]) % times
        rest = [(0, 0), (0, 0)]
        rest[axis] = 0, (first - ink.shape[axis]) % times
        kept = [slice(None), slice(None)]
        kept[axis] = slice((first - 1) % times, None, times)
        ink = np.pad(ink, rest, mode="edge")[tuple(kept)]
    return ink


def _extents(ink: NDArray[np.float64]) -> tuple[Extent, Extent]:
    """Where the ink begins and ends, down and across."""
    return _extent(ink.max(axis=1)), _extent(ink.max(axis=0))


def _extent(profile: NDArray[np.float64]) -> Extent:
    """Where the ink begins and ends along a side, in pixels, given the strongest ink of each row or column.

    A faint pixel at either end counts as partly covered, so that the extent does not jump with the
    drawing's size; not in pictures as small as the result, whose faint pixels are all there is.
    """
    inked = np.flatnonzero(profile > EDGE)
    first, last = float(inked[0]), float(inked[-1] + 1)
    if last - first <= INNER:
        return first, last
    return first + 1 - profile[inked[0]], last - 1 + profile[inked[-1]]
