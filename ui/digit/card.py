"""A picture card: the digit, what all five jobs make of it, in figures, and the link to it."""

import io
import textwrap
from typing import NamedTuple

import torch
from PIL import Image, ImageDraw

from ui import anomaly_verdict, completions, mask, noises, rates
from ui.digit.digit import Digit
from ui.shell import frame, turns
from ui.view import paint, pictures, plane
from vae.metrics import rmse

SIZE = (1200, 630)
_MARGIN, _LEFT, _TOP = 48, 330, 132
_SMALL, _LARGE, _GAP = 112, 224, 6
_COLUMN = (SIZE[0] - _MARGIN - _LEFT + 46) // 5
_QR = 194  # of the longest link, two pixels for each of its squares
N_BYTES = 15


class Job(NamedTuple):
    """One job's column: a title, two pictures one above the other, and words."""

    title: str
    pair: list[paint.Pixels]
    words: str


@turns.turn()
def draw(mine: Digit, link: str, palette: str) -> bytes:
    """The card as a PNG file, 1200 by 630 pixels."""
    card = Image.new("RGB", SIZE, paint.BACKGROUND)
    pen = ImageDraw.Draw(card)
    pen.text((_MARGIN, 40), frame.APP, paint.TEXT, paint.font(38))
    claim = "One small neural network learned digits, and nothing else."
    pen.text((_MARGIN, 88), claim, paint.MUTED, paint.font(20))
    paint.paste(card, pictures.colours(mine.image, palette), (_MARGIN, _TOP + 30), _LARGE)
    pen.text((_MARGIN, _TOP), mine.subject, paint.ACCENT, paint.font(20))
    for i, job in enumerate(jobs(mine, palette)):
        _column(card, pen, job, _LEFT + i * _COLUMN)
    _invitation(card, pen, link)
    file = io.BytesIO()
    card.save(file, "PNG", optimize=True)
    return file.getvalue()


def jobs(mine: Digit, palette: str) -> list[Job]:
    """All five jobs, done on one digit."""
    return [job(mine, palette) for job in (_compressed, _invented, _cleaned, _scored, _completed)]


def _compressed(mine: Digit, palette: str) -> Job:
    coded = rates.coded(mine.image, N_BYTES)
    words = f"{coded.n_bytes} bytes instead of 784, decoded below."
    return Job("Compressed", _coloured([mine.image, coded.image], palette), words)


def _invented(mine: Digit, palette: str) -> Job:
    new = plane.variations(plane.point_of(mine.image), 2)[1:]
    words = "New digits from its place on the model's map."
    return Job("Invented", _coloured(list(new), palette), words)


def _cleaned(mine: Digit, palette: str) -> Job:
    noisy, clean, before_db, after_db = noises.cleaned(mine.image, noises.HEAVY)
    words = f"From {before_db:.1f} to {after_db:.1f} dB, noise removed."
    return Job("Cleaned", _coloured([noisy, clean], palette), words)


def _scored(mine: Digit, palette: str) -> Job:
    (verdict,) = anomaly_verdict.verdicts([mine.image])
    heat = pictures.warmed(anomaly_verdict.surprise(mine.image), mine.image, anomaly_verdict.BRIGHTEST_NATS)
    words = f"{verdict.word().capitalize()}: {verdict.words}."
    return Job("Judged", [pictures.colours(mine.image, palette), heat], words)


def _completed(mine: Digit, palette: str) -> Job:
    known = mask.observed(mask.LEFT)
    mean = completions.one(mine.image, known).mean[0]
    error = rmse(mean, mine.image, known)
    pair = [pictures.veiled(mine.image, known, palette), pictures.colours(mean, palette)]
    return Job("Completed", pair, f"The hidden half filled in, {error:.2f} off per pixel.")


def _coloured(images: list[torch.Tensor], palette: str) -> list[paint.Pixels]:
    return [pictures.colours(image, palette) for image in images]


def _column(card: Image.Image, pen: ImageDraw.ImageDraw, job: Job, left: int) -> None:
    pen.text((left, _TOP), job.title, paint.ACCENT, paint.font(20))
    for i, picture in enumerate(job.pair):
        paint.paste(card, picture, (left, _TOP + 30 + i * (_SMALL + _GAP)), _SMALL)
    words = "\n".join(textwrap.wrap(job.words, 17))
    pen.text((left, _TOP + 44 + 2 * _SMALL + _GAP), words, paint.TEXT, paint.font(17), spacing=6)


def _invitation(card: Image.Image, pen: ImageDraw.ImageDraw, link: str) -> None:
    """The link as a QR code, and where it fits its line as text."""
    code = paint.qr_code(link, _QR)
    card.paste(code, (_MARGIN, SIZE[1] - _MARGIN - code.height))
    width = SIZE[0] - _MARGIN - _LEFT
    fitting = [size for size in range(24, 13, -1) if paint.font(size).getlength(link) <= width]
    pen.text(
        (_LEFT, SIZE[1] - _MARGIN - 66),
        "This digit lives in a link. Scan it, and draw your own.",
        paint.MUTED,
        paint.font(20),
    )
    if fitting:
        pen.text((_LEFT, SIZE[1] - _MARGIN - 32), link, paint.TEXT, paint.font(fitting[0]))
