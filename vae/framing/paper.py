"""Pictures of paper flattened: light, shadows, lines and texture go, ink of any colour stays."""

from typing import NamedTuple

import numpy as np
import scipy
import skimage
from numpy.typing import NDArray
from PIL import Image

from vae.framing.components import NEIGHBOURS, contacts
from vae.framing.thickening import stroke_width

Array = NDArray[np.float32]

SAME = 2  # grey levels that the border of a drawing may differ from its commonest colour
CLEAN = 0.75  # share of the border that is of that colour in drawings; photos of paper have far less
PALE = 0.04, 0.7  # of the strongest contrast: what printed lines and shadows have
LINES = 0.01  # share of a side of the picture that they cross; on two sides at least
SHADOW = 0.1  # the same on one side
WIDEST = 0.22  # of the picture's shorter side: a stroke is thinner, so wider dark places are no ink
STROKES = 3.5  # stroke widths that a dark place must measure to be no ink, once the stroke is known
BLUR = 1 / 6  # of a stroke's width, against noise and texture
NOISY = 0.05  # of the paper's brightness: noise from which on twice as much blur is needed
FAINTEST = 0.06  # of the paper's brightness, that ink must be darker
NOISES = 3  # standard deviations of the paper's noise, that ink must be darker
CERTAIN = 1.7  # of that, for the digit's strokes
DARK = 0.3  # of the picture's darkest: the least of the table
LINED = 0.5  # of a side of the picture: what is dark along so much of it is the table
CORNER = 0.06  # the same from a corner on
FEWEST_PIXELS, SHORTEST = 12, 4  # in all of the ink, and across the largest of it
BODY = 70  # per cent of a thing's pixels that are paler than its ink
CUT, CUT_WORTH = 1 / 4, 0.2  # what the border cuts along so much of its length is worth so much as ink
SOFT = 0.25, 0.75  # of the ink's darkness: paper below, full ink above


class Flat(NamedTuple):
    """Paper without its light: ink (H, W), 0 = paper, 1 = as dark as the digit's; its stroke, in pixels."""

    darkness: Array
    width: float

    @property
    def ink(self) -> NDArray[np.float64]:
        """In [0, 1], full inside the strokes."""
        low, high = SOFT
        return ((self.darkness - low) / (high - low)).clip(0, 1).astype(np.float64)


class _Main(NamedTuple):
    darkness: float
    mask: NDArray[np.bool_]


def is_paper(picture: NDArray[np.float64]) -> bool:
    """Whether a picture (H, W, channels) in [0, 1] is a photo or scan of paper, and no clean drawing."""
    sides = [np.round(side * 255).astype(int) for side in _sides(picture)]
    shades, counts = np.unique(np.concatenate(sides), axis=0, return_counts=True)
    paper = shades[counts.argmax()]
    away = [abs(side - paper).max(axis=1) for side in sides]
    if float((np.concatenate(away) <= SAME).mean()) < CLEAN:
        return True
    strongest = abs(picture - paper / 255).max() * 255
    pale = [
        ((side > SAME) & (side > PALE[0] * strongest) & (side < PALE[1] * strongest)).mean() for side in away
    ]
    return max(pale) > SHADOW or sum(share > LINES for share in pale) > 1


def _sides(picture: NDArray) -> tuple[NDArray, ...]:
    """The outermost pixels of a picture, top, bottom, left and right."""
    return picture[0], picture[-1], picture[:, 0], picture[:, -1]


def flatten(colour: Array) -> Flat | None:
    """Flatten a photo (H, W, 3) in [0, 1]; None where nothing on it stands out.

    The paper under each place is the brightest around (a morphological closing), first over a wide
    neighbourhood; then, once the thickness of the stroke is known, over one not much wider than that, which
    follows the edges of shadows. Light digits on dark boards are turned into dark ones first.
    """
    if _is_light_on_dark(colour):
        colour = 1 - colour
    side = min(colour.shape[:2])
    blur, around = min(0.7, side / 300), max(5, int(WIDEST * side))
    outside = np.zeros(colour.shape[:2], bool)
    main = None
    for _ in range(2):
        darkness, noise = _darkness(colour, blur, around)
        faintest = max(FAINTEST, NOISES * noise)
        outside |= _table(darkness, faintest)
        darkness[outside] = 0
        main = _main(darkness, faintest)
        if main is None:
            return None
        width = max(2.0, stroke_width((darkness * main.mask).clip(0, main.darkness)))
        around = min(around, max(7, int(STROKES * width)))
        blur = max(blur, min((BLUR if noise < NOISY else 2 * BLUR) * width, 3))
    assert main is not None
    return Flat(darkness / main.darkness, width) if main.darkness > CERTAIN * faintest else None


def _is_light_on_dark(colour: Array) -> bool:
    """Whether what differs most from its surroundings is lighter than they are."""
    times = max(1, max(colour.shape[:2]) // 64)
    small = Image.fromarray((colour * 255).astype(np.uint8)).convert("L").reduce(times)
    grey = np.asarray(small, dtype=np.float32) / 255
    away = grey - scipy.ndimage.median_filter(grey, size=max(3, min(grey.shape) // 3), mode="nearest")
    return float((away**3).sum()) > 0


def _darkness(colour: Array, blur: float, around: int) -> tuple[Array, float]:
    """How much darker than the paper around it each place is, as a share, seen in the ink's own colour.

    And the standard deviation of the paper's noise in it, from the median, which ink does not move.
    """
    channels, noise = [], []
    for channel in np.moveaxis(colour, 2, 0):
        seen = scipy.ndimage.gaussian_filter(np.ascontiguousarray(channel), blur, mode="nearest", truncate=3)
        paper = scipy.ndimage.maximum_filter(seen, around, mode="nearest")
        paper = scipy.ndimage.minimum_filter(paper, around, mode="nearest")
        paper = scipy.ndimage.uniform_filter(paper, max(3, around // 3), mode="nearest")
        share = 1 - seen / paper.clip(1 / 255)
        share -= np.median(share[::3, ::3])
        noise.append(1.4826 * np.median(abs(share[::3, ::3])))
        channels.append(share.clip(0))
    darkness = np.stack(channels, axis=2)
    weight = darkness.sum(axis=2) ** 3
    ink = np.tensordot(weight, darkness, axes=2) / max(weight.sum(), 1e-9)
    ink *= ink.max() / max(ink @ ink, 1e-9)
    return darkness @ ink, float(np.array(noise) @ ink)


def _table(darkness: Array, faintest: float) -> NDArray[np.bool_]:
    """What is beside the paper: dark along a side of the picture, or in a corner of it."""
    threshold = max(faintest, DARK * float(np.percentile(darkness, 99.9)))
    labels, n = scipy.ndimage.label(darkness > threshold, NEIGHBOURS)
    beside = np.zeros(n + 1, bool)
    for side in _sides(labels):
        along = np.bincount(side, minlength=n + 1) / len(side)
        beside |= along >= LINED
        for corner in (side[0], side[-1]):
            beside[corner] |= along[corner] > CORNER
    beside[0] = False
    return scipy.ndimage.binary_dilation(beside[labels], iterations=max(1, min(darkness.shape) // 100))


def _main(darkness: Array, faintest: float) -> _Main | None:
    """The thing that is likeliest ink: dark and large, and not cut by the border along much of its length."""
    inked = darkness[darkness > faintest]
    if inked.size < FEWEST_PIXELS:
        return None
    labels, _ = scipy.ndimage.label(darkness > skimage.filters.threshold_otsu(inked), NEIGHBOURS)
    at_border, corners = contacts(labels), labels[[0, 0, -1, -1], [0, -1, 0, -1]]
    best, found = 0.0, None
    for label, place in enumerate(scipy.ndimage.find_objects(labels), 1):
        size = max(part.stop - part.start for part in place)
        if size < SHORTEST or label in corners:
            continue
        mask = labels[place] == label
        dark = float(np.percentile(darkness[place][mask], BODY))
        worth = dark**2 * size * (CUT_WORTH if at_border[label] > CUT * size else 1)
        if worth > best:
            best, found = worth, (label, dark)
    return None if found is None else _Main(found[1], labels == found[0])
