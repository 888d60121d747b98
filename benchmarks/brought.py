"""How the app takes what people bring: photos, scans, bitmaps and pen strokes, and how long their links are.

`python -m benchmarks.brought --data DIR` prints a Markdown table; what is not in DIR is left out.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

import vae
from ui.digit.digit import Digit, from_picture, from_strokes
from ui.formats.fabric import PENS, Stroke
from ui.formats.upload import read_picture
from vae.evaluation.classifier import Classifier, evaluation_classifier
from vae.evaluation.evaluation_data import BOARD, CHOSEN_ON, ENLARGED, Sizes, Strokes, on_board
from vae.training.command import run_command
from vae.training.data import default_root

SHARES = (0.15, 0.25, 0.35, 0.5, 0.7, 0.9)  # of the board's side, that a drawing takes
DOODLED = 0.5  # the same of doodles
NEAR, FAR = 0.0, 1.0  # where a drawing stands, from the board's top left corner to its bottom right one
FLAGGED, NO_DIGIT = 0.05, 0.01  # highest p of what is flagged, and of what is said to be no digit at all
COLUMNS = ("brought", "n", "refused", "read right", "p ≤ 0.05", "p ≤ 0.01", "moved", "link", "longest")


@dataclass(frozen=True)
class Options:
    """Print how what people bring is read and flagged, and how many characters a link takes to carry it."""

    data: Path = default_root()
    """Folder of MNIST/raw, people/ and strokes/. Default: $MNIST_ROOT, else ./data."""


@dataclass(frozen=True)
class Brought:
    """Things of one kind, as the app took them."""

    kind: str
    taken: list[Digit]
    labels: list[int] | None = None  # the class of each; None = they are no digits
    n_refused: int = 0
    elsewhere: list[Digit] | None = None  # the same drawings at another place on the board

    def row(self, model: vae.VAE, classifier: Classifier) -> list[str]:
        """What the table says of them, a cell for each of COLUMNS."""
        n = len(self.taken) + self.n_refused
        cells = [self.kind, str(n), str(self.n_refused)]
        if not self.taken:
            return cells + [""] * (len(COLUMNS) - len(cells))
        x, links = _images(self.taken), [len(digit.text or "") for digit in self.taken]
        p, right, moved = vae.anomaly_p_value(model, x), "", ""
        if self.labels:
            n_right = (classifier.name(x)[0] == torch.tensor(self.labels)).sum().item()
            right = f"{n_right / n:.3f}"
        if self.elsewhere:
            moved = f"{(x - _images(self.elsewhere)).abs().mean().item():.4f}"
        flags = [f"{(p <= highest).float().mean().item():.3f}" for highest in (FLAGGED, NO_DIGIT)]
        return [*cells, right, *flags, moved, f"{median(links):.0f}", str(max(links))]


def photos(folder: Path) -> Iterator[Brought]:
    """Pictures of one digit, all and by kind, and of several; `truth.json` says which digit each one is."""
    truth = {name: said["digit"] for name, said in json.loads((folder / "truth.json").read_text()).items()}
    single = {name: _photo(folder / name) for name in truth if truth[name] is not None}
    kinds = {name: re.sub(r"_\d+$", "", Path(name).stem).replace("_", " ") for name in truth}
    for kind in (None, *dict.fromkeys(kinds[name] for name in single)):
        names = [name for name in single if kind in (None, kinds[name])]
        taken = {name: digit for name in names if (digit := single[name])}
        labels = [truth[name] for name in taken]
        yield Brought(kind or "photos and scans", [*taken.values()], labels, len(names) - len(taken))
    for name in sorted(truth.keys() - single.keys()):
        found = vae.find_digits(read_picture((folder / name).read_bytes()))
        digits = [from_picture(found.framed(which), "upload") for which in range(len(found.boxes))]
        yield Brought(f"the digits found in {kinds[name]}", digits)


def _photo(path: Path) -> Digit | None:
    """The largest digit in a picture; None where it is refused."""
    try:
        return from_picture(vae.find_digits(read_picture(path.read_bytes())).framed(), "upload")
    except vae.InputError:
        return None


def bitmaps(path: Path, kind: str, *, are_digits: bool) -> Brought:
    """Small bitmaps, enlarged smoothly and uploaded."""
    with np.load(path, allow_pickle=False) as file:
        images, labels = file["images"], file["labels"].tolist()
    return Brought(kind, [_bitmap(image) for image in images], labels if are_digits else None)


def _bitmap(bitmap: NDArray[np.uint8]) -> Digit:
    size = ENLARGED * bitmap.shape[1], ENLARGED * bitmap.shape[0]
    larger = np.asarray(Image.fromarray(bitmap).resize(size, Image.Resampling.BICUBIC))
    return from_picture(vae.frame_drawing(larger), "upload")


def doodles(path: Path) -> Brought:
    """Doodles, drawn with the medium pen."""
    doodled = json.loads(path.read_text())
    return Brought("doodles", [_drawn(each["strokes"], "medium", DOODLED, NEAR) for each in doodled])


def pen_digits(path: Path) -> Iterator[Brought]:
    """Digits of the writers on whom nothing was chosen, by each pen, small and large, at both corners."""
    written = [each for each in json.loads(path.read_text()) if each["writer"] > CHOSEN_ON]
    labels = [each["digit"] for each in written]
    for pen in PENS:
        for share in SHARES:
            near, far = (
                [_drawn(each["strokes"], pen, share, place) for each in written] for place in (NEAR, FAR)
            )
            yield Brought(f"strokes, {pen} pen, {share:.0%} of the board", near, labels, elsewhere=far)


def _drawn(strokes: Strokes, pen: str, share: float, place: float) -> Digit:
    return from_strokes([Stroke(line / BOARD, pen) for line in on_board(strokes, share, place)])


def _images(digits: Iterable[Digit]) -> Tensor:
    return torch.stack([digit.image for digit in digits])


def brought(data: Path) -> Iterator[Brought]:
    """All that lies in the folder."""
    people, strokes = data / "people", data / "strokes" / "pen_digits.json"
    if (people / "photos" / "truth.json").is_file():
        yield from photos(people / "photos")
    if (people / "digits_hwd1000.npz").is_file():
        yield bitmaps(people / "digits_hwd1000.npz", "HWD-1000 digits", are_digits=True)
    if (people / "letters_a_to_e.npz").is_file():
        yield bitmaps(people / "letters_a_to_e.npz", "letters A to E", are_digits=False)
    if (people / "doodles.json").is_file():
        yield doodles(people / "doodles.json")
    if strokes.is_file():
        yield from pen_digits(strokes)


def main(options: Options) -> None:
    """Print the table, row by row."""
    torch.set_num_threads(1)
    model = vae.load_model()
    classifier = evaluation_classifier(options.data, epochs=Sizes().epochs)
    for cells in (COLUMNS, ["---"] * len(COLUMNS)):
        print("|", " | ".join(cells), "|")
    with torch.inference_mode():  # the classifier may have had to be trained
        for each in brought(options.data):
            print("|", " | ".join(each.row(model, classifier)), "|", flush=True)


if __name__ == "__main__":
    run_command("benchmarks.brought", main, Options)
