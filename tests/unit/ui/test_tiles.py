"""The file of tiles is what the weights decode to, and says so."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, PngImagePlugin

import vae
from ui import naming
from ui.view import tiles
from vae.checks import FileError

SIDE = tiles.N_TILES * 28


@pytest.fixture(autouse=True)
def read_anew() -> None:
    tiles.sheet.clear()


def test_the_file_holds_what_the_weights_decode_to(model: vae.VAE) -> None:
    rows = slice(0, tiles.N_TILES, 10)
    fresh = torch.from_numpy(tiles.decoded(model))[rows, rows]
    with Image.open(tiles.FILE) as file:
        kept = np.asarray(file).reshape(tiles.N_TILES, 28, tiles.N_TILES, 28).transpose(0, 2, 1, 3)
    assert np.abs(kept[rows, rows].astype(int) - fresh.numpy()).max() <= 1  # rounding differs by processor
    labels = np.array(list(tiles.sheet().labels)).reshape(tiles.N_TILES, -1)[rows, rows]
    names = naming.names(fresh.float().div(255).flatten(0, 1)[:, None])
    assert [tiles.UNCLEAR if name is None else str(name) for name in names] == labels.flatten().tolist()


def test_its_address_is_that_of_the_weights(model: vae.VAE) -> None:
    assert model.calibration
    assert tiles.sheet().url == f"app/static/latent_map.png?weights={model.calibration.fingerprint}"


@pytest.mark.parametrize(
    ("weights", "labels"),
    [("1", "0" * tiles.N_TILES**2), (None, "0" * tiles.N_TILES**2), ("ours", "0"), ("ours", None)],
)
def test_tiles_of_other_weights_are_a_sentence(
    model: vae.VAE, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: str | None, labels: str | None
) -> None:
    said = PngImagePlugin.PngInfo()
    if weights:
        said.add_text("weights", weights.replace("ours", str(model.calibration.fingerprint)))
    if labels:
        said.add_text("labels", labels)
    Image.new("L", (SIDE, SIDE)).save(tmp_path / "map.png", pnginfo=said)
    monkeypatch.setattr(tiles, "FILE", tmp_path / "map.png")
    with pytest.raises(FileError, match="python -m ui.view.tiles"):
        tiles.sheet()


def test_a_missing_or_damaged_file_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "FILE", tmp_path / "map.png")
    for content in (None, b"no picture", b""):
        if content is not None:
            (tmp_path / "map.png").write_bytes(content)
        with pytest.raises(FileError, match="python -m ui.view.tiles"):
            tiles.sheet()
