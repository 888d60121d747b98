"""Digits that change into each other: as animated GIFs, and the plain cross-fade to compare with."""

from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor

from ui.formats import gif
from ui.shell import frame
from ui.view import pictures

FRAME_MS, PAUSE_MS = 70, 700
N_STEPS = 8  # from one digit to the next on a round trip


def there_and_back(digits: Tensor, width: int) -> bytes:
    """A GIF in the visitor's palette that plays there and back for ever, and rests at both ends.

    Args:
        digits: (n, 1, 28, 28) in [0, 1], n >= 2.
        width: of the picture, in pixels; a multiple of 28 keeps it crisp.

    Returns:
        The file; it has 2 n - 2 frames, the digits from first to last and back again.
    """
    there = [_page(digit, width) for digit in digits]
    pause = [FRAME_MS] * (len(there) - 2)
    return gif.gif(there + there[-2:0:-1], [PAUSE_MS, *pause, PAUSE_MS, *pause])


def round_trip(digits: Sequence[Tensor]) -> bytes:
    """A GIF in the visitor's palette that rests at each digit, fades into the next, and starts again.

    Args:
        digits: two or more, each (1, 28, 28) in [0, 1].

    Returns:
        The file, one pixel for each value, for the browser to enlarge.
    """
    pages, ms = [], []
    for a, b in zip(digits, [*digits[1:], digits[0]], strict=True):
        on_the_way = crossfade(a, b, N_STEPS + 1)[:-1]
        pages += [_page(digit, digit.shape[-1]) for digit in on_the_way]
        ms += [PAUSE_MS] + [FRAME_MS] * (N_STEPS - 1)
    return gif.gif(pages, ms)


def crossfade(a: Tensor, b: Tensor, n: int) -> Tensor:
    """Digit a (1, 28, 28) fading into b pixel by pixel, (n, 1, 28, 28)."""
    return torch.lerp(a, b, torch.linspace(0, 1, n)[:, None, None, None])


def _page(digit: Tensor, width: int) -> Image.Image:
    grey = Image.fromarray(digit[0].mul(255).round().byte().numpy())
    page = grey.resize((width, width), Image.Resampling.NEAREST)
    page.putpalette(pictures.palette_table(frame.palette()).tobytes())
    return page
