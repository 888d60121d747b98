"""What the evaluation works with: its pictures, and how many of them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from vae.evaluation.classifier import Classifier, evaluation_classifier
from vae.evaluation.scores import Row
from vae.framing import frame_drawing, frame_strokes
from vae.model import VAE
from vae.training.data import as_images, load_mnist, training_digits

OOD_FILES = {"Fashion-MNIST": "fashion_mnist_900.npy", "Omniglot letters": "omniglot_2720.npy"}
UNLIKE_DIGITS = "AEFHKMNRTWX"  # letters that no digit looks like
ENLARGED = 3  # times, before a letter of 100 x 100 is framed as an upload is
CHOSEN_ON = 15  # the first writers, on whose strokes the framing was chosen; figures are of the others
BOARD = 280  # pixels of the side of the board that strokes are drawn on

Strokes = list[list[tuple[float, float]]]  # lines of points (x, y), x to the right, y down


class Written(NamedTuple):
    """A digit of the pen."""

    strokes: Strokes
    digit: int


@dataclass(frozen=True)
class Sizes:
    """How much of everything is measured."""

    density: int = 1000
    density_samples: int = 500
    coded: int = 100
    restored: int = 200
    scored: int = 2000
    generated: int = 5000
    drawn: int = 900
    epochs: int = 5  # of the evaluation classifier


QUICK = Sizes(
    density=50, density_samples=25, coded=5, restored=10, scored=100, generated=200, drawn=12, epochs=1
)


@dataclass(frozen=True)
class EvaluationData:
    """The pictures that figures are measured on, and who names them."""

    test: Tensor  # (N, 1, 28, 28), digits that nothing was trained or chosen on
    train: Tensor  # (M, 784), training digits, for baselines and floors alone
    labels: Tensor  # (N,), classes of the test digits
    places: Tensor  # (N,), where in their file the test digits are
    ood: dict[str, Tensor]  # name -> (B, 1, 28, 28)
    people: Path  # folder of letters and doodles, which need framing; need not be there
    written: list[Written]  # digits of the pen; may be empty
    classifier: Classifier


Job = Callable[[VAE, EvaluationData, Sizes, int], Iterator[Row]]


def read_data(data: Path, sizes: Sizes, seed: int) -> EvaluationData:
    """Test and training digits, what is under data/ood, the strokes under data/strokes.

    The test digits are shuffled: their file has the digits of one group of writers first, then another's.

    Raises:
        InputError: MNIST is not there.
    """
    test, labels = load_mnist(data, train=False)
    order = torch.randperm(len(test), generator=torch.Generator().manual_seed(seed))
    ood = {
        name: as_images(torch.from_numpy(np.load(data / "ood" / file, allow_pickle=False)))
        for name, file in OOD_FILES.items()
        if (data / "ood" / file).is_file()
    }
    pen = data / "strokes" / "pen_digits.json"
    records = json.loads(pen.read_text()) if pen.is_file() else []
    others = [record for record in records if record["writer"] > CHOSEN_ON]
    return EvaluationData(
        as_images(test[order]),
        as_images(training_digits(data)).flatten(1),
        labels[order],
        order,
        ood,
        data / "people",
        [Written(record["strokes"], record["digit"]) for record in others],
        evaluation_classifier(data, epochs=sizes.epochs, seed=seed),
    )


def framed_ood(people: Path) -> dict[str, Tensor]:
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


def on_board(strokes: Strokes, share: float, place: float = 0.0) -> list[NDArray[np.float64]]:
    """Strokes as the app's board hands them over: in whole pixels of its BOARD.

    Args:
        share: of the board's side that the longer side of the drawing takes.
        place: from the top left corner (0) to the bottom right one (1).
    """
    everywhere = np.concatenate([np.asarray(line, dtype=np.float64) for line in strokes])
    origin, side = everywhere.min(axis=0), np.ptp(everywhere, axis=0).max()
    corner = place * (1 - share) * BOARD
    return [np.round((np.asarray(line) - origin) / side * share * BOARD + corner) for line in strokes]
