"""The specialists, trained alike and each measured for its own job, and the plain baseline of generation."""

import math
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor

import vae
from vae.evaluation import plain_vae, specialists
from vae.evaluation.classifier import train_classifier
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.specialists import SPECIALISTS, compare
from vae.training import train

SIZES = Sizes(density=4, restored=2, generated=200)
LAST = "prior.net.4.weight"
TINY = {"latent_dim": 4, "channels": 4, "hidden": 16, "blocks": 1}


def train_options(run: Path) -> train.Options:
    return train.Options(run=run, epochs=1, batch=100, device="cpu", precision="float32", **TINY)


def lend_calibration(
    module: ModuleType, pixels: Tensor, model: vae.VAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Train on the gallery, and take the shipped model's calibration for one's own."""
    for name in ("training_digits", "validation_digits"):
        monkeypatch.setattr(module, name, lambda root: pixels)
    monkeypatch.setattr(specialists, "measure_statistics", lambda trained, held_out: model.calibration)


@pytest.fixture(scope="module")
def data(digits: Tensor) -> EvaluationData:
    labels = vae.load_gallery().labels
    classifier = train_classifier(digits, labels, epochs=1)
    return EvaluationData(
        digits[:200], digits.flatten(1), labels[:200], torch.arange(200), {}, Path("nowhere"), [], classifier
    )


def test_every_specialist_is_trained_and_measured(
    tmp_path: Path, pixels: Tensor, model: vae.VAE, data: EvaluationData, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend_calibration(specialists, pixels, model, monkeypatch)
    found = compare(train_options(tmp_path), data, SIZES)
    assert {name: tuple(figures) for name, figures in found.items()} == {
        name: specialist.figures for name, specialist in SPECIALISTS.items()
    }
    assert all(math.isfinite(value) for figures in found.values() for value in figures.values())
    assert torch.load(tmp_path / "nested" / "checkpoint.pt")["model"][LAST].any()


def test_the_plain_baseline_has_a_normal_prior(
    tmp_path: Path, pixels: Tensor, model: vae.VAE, data: EvaluationData, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend_calibration(plain_vae, pixels, model, monkeypatch)
    baseline = plain_vae.train_plain(train_options(tmp_path))
    assert not torch.load(tmp_path / "checkpoint.pt")["model"][LAST].any()
    z = torch.randn((50, 4), generator=torch.Generator().manual_seed(0))
    assert torch.allclose(baseline.prior.to_standard(z), z, atol=1e-5)
    assert baseline.encoder.net[0].weight.std() > 0
    found = plain_vae.figures(baseline, data, SIZES, 0)
    assert found.keys() == {"frechet_ratio", "sure_share"}
    assert found["frechet_ratio"] > 1 and 0 <= found["sure_share"] <= 1
