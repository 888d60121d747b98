"""From pen strokes to the 28 x 28 picture that the model knows, whatever their size and place."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw
from torch import Tensor

from vae.checks import InputError
from vae.framing.placing import INNER, placed

# Widths in pixels of the framed picture. As `thickening.stroke_width` measures them there, they are the 25th,
# 50th and 75th percentile of MNIST's digits: thinner pens are flagged, thicker ones fill loops (LOG.md).
PENS = {"thin": 2.0, "medium": 2.4, "thick": 2.8}
MOST_POINTS = 100_000
SHORTEST = 1e-300  # longer side of what can be drawn; by how much to enlarge less, no number says
_FINE = 8  # pixels that stand for one of the framed picture while the strokes are drawn

Points = NDArray[np.float64]  # (n, 2), x to the right, y down


def frame_strokes(strokes: Sequence[ArrayLike], *, pen: str | Sequence[str] = "medium") -> Tensor:
    """Frame pen strokes as MNIST framed its digits.

    The strokes are scaled until the longer side of what they draw is 20 pixels, and only then drawn with a
    round pen: so its width belongs to the pen, not to the size of the drawing. The ink is area-averaged, and
    its centre of mass put on pixel (14, 14), counted from 0.

    Args:
        strokes: each (n, 2), n >= 1, points x to the right and y down, in any unit; 100,000 points at most. A
            stroke of one point is a dot.
        pen: "thin", "medium" or "thick", as thick as the thinner quarter, half and three quarters of MNIST's
            digits at most; or one of them for each stroke.

    Returns:
        (1, 28, 28) float32 in [0, 1], ink = 1, the strongest ink at 1.

    Raises:
        InputError: no strokes, another shape, NaN or infinity, too many points, an unknown pen, or nothing
            but a dot.

    Source: LeCun et al. 1998, Gradient-based learning applied to document recognition, section III-A.
    """
    lines = _checked(strokes)
    widths = _widths(pen, len(lines))
    everywhere = np.concatenate(lines)
    origin = everywhere.min(axis=0)
    with np.errstate(over="ignore"):
        extent = everywhere.max(axis=0) - origin
    if not np.isfinite(extent).all():
        raise InputError("the strokes lie too far apart to be drawn")
    if extent.max() < SHORTEST:
        raise InputError("this is no more than a dot: draw a digit with a line")
    unit = (INNER - max(widths)) / extent.max()
    size = unit * extent + max(widths)
    ink = _drawn([unit * (line - origin) + max(widths) / 2 for line in lines], widths, size)
    columns, rows = ((0.0, _FINE * side) for side in size.tolist())
    return placed(ink, rows, columns)


def _checked(strokes: Sequence[ArrayLike]) -> list[Points]:
    """The strokes as arrays, if they can be drawn."""
    if not isinstance(strokes, Sequence) or not strokes or isinstance(strokes, str):
        raise InputError("strokes must be a list of one stroke or more, each an array (n, 2)")
    lines = []
    for stroke in strokes:
        try:
            line = np.asarray(stroke, dtype=np.float64)
        except (TypeError, ValueError, OverflowError, RuntimeError) as error:
            raise InputError("a stroke must be an array (n, 2) of numbers") from error
        if line.ndim != 2 or line.shape[1] != 2 or not len(line):
            raise InputError(f"a stroke must be an array (n, 2), not {line.shape}")
        if not np.isfinite(line).all():
            raise InputError("a stroke must not contain NaN or infinity")
        lines.append(line)
    if sum(map(len, lines)) > MOST_POINTS:
        raise InputError(f"a drawing may have at most {MOST_POINTS:,} points")
    return lines


def _widths(pen: str | Sequence[str], n_strokes: int) -> list[float]:
    """The width of each stroke in pixels of the framed picture."""
    pens = [pen] * n_strokes if isinstance(pen, str) else list(pen) if isinstance(pen, Sequence) else []
    if len(pens) != n_strokes or not all(isinstance(name, str) and name in PENS for name in pens):
        raise InputError(f"pen must be one of {', '.join(PENS)}, or one of them for each stroke")
    return [PENS[name] for name in pens]


def _drawn(lines: list[Points], widths: list[float], size: Points) -> NDArray[np.float64]:
    """Strokes with round ends and joints, all in framed pixels, drawn _FINE times as large."""
    columns, rows = np.ceil(_FINE * size).astype(int).tolist()
    picture = Image.new("L", (columns, rows))
    brush = ImageDraw.Draw(picture)
    for line, width in zip(lines, widths, strict=True):
        places = [(x, y) for x, y in (_FINE * line).tolist()]
        brush.line(places, fill=1, width=round(_FINE * width))
        for place in places:
            brush.circle(place, _FINE * width / 2, fill=1)
    return np.asarray(picture, dtype=np.float64)
