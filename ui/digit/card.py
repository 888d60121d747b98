"""A picture card: the digit, what all five jobs make of it, in figures, and the link to it."""

import io
import textwrap
from typing import NamedTuple

import numpy as np
import segno
import torch
from PIL import Image, ImageDraw, ImageFont

import vae
from ui import anomaly_verdict, mask
from ui.digit.digit import Digit
from ui.shell import frame, load
from ui.view import pictures, plane
from vae.metrics import rmse

SIZE = (1200, 630)
NOISE = vae.Noise("gaussian", 0.5)
_BACKGROUND, _TEXT, _MUTED, _ACCENT = "#14131a", "#eceaf4", "#bdb8d0", "#b3a4ff"
_MARGIN, _LEFT, _TOP = 48, 330, 132
_SMALL, _LARGE, _GAP = 112, 224, 6
_COLUMN = (SIZE[0] - _MARGIN - _LEFT + 46) // 5
_QR = 194  # of the longest link, two pixels for each of its squares
N_BYTES = 15

Pixels = np.ndarray  # uint8 (28, 28, 3)


class Job(NamedTuple):
    """One job's column: a title, two pictures one above the other, and words."""

    title: str
    pair: list[Pixels]
    words: str


def draw(mine: Digit, link: str, palette: str) -> bytes:
    """The card as a PNG file, 1200 by 630 pixels."""
    card = Image.new("RGB", SIZE, _BACKGROUND)
    pen = ImageDraw.Draw(card)
    pen.text((_MARGIN, 40), frame.APP, _TEXT, _font(38))
    pen.text((_MARGIN, 88), "One small neural network learned digits, and nothing else.", _MUTED, _font(20))
    _paste(card, pictures.colours(mine.image, palette), (_MARGIN, _TOP + 30), _LARGE)
    pen.text((_MARGIN, _TOP), mine.subject, _ACCENT, _font(20))
    for i, job in enumerate(mine.once(f"card {palette}", lambda: jobs(mine, palette))):
        _column(card, pen, job, _LEFT + i * _COLUMN)
    _invitation(card, pen, link)
    file = io.BytesIO()
    card.save(file, "PNG", optimize=True)
    return file.getvalue()


def jobs(mine: Digit, palette: str) -> list[Job]:
    """All five jobs, done on one digit."""
    return [job(mine, palette) for job in (_compressed, _invented, _cleaned, _judged, _completed)]


def _compressed(mine: Digit, palette: str) -> Job:
    code = vae.compress(load.model(), mine.image, n_bytes=N_BYTES)
    decoded = vae.decompress(load.model(), code)
    words = f"{len(code)} bytes instead of 784, decoded below."
    return Job("Compressed", _coloured([mine.image, decoded], palette), words)


def _invented(mine: Digit, palette: str) -> Job:
    new = plane.variations(plane.place(mine)[:2].tolist(), 2)[1:]
    words = "New digits from its place on the model's map."
    return Job("Invented", _coloured(list(new), palette), words)


def _cleaned(mine: Digit, palette: str) -> Job:
    noisy = vae.corrupt(mine.batch, NOISE)
    clean = vae.denoise(load.model(), noisy, NOISE)
    before, after = vae.psnr(noisy.clamp(0, 1), mine.batch), vae.psnr(clean, mine.batch)
    words = f"From {float(before):.1f} to {float(after):.1f} dB, noise removed."
    return Job("Cleaned", _coloured([noisy[0], clean[0]], palette), words)


def _judged(mine: Digit, palette: str) -> Job:
    (verdict,) = anomaly_verdict.verdicts([mine.image])
    heat = pictures.warmed(anomaly_verdict.surprise(mine), mine.image, anomaly_verdict.BRIGHTEST_NATS)
    words = f"{verdict.word().capitalize()}: {verdict.words}."
    return Job("Judged", [pictures.colours(mine.image, palette), heat], words)


def _completed(mine: Digit, palette: str) -> Job:
    known = mask.observed(mask.LEFT)
    mean = vae.impute(load.model(), mine.batch, known[None]).mean[0]
    error = rmse(mean, mine.image, known)
    whole, filled = _coloured([mine.image, mean], palette)
    hidden = np.where(known[0, ..., None].numpy(), whole, pictures.HIDDEN)
    return Job("Completed", [hidden, filled], f"The hidden half filled in, {error:.2f} off per pixel.")


def _coloured(images: list[torch.Tensor], palette: str) -> list[Pixels]:
    return [pictures.colours(image, palette) for image in images]


def _column(card: Image.Image, pen: ImageDraw.ImageDraw, job: Job, left: int) -> None:
    pen.text((left, _TOP), job.title, _ACCENT, _font(20))
    for i, picture in enumerate(job.pair):
        _paste(card, picture, (left, _TOP + 30 + i * (_SMALL + _GAP)), _SMALL)
    words = "\n".join(textwrap.wrap(job.words, 17))
    pen.text((left, _TOP + 44 + 2 * _SMALL + _GAP), words, _TEXT, _font(17), spacing=6)


def _invitation(card: Image.Image, pen: ImageDraw.ImageDraw, link: str) -> None:
    """The link as a QR code, and where it fits its line as text."""
    code = Image.open(io.BytesIO(_qr_file(link)))
    side = code.width * max(1, _QR // code.width)
    top = SIZE[1] - _MARGIN - side
    card.paste(code.resize((side, side), Image.Resampling.NEAREST), (_MARGIN, top))
    width = SIZE[0] - _MARGIN - _LEFT
    fitting = [size for size in range(24, 13, -1) if _font(size).getlength(link) <= width]
    pen.text(
        (_LEFT, SIZE[1] - _MARGIN - 66),
        "This digit lives in a link. Scan it, and draw your own.",
        _MUTED,
        _font(20),
    )
    if fitting:
        pen.text((_LEFT, SIZE[1] - _MARGIN - 32), link, _TEXT, _font(fitting[0]))


def _qr_file(link: str) -> bytes:
    file = io.BytesIO()
    segno.make(link, error="l", micro=False).save(file, kind="png", scale=1, border=4)
    return file.getvalue()


def _paste(card: Image.Image, pixels: Pixels, place: tuple[int, int], side: int) -> None:
    picture = Image.fromarray(pixels.astype(np.uint8)).resize((side, side), Image.Resampling.NEAREST)
    card.paste(picture, place)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
