"""Out-of-distribution examples: letters and shapes as pen strokes, and digits turned over."""

import math

import numpy as np
from torch import Tensor

import vae
from ui.shell import cache

Point = tuple[float, float]  # x to the right, y down, in percent of the paper
Stroke = list[Point]


def _arc(x: float, y: float, radius: float, start: float = 0, end: float = 360, *, flat: float = 1) -> Stroke:
    """Part of an ellipse, `flat` times as high as it is wide, angles in degrees clockwise from the right."""
    angles = np.radians(np.linspace(start, end, 49))
    return [(x + radius * math.cos(a), y + radius * flat * math.sin(a)) for a in angles]


def _heart() -> Stroke:
    angles = np.linspace(0, 2 * math.pi, 61)
    x = 50 + 45 * np.sin(angles) ** 3
    y = 42 - 37 * np.cos(angles) + 14 * np.cos(2 * angles) + 6 * np.cos(3 * angles)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _spiral() -> Stroke:
    turns = np.linspace(0, 5 * math.pi, 91)
    return [(50 + 3 * t * math.cos(t), 50 + 3 * t * math.sin(t)) for t in turns]


def _star() -> Stroke:
    angles = [math.radians(144 * i - 90) for i in range(6)]
    return [(50 + 48 * math.cos(a), 53 + 48 * math.sin(a)) for a in angles]


_LETTERS: dict[str, list[Stroke]] = {
    "A": [[(15, 100), (50, 0), (85, 100)], [(29, 62), (71, 62)]],
    "E": [[(80, 0), (22, 0), (22, 100), (80, 100)], [(22, 48), (70, 48)]],
    "H": [[(20, 0), (20, 100)], [(80, 0), (80, 100)], [(20, 50), (80, 50)]],
    "Q": [_arc(50, 46, 42, flat=1.08), [(58, 66), (92, 100)]],
    "W": [[(0, 5), (25, 95), (50, 30), (75, 95), (100, 5)]],
    "X": [[(12, 0), (88, 100)], [(88, 0), (12, 100)]],
}
_SHAPES: dict[str, list[Stroke]] = {
    "Triangle": [[(50, 8), (96, 90), (4, 90), (50, 8), (60, 26)]],
    "Star": [_star()],
    "Spiral": [_spiral()],
    "Heart": [_heart()],
    "Smiley": [_arc(50, 50, 48), _arc(50, 52, 26, 20, 160), [(33, 34), (33, 38)], [(67, 34), (67, 38)]],
}
_NEAR_DIGITS: dict[str, list[Stroke]] = {
    "Z": [[(15, 5), (85, 5), (15, 95), (88, 95)]],
    "S": [_arc(50, 26, 27, -30, -270, flat=0.9) + _arc(50, 75, 29, -90, 150, flat=0.9)],
    "I": [[(52, 0), (50, 100)]],
    "O": [_arc(50, 50, 38, flat=1.25)],
    "B": [
        [(25, 0), (25, 100)],
        [(25, 0), *_arc(48, 24, 27, -90, 90, flat=0.88), (25, 48), *_arc(50, 74, 32, -90, 90, flat=0.81)]
        + [(25, 100)],
    ],
}
_STROKES = _LETTERS | _SHAPES | _NEAR_DIGITS
READY_MADE = (*_LETTERS, *_SHAPES)
LOOKALIKES = tuple(_NEAR_DIGITS)


@cache.for_good
def picture(name: str) -> Tensor:
    """A letter or shape as the model sees it, (1, 28, 28) in [0, 1], ink = 1.

    Raises:
        InputError: there is none of this name.
    """
    if name not in _STROKES:
        raise vae.InputError("there is no ready-made letter or shape of this name")
    return vae.frame_strokes(_STROKES[name])


def called(name: str) -> str:
    """What to call one of them in a sentence, such as "this letter Q" or "this star"."""
    return f"this {name.lower()}" if name in _SHAPES else f"this letter {name}"


def mirrored(image: Tensor) -> Tensor:
    """A picture (1, 28, 28) with left and right exchanged, framed anew."""
    return _framed_again(image.flip(2))


def upside_down(image: Tensor) -> Tensor:
    """A picture (1, 28, 28) turned by 180 degrees, framed anew."""
    return _framed_again(image.flip(1, 2))


def _framed_again(image: Tensor) -> Tensor:
    return vae.frame_drawing((image[0].numpy() * 255).round().astype(np.uint8))
