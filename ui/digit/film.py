"""The moving picture of a digit and all five jobs done on it: the visitor's, to share, and the README's.

`python -m ui.digit.film [FILE]` writes the README's; every figure in a film is computed while it is painted.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from ui.digit import scenes, share_sentence
from ui.digit.digit import Digit, from_strokes
from ui.formats.fabric import Points, Stroke
from ui.formats.gif import gif

FILE = Path(__file__).parents[2] / "docs" / "five_jobs.gif"
JOBS = (scenes.compressed, scenes.denoised, scenes.filled_in, scenes.scored, scenes.generated)
N_COLOURS = 128
FIVE = (
    [(36, 20), (35, 27), (33, 37), (31, 47), (36, 44), (45, 41), (55, 42), (64, 49), (67, 60), (63, 72)]
    + [(54, 80), (43, 82), (32, 78), (27, 73)],
    [(36, 20), (46, 20), (57, 19), (68, 17)],
)  # pen strokes in percent of the board


class Film(NamedTuple):
    """A visitor's film and what is said with it."""

    file: bytes  # a GIF that plays for ever
    sentence: str


def to_share(mine: Digit, link: str) -> Film:
    """The film of a visitor's digit, which ends with a sentence about it and the whole link to it."""
    sentence = share_sentence.about(mine)
    strokes = mine.strokes
    opening = scenes.drawn(strokes, mine) if strokes else scenes.seen(mine)
    return Film(_played([*opening, *_five_jobs(mine), scenes.sent(mine, sentence, link)]), sentence)


def of_strokes(strokes: list[Stroke]) -> bytes:
    """The film of a drawing, as a GIF file."""
    mine = from_strokes(strokes)
    return _played([*scenes.drawn(strokes, mine), *_five_jobs(mine)])


def five() -> list[Stroke]:
    """The 5 that the README shows, as a hand would draw it."""
    return [Stroke(_rounded(np.array(points) / 100), "medium") for points in FIVE]


def _rounded(points: Points) -> Points:
    """A line whose corners are cut twice.

    Source: Chaikin 1974, An Algorithm for High Speed Curve Generation.
    """
    for _ in range(2):
        first, last = points[:-1], points[1:]
        cut = np.stack([0.75 * first + 0.25 * last, 0.25 * first + 0.75 * last], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut, points[-1:]])
    return points


def _five_jobs(mine: Digit) -> list[scenes.Frame]:
    return [frame for job in JOBS for frame in job(mine)]


def _played(frames: Sequence[scenes.Frame]) -> bytes:
    """A GIF file that plays for ever."""
    return gif(_in_few_colours([frame.picture for frame in frames]), [frame.ms for frame in frames])


def _in_few_colours(frames: Sequence[Image.Image]) -> list[Image.Image]:
    """Pictures in one palette, in which what stands still stays the same from frame to frame."""
    some = frames[::4]
    width, height = some[0].size
    column = Image.new("RGB", (width, height * len(some)))
    for i, frame in enumerate(some):
        column.paste(frame, (0, i * height))
    palette = column.quantize(N_COLOURS, dither=Image.Dither.NONE)
    return [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]


if __name__ == "__main__":
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    file.write_bytes(of_strokes(five()))
