"""Pen strokes, between the drawings of fabric.js, which the canvas sends and shows, and plain arrays.

Whatever a browser sends is checked before it counts as a stroke.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from vae.checks import InputError

SIDE = 672  # of a board in its own pixels: 24 for each of the model's 28
PENS = {"thin": 29, "medium": 43, "thick": 62}  # their widths in pixels of the board
MOST_POINTS = 10_000
MOST_STROKES = 500
_FARTHEST = 100 * SIDE  # from the board's corner that a pen may stray while it draws
_NUMBERS = {"M": 2, "L": 2, "Q": 4}  # that follow each command of a path
_SHORTEST = 1 / SIDE  # a stroke that is smaller is a tap
_NO_DRAWING = "what the canvas sent is no drawing, so the digit stays as it was"

Points = NDArray[np.float64]


class Stroke(NamedTuple):
    """What a pen drew from touching the board to leaving it, or to the board's edge."""

    points: Points  # (n, 2) in [0, 1] of the board's side, x right, y down; a tap has one
    pen: str


def objects_of(json_data: object) -> list[Any]:
    """The paths of a drawing as fabric.js wrote them, each still unchecked.

    Raises:
        InputError: it is no drawing.
    """
    objects = json_data.get("objects") if isinstance(json_data, Mapping) else None
    if not isinstance(objects, list):
        raise InputError(_NO_DRAWING)
    return objects


def strokes_of(json_data: object, pens: Mapping[str, float]) -> list[Stroke]:
    """The strokes of a drawing, in the order in which they were drawn.

    A stroke that leaves the board and comes back is one stroke for each part that can be seen.

    Args:
        json_data: what fabric.js wrote about a board of SIDE pixels, or anything else.
        pens: name -> width in pixels of the board.

    Raises:
        InputError: it is no drawing made with these pens, or a larger one than anybody draws.
    """
    objects = objects_of(json_data)
    try:
        if len(objects) > MOST_STROKES or sum(len(each["path"]) for each in objects) > MOST_POINTS:
            raise InputError("this drawing has more strokes than the board can keep: take the last one back")
        names = {width: name for name, width in pens.items()}
        paths = [(_flattened(each), names[each["strokeWidth"]]) for each in objects]
    except (TypeError, KeyError, IndexError) as error:
        raise InputError(_NO_DRAWING) from error
    return [Stroke(part, pen) for points, pen in paths for part in _on_the_board(points)]


def drawing_of(strokes: Sequence[Stroke], pens: Mapping[str, float], ink: str) -> dict[str, Any]:
    """The drawing that puts strokes on a board again, for the canvas to start from.

    Args:
        pens: name -> width in pixels of the board.
        ink: the strokes' colour in CSS.
    """
    return {"objects": [_path(points * SIDE, pens[pen], ink) for points, pen in strokes]}


def painted(strokes: Sequence[Stroke], pens: Mapping[str, float], side: int) -> NDArray[np.uint8]:
    """Which pixels of a square picture strokes cover, uint8 (side, side): 255 where they do, else 0."""
    picture = Image.new("L", (side, side))
    pencil = ImageDraw.Draw(picture)
    for points, pen in strokes:
        width = pens[pen] * side / SIDE
        places = [(x, y) for x, y in (points * side - 0.5).tolist()]  # Pillow counts from a pixel's middle
        if len(places) > 1:
            pencil.line(places, 255, round(width), joint="curve")
        for x, y in (places[0], places[-1]):
            pencil.circle((x, y), (width - 1) / 2, 255)
    return np.asarray(picture)


def _flattened(drawn: Mapping[str, Any]) -> Points:
    """The line that a pen drew, with a corner in the middle and at the end of each of its curves."""
    if drawn["type"] != "Path" or not drawn["path"]:
        raise InputError(_NO_DRAWING)
    points: list[Points] = []
    for place, command in enumerate(drawn["path"]):
        letter, numbers = command[0], command[1:]
        if len(numbers) != _NUMBERS[letter] or (letter == "M") != (place == 0):
            raise InputError(_NO_DRAWING)
        if not all(type(it) in (int, float) and -_FARTHEST <= it <= _FARTHEST for it in numbers):
            raise InputError(_NO_DRAWING)
        end = np.array(numbers[-2:], dtype=np.float64)
        if letter == "Q":
            points.append((points[-1] + 2 * np.array(numbers[:2]) + end) / 4)
        points.append(end)
    line = np.stack(points) / SIDE
    return line if np.ptp(line, axis=0).max() > _SHORTEST else line.mean(axis=0, keepdims=True)


def _on_the_board(points: Points) -> list[Points]:
    """The parts of a line that lie within the unit square.

    Source: Liang and Barsky 1984, A New Concept and Method for Line Clipping.
    """
    if len(points) == 1:
        return [points] if 0 <= points.min() <= points.max() <= 1 else []
    start, step = points[:-1], np.diff(points, axis=0)
    within: NDArray[np.bool_] = np.all((points >= 0) & (points <= 1), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = -start / step, (1 - start) / step
    enter = np.where(within[:-1], 0, np.fmin(*bounds).max(axis=1, initial=0))
    leave = np.where(within[1:], 1, np.fmax(*bounds).min(axis=1, initial=1))
    parts: list[list[Points]] = [[]]
    for begin, move, first, last in zip(start, step, enter, leave, strict=True):
        if first < last:
            parts[-1] = parts[-1] or [begin + first * move]
            parts[-1].append(begin + last * move)
        if last < 1 or first >= last:
            parts.append([])
    return [np.stack(part).clip(0, 1) for part in parts if part]


def _path(points: Points, width: float, ink: str) -> dict[str, Any]:
    """One stroke, in pixels of the board, as fabric.js writes what its pencil drew."""
    if len(points) == 1:
        points = points + np.array([[-width], [width]]) * (0.001, 0)
    commands = [["L", x, y] for x, y in points.tolist()]
    commands[0][0] = "M"
    return {
        "type": "Path",
        "path": commands,
        "fill": None,
        "stroke": ink,
        "strokeWidth": width,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }
