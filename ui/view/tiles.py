"""The tiles that the latent map blends: the plane of two standard coordinates, decoded on a grid.

They follow from the weights alone, so `python -m ui.view.tiles` decodes them once, into a file that the
app serves.
"""

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, PngImagePlugin

import vae
from ui import naming
from ui.shell import cache, load
from vae.checks import FileError
from vae.files import write_file
from vae.model import calibration_of

EXTENT = 3.0
N_TILES = 51
UNCLEAR = "?"
FILE = Path(__file__).parents[2] / "static" / "latent_map.png"


class Sheet(NamedTuple):
    """All tiles in one picture file."""

    url: str  # relative to any page of the app; another one for other weights
    labels: str  # what each tile looks like, row by row: a digit or UNCLEAR


def decoded(model: vae.VAE) -> np.ndarray:
    """uint8 (N_TILES, N_TILES, 28, 28): rows from u2 = EXTENT down, columns from u1 = -EXTENT on."""
    return vae.latent_grid(model, N_TILES, extent=EXTENT).flip(0).mul(255).round().byte().numpy()


@cache.for_good
def sheet() -> Sheet:
    """The file of the shipped weights.

    Raises:
        FileError: the file is missing, damaged, or belongs to other weights.
    """
    weights = str(calibration_of(load.model()).fingerprint)
    try:
        with Image.open(FILE) as file:
            said = dict(file.info)
    except OSError:
        said = {}
    if said.get("weights") != weights or len(said.get("labels", "")) != N_TILES**2:
        raise FileError("the map's tiles are not those of the weights; python -m ui.view.tiles decodes them")
    return Sheet(f"app/static/{FILE.name}?weights={weights}", said["labels"])


def write(path: Path = FILE) -> None:
    """Decode the tiles of the shipped weights, name each, and write both in one grey PNG."""
    model = load.model()
    tiles = decoded(model)
    labels = naming.names(torch.from_numpy(tiles).float().div(255).flatten(0, 1)[:, None])
    said = PngImagePlugin.PngInfo()
    said.add_text("weights", str(calibration_of(model).fingerprint))
    said.add_text("labels", "".join(UNCLEAR if label is None else str(label) for label in labels))
    side = N_TILES * tiles.shape[-1]
    picture = Image.fromarray(tiles.transpose(0, 2, 1, 3).reshape(side, side))
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True, pnginfo=said)
    write_file(path, file.getvalue())


if __name__ == "__main__":
    write()
