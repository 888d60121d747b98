"""The specialists: trained alike, each measured for its own job."""

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

import vae
from vae import specialists, train
from vae.classifier import train_classifier
from vae.material import Material, Sizes
from vae.specialists import SPECIALISTS, compare

SIZES = Sizes(density=4, restored=2, generated=200)
TINY = {"latent_dim": 4, "channels": 4, "hidden": 16, "blocks": 1}


def test_every_specialist_is_trained_and_measured(
    tmp_path: Path, pixels: Tensor, digits: Tensor, model: vae.VAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("training_digits", "validation_digits"):
        monkeypatch.setattr(specialists, name, lambda root: pixels)
    shipped = model.calibration
    monkeypatch.setattr(
        specialists, "measure", lambda trained, _, **__: setattr(trained, "calibration", shipped)
    )
    labels = vae.load_gallery().labels
    classifier = train_classifier(digits, labels, epochs=1)
    material = Material(digits[:200], digits.flatten(1), labels[:200], {}, [], classifier)
    options = train.Options(run=tmp_path, epochs=1, batch=100, device="cpu", precision="float32", **TINY)
    found = compare(options, material, SIZES)
    assert {name: tuple(figures) for name, figures in found.items()} == {
        name: specialist.figures for name, specialist in SPECIALISTS.items()
    }
    assert all(math.isfinite(value) for figures in found.values() for value in figures.values())
    saved = {name: torch.load(tmp_path / name / "checkpoint.pt")["model"] for name in ("plain", "nested")}
    last = "prior.net.4.weight"
    assert saved["nested"][last].any() and not saved["plain"][last].any()
