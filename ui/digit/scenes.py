"""The scenes of the film about one digit: how it comes, what each of the five jobs makes of it, the link."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

import vae
from ui import anomaly_verdict, completions, mask, naming, noises, rates
from ui.digit.digit import Digit, ready_made
from ui.formats import fabric
from ui.formats.fabric import Stroke
from ui.shell import cache, load
from ui.view import paint, pictures, plane

SIZE = (640, 340)
STEP_MS, HOLD_MS, END_MS = 70, 900, 3500
N_STEPS = 8  # of whatever moves
PALETTE = "viridis"
N_BYTES = 16
HIDDEN, N_COMPLETIONS = mask.TOP, 5
LETTER = "W"
N_SIDE, EXTENT = 7, 2.4  # of the map
TOUR = ((-1.5, 1.2), (1.2, 0.9))  # places on the map that the walk passes
_TITLES = ("Draw", "Compress", "Denoise", "Fill in", "Find anomalies", "Generate")
_SIDE, _TOP, _MIDDLES = 196, 54, (184, 456)
_LARGEST_CODE = 210  # of a long link, two pixels for each of its squares
_FINE = 4  # pixels of the board for one of the film


class Frame(NamedTuple):
    """One picture of the film and how long it stands."""

    picture: Image.Image
    ms: int


class Side(NamedTuple):
    """One of the two pictures in a frame, and up to two lines of words under it."""

    pixels: paint.Pixels
    words: str


def drawn(strokes: list[Stroke], mine: Digit) -> Iterator[Frame]:
    """The pen draws, and what the model sees appears."""
    caption = f"Draw a digit. The model sees it in {mine.image.numel()} pixels."
    n_points = sum(len(stroke.points) for stroke in strokes)
    nothing = Side(_colours(torch.zeros_like(mine.image)), "")
    for i in range(1, 2 * N_STEPS + 1):
        board = Side(_board(_begun(strokes, n_points * i // (2 * N_STEPS))), "the drawing")
        yield _frame(0, caption, board, nothing)
    yield _frame(0, caption, board, Side(_colours(mine.image), "what the model sees"), ms=HOLD_MS)


def seen(mine: Digit) -> Iterator[Frame]:
    """A digit that nobody drew on the board appears line by line as the model sees it."""
    caption = f"The model sees it in {mine.image.numel()} pixels."
    smooth = Image.fromarray((mine.image[0].numpy() * 255).round().astype(np.uint8))
    smooth = smooth.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    paper = Side(np.asarray(smooth.convert("RGB")), "the original")
    n_rows = mine.image.shape[-2]
    for i in range(1, N_STEPS + 1):
        above = mine.image.clone()
        above[..., n_rows * i // N_STEPS :, :] = 0
        ms = STEP_MS if i < N_STEPS else HOLD_MS
        yield _frame(0, caption, paper, Side(_colours(above), "what the model sees"), ms=ms)


def compressed(mine: Digit) -> Iterator[Frame]:
    """The code arrives byte by byte, and the digit with it."""
    code, coded = rates.code(mine.image, N_BYTES), rates.coded(mine.image, N_BYTES)
    steps = rates.number_by_number(code, mine.image)
    caption = f"{len(code)} bytes bring it back at {coded.psnr_db:.1f} dB."
    drawing = Side(_colours(mine.image), f"{mine.image.numel()} bytes")
    for i, step in enumerate(steps, 1):
        begun = code[: len(code) * i // len(steps)].hex(" ")
        yield _frame(1, caption, drawing, Side(_colours(step.image), f"decoded from\n{begun}"))
    yield _frame(1, caption, drawing, Side(_colours(coded.image), f"decoded from\n{begun}"), ms=HOLD_MS)


def denoised(mine: Digit) -> Iterator[Frame]:
    """The noise is wiped away from left to right."""
    noisy, clean, before_db, after_db = noises.cleaned(mine.image, noises.HEAVY)
    became = naming.became(mine.image, clean)
    what = f"Noise goes, and it looks like {became}" if became else "Noise goes and strokes stay"
    caption = f"{what}: from {before_db:.1f} to {after_db:.1f} dB."
    left = Side(_colours(noisy), "under noise")
    for i in range(N_STEPS):
        edge = noisy.shape[-1] * i // N_STEPS
        wiped = torch.cat([clean[..., :edge], noisy[..., edge:]], dim=-1)
        yield _frame(2, caption, left, Side(_colours(wiped), "cleaned"))
    yield _frame(2, caption, left, Side(_colours(clean), "cleaned"), ms=HOLD_MS)


def filled_in(mine: Digit) -> Iterator[Frame]:
    """Several completions of a half-hidden digit, those of the likeliest class first."""
    known = mask.observed(HIDDEN)
    _, groups = completions.of(mine.image, known)
    counts = " and ".join(f"{group.n} times {group.name}" for group in groups[:2])
    caption = f"Half hidden, completed {completions.N} times: {counts}."
    seen = Side(pictures.veiled(mine.image, known, PALETTE), "what the model sees")
    for group, image in completions.filmstrip(groups, N_COMPLETIONS):
        yield _frame(3, caption, seen, Side(_colours(image), f"completed: {group.name}"), ms=HOLD_MS // 2)


def scored(mine: Digit) -> Iterator[Frame]:
    """What surprises the model in the digit and in a letter begins to glow."""
    both = [mine, ready_made(LETTER)]
    verdicts = anomaly_verdict.verdicts([each.image for each in both])
    caption = "It learned nothing but digits. A letter stands out."
    words = [f"{found.word()}:\n{found.words}" for found in verdicts]
    for i in range(1, N_STEPS + 1):
        left, right = (Side(_glowing(it, i / N_STEPS), said) for it, said in zip(both, words, strict=True))
        yield _frame(4, caption, left, right, ms=STEP_MS if i < N_STEPS else 2 * HOLD_MS)


def generated(mine: Digit) -> Iterator[Frame]:
    """A walk over the map, and the digit at each point of it."""
    home = plane.place(mine.image)[:2].clamp(-EXTENT, EXTENT)
    stops = torch.stack([home, *torch.tensor(TOUR), home])
    shares = torch.linspace(0, 1, N_STEPS + 1)[1:, None]
    points = torch.cat([torch.lerp(a, b, shares) for a, b in pairwise(stops)])
    digits = vae.decode_standard(load.model(), points)
    atlas = _colours(plane.atlas(N_SIDE, EXTENT))
    caption = "Every point of this map is a digit that nobody wrote."
    for point, image, label in zip(points.tolist(), digits, naming.names(digits), strict=True):
        here = Side(_marked(atlas, point), "two numbers: {:.1f} and {:.1f}".format(*point))
        yield _frame(5, caption, here, Side(_colours(image), f"drawn there: {naming.said(label)}"))


def sent(mine: Digit, sentence: str, link: str) -> Frame:
    """A sentence about the digit, and the link to it as a code to scan."""
    words = f"scan it, and draw your own\n{urlsplit(link).netloc}"
    frame = _frame(None, sentence, Side(_colours(mine.image), words), ms=END_MS)
    code = paint.qr_code(link, _LARGEST_CODE)
    frame.picture.paste(code, (_MIDDLES[1] - code.width // 2, _TOP + (_SIDE - code.height) // 2))
    return frame


def _frame(scene: int | None, caption: str, *sides: Side, ms: int = STEP_MS) -> Frame:
    """The titles with this scene's lit, pictures with their words from left to right, and the caption."""
    picture = _titles(scene).copy()
    pen = ImageDraw.Draw(picture)
    for middle, side in zip(_MIDDLES, sides, strict=False):
        paint.paste(picture, side.pixels, (middle - _SIDE // 2, _TOP), _SIDE)
        pen.multiline_text(
            (middle, _TOP + _SIDE + 6), side.words, paint.MUTED, paint.font(14), "ma", align="center"
        )
    pen.text((SIZE[0] // 2, SIZE[1] - 12), caption, paint.TEXT, paint.font(20), "ms")
    return Frame(picture, ms)


@cache.for_good
def _titles(scene: int | None) -> Image.Image:
    """A frame with nothing but the titles of all scenes, this one's lit."""
    picture = Image.new("RGB", SIZE, paint.BACKGROUND)
    pen = ImageDraw.Draw(picture)
    x = 24.0
    for i, title in enumerate(_TITLES):
        pen.text((x, 18), title, paint.ACCENT if i == scene else paint.DIM, paint.font(16))
        x += paint.font(16).getlength(title) + 22
    return picture


def _colours(image: Tensor) -> paint.Pixels:
    return pictures.colours(image, PALETTE)


def _board(strokes: Sequence[Stroke]) -> paint.Pixels:
    """What the pen has drawn, white on black and smooth."""
    covered = Image.fromarray(fabric.painted(strokes, fabric.PENS, _FINE * _SIDE)).reduce(_FINE)
    return np.asarray(covered.convert("RGB"))


def _begun(strokes: Sequence[Stroke], n_points: int) -> list[Stroke]:
    """The first points of the strokes, in the order in which they were drawn."""
    begun = []
    for points, pen in strokes:
        if n_points > 0:
            begun.append(Stroke(points[:n_points], pen))
        n_points -= len(points)
    return begun


def _glowing(digit: Digit, share: float) -> paint.Pixels:
    """A digit whose surprising strokes glow with a share of their heat."""
    surprise = anomaly_verdict.surprise(digit.image)
    return pictures.warmed(share * surprise, digit.image, anomaly_verdict.BRIGHTEST_NATS)


def _marked(atlas: paint.Pixels, point: Sequence[float]) -> paint.Pixels:
    """The map with a ring around a point, given in its standard coordinates."""
    picture = Image.fromarray(atlas)
    tile = _SIDE / N_SIDE
    x, y = (tile / 2 + (_SIDE - tile) * (EXTENT + u) / (2 * EXTENT) for u in (point[0], -point[1]))
    ImageDraw.Draw(picture).circle((x, y), tile / 2, outline="white", width=2)
    return np.asarray(picture)
