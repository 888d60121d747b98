"""What the evaluation works with: its pictures, how many of them, and the rows that it gives."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor

from vae.classifier import Classifier, evaluation_classifier
from vae.data import as_images, load_mnist, training_digits
from vae.framing import frame_drawing, frame_strokes
from vae.model import VAE

STRANGERS = {"Fashion-MNIST": "fashion_mnist_900.npy", "Omniglot letters": "omniglot_2720.npy"}
UNLIKE_DIGITS = "AEFHKMNRTWX"  # letters that no digit looks like
ENLARGED = 3  # times, before a letter of 100 x 100 is framed as an upload is
CHOSEN_ON = 15  # the first writers, on whose strokes the framing was chosen; figures are of the others
CANVAS, PAPER = 280, 500  # side of the drawn picture, and of the paper that strokes are written on
SMOOTH = 4  # strokes are drawn so much larger and averaged: their edges are smooth, as a browser's

Strokes = list[list[tuple[float, float]]]  # lines of points (x, y), x to the right, y down


@dataclass(frozen=True)
class Sizes:
    """How much of everything is measured."""

    density: int = 1000
    density_samples: int = 500
    coded: int = 100
    restored: int = 200
    judged: int = 2000
    generated: int = 5000
    drawn: int = 900
    epochs: int = 5  # of the evaluation classifier


QUICK = Sizes(
    density=50, density_samples=25, coded=5, restored=10, judged=100, generated=200, drawn=12, epochs=1
)


@dataclass(frozen=True)
class Material:
    """The pictures that figures are measured on, and who names them."""

    test: Tensor  # (N, 1, 28, 28), digits that nothing was trained or chosen on
    train: Tensor  # (M, 784), training digits, for rivals and floors alone
    labels: Tensor  # (N,), classes of the test digits
    places: Tensor  # (N,), where in their file the test digits are
    strangers: dict[str, Tensor]  # name -> (B, 1, 28, 28)
    people: Path  # folder of letters and doodles, which need framing; need not be there
    strokes: list[Strokes]  # digits of the pen; may be empty
    classifier: Classifier


@dataclass(frozen=True)
class Row:
    """One figure beside its rivals'."""

    job: str
    case: str
    protocol: str
    unit: str
    better: str  # "higher" or "lower"
    ours: float
    n: int  # pictures behind the figure
    rivals: dict[str, float] = field(default_factory=dict)
    goal: float | None = None


Job = Callable[[VAE, Material, Sizes, int], Iterator[Row]]


def read_material(data: Path, sizes: Sizes, seed: int) -> Material:
    """Test and training digits, the strangers under data/ood, the strokes under data/strokes.

    The test digits are shuffled: their file has the digits of one group of writers first, then another's.

    Raises:
        ValueError: MNIST is not there.
    """
    test, labels = load_mnist(data, train=False)
    order = torch.randperm(len(test), generator=torch.Generator().manual_seed(seed))
    strangers = {
        name: as_images(torch.from_numpy(np.load(data / "ood" / file, allow_pickle=False)))
        for name, file in STRANGERS.items()
        if (data / "ood" / file).is_file()
    }
    pen = data / "strokes" / "pen_digits.json"
    records = json.loads(pen.read_text()) if pen.is_file() else []
    strokes = [record["strokes"] for record in records if record["writer"] > CHOSEN_ON]
    return Material(
        as_images(test[order]),
        as_images(training_digits(data)).flatten(1),
        labels[order],
        order,
        strangers,
        data / "people",
        strokes,
        evaluation_classifier(data, epochs=sizes.epochs, seed=seed),
    )


def framed_strangers(people: Path) -> dict[str, Tensor]:
    """Letters and doodles framed as a visitor's are, name -> (B, 1, 28, 28), if they are there."""
    found: dict[str, Tensor] = {}
    if (people / "letters_a_to_e.npz").is_file():
        with np.load(people / "letters_a_to_e.npz", allow_pickle=False) as file:
            letters = torch.stack([_framed_bitmap(bitmap) for bitmap in file["images"]])
            unlike = torch.tensor([letter in UNLIKE_DIGITS for letter in file["labels"].tolist()])
        found |= {"framed letters": letters, "framed letters unlike digits": letters[unlike]}
    if (people / "doodles.json").is_file():
        doodles = json.loads((people / "doodles.json").read_text())
        found["doodles"] = torch.stack([frame_strokes(doodle["strokes"]) for doodle in doodles])
    return found


def _framed_bitmap(bitmap: NDArray[np.uint8]) -> Tensor:
    """A small bitmap enlarged smoothly and framed."""
    size = ENLARGED * bitmap.shape[1], ENLARGED * bitmap.shape[0]
    return frame_drawing(np.asarray(Image.fromarray(bitmap).resize(size, Image.Resampling.BICUBIC)))


def hide(case: str, n: int, seed: int) -> Tensor:
    """The known pixels of n digits when a half, the centre or a random share is hidden, (n, 1, 28, 28)."""
    observed = torch.ones((n, 1, 28, 28), dtype=torch.bool)
    if case == "top half":
        observed[:, :, :14] = False
    elif case == "left half":
        observed[..., :14] = False
    elif case.startswith("centre"):
        observed[:, :, 7:21, 7:21] = False
    else:
        share = int(case.split()[1]) / 100
        observed = torch.rand(observed.shape, generator=torch.Generator().manual_seed(seed)) >= share
    return observed


def draw(strokes: Strokes, pen: float, *, scale: float = 1.0, shift: float = 0.0) -> NDArray[np.uint8]:
    """White strokes with round ends on black, (280, 280), as one draws them on the canvas of the app.

    Args:
        strokes: on a paper of 500 x 500, which is shrunk to the canvas.
        pen: width in pixels of the canvas.
        scale: of the whole drawing with its pen, about the middle of the canvas.
        shift: pixels by which the drawing then moves right or left and down or up, to where more room is.
    """
    points = [scale * (np.asarray(line) * CANVAS / PAPER - CANVAS / 2) for line in strokes]
    everywhere = np.concatenate(points)
    middle = (everywhere.min(axis=0) + everywhere.max(axis=0)) / 2
    origin = CANVAS / 2 + np.where(middle > 0, -shift, shift)
    picture, radius = Image.new("L", (SMOOTH * CANVAS, SMOOTH * CANVAS)), SMOOTH * scale * pen / 2
    brush = ImageDraw.Draw(picture)
    for line in points:
        places = [(x, y) for x, y in (SMOOTH * (line + origin)).tolist()]
        brush.line(places, fill=255, width=round(2 * radius), joint="curve")
        for x, y in (places[0], places[-1]):
            brush.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    return np.asarray(picture.reduce(SMOOTH))
