"""The specialists, trained alike and each measured for its own job, and the plain baseline of generation."""

from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor

import vae
from vae.checkpoint import fingerprint
from vae.evaluation import plain_vae, specialists
from vae.evaluation.classifier import train_classifier
from vae.evaluation.denoising_protocol import NOISES
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.masks import MASKS
from vae.evaluation.specialists import FIGURES, SPECIALISTS, compare, fitted
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
    for name in ("learned_digits", "validation_digits"):
        monkeypatch.setattr(module, name, lambda root: pixels)
    monkeypatch.setattr(specialists, "measure_statistics", lambda trained, held_out: model.calibration)


@pytest.fixture(scope="module")
def data(digits: Tensor) -> EvaluationData:
    labels = vae.load_gallery().labels
    classifier = train_classifier(digits, labels, epochs=1)
    return EvaluationData(
        digits[:200], digits.flatten(1), labels[:200], torch.arange(200), {}, Path("nowhere"), [], classifier
    )


def test_every_specialist_is_trained_for_its_job_and_measured(
    tmp_path: Path, pixels: Tensor, model: vae.VAE, data: EvaluationData, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend_calibration(specialists, pixels, model, monkeypatch)
    models: list[vae.VAE] = []

    def remembered(trainer: train.Trainer, held_out: Tensor) -> vae.VAE:
        models.append(fitted(trainer, held_out))
        return models[-1]

    monkeypatch.setattr(specialists, "fitted", remembered)
    monkeypatch.setattr(specialists, "NOISES", NOISES[-2:])  # that all are measured is another test's
    monkeypatch.setattr(specialists, "MASKS", MASKS[-2:])
    found = compare(train_options(tmp_path), data, SIZES)
    assert list(found) == list(SPECIALISTS)
    for trained, (name, specialist) in zip(models, SPECIALISTS.items(), strict=True):
        assert found[name] == {
            figure: FIGURES[figure](trained, data, SIZES, 0) for figure in specialist.figures
        }
        options = torch.load(tmp_path / name.replace(" ", "-") / "checkpoint.pt")["options"]
        assert specialist.changes.items() <= options.items()
    assert len({fingerprint(trained) for trained in models}) == len(SPECIALISTS)
    assert torch.load(tmp_path / "nested" / "checkpoint.pt")["model"][LAST].any()


def test_restoration_is_measured_over_the_noises_and_masks_of_the_evaluation(
    model: vae.VAE, data: EvaluationData, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []

    def denoised(model: vae.VAE, noisy: Tensor, noise: vae.Noise, *, seed: int) -> Tensor:
        seen.append(noise)
        return data.test[: len(noisy)] + 10 ** (-len(seen) / 20)

    def imputed(model: vae.VAE, x: Tensor, observed: Tensor, *, seed: int) -> vae.Imputation:
        seen.append((~observed).float().mean().item())
        return vae.Imputation(x[None], x + len(seen) / 10, torch.zeros_like(x))

    monkeypatch.setattr(vae, "denoise", denoised)
    monkeypatch.setattr(vae, "impute", imputed)
    assert specialists.denoising_db(model, data, SIZES, 0) == pytest.approx(4.5, abs=1e-4)  # of 1 to 8 dB
    assert tuple(seen) == NOISES
    seen.clear()
    assert specialists.imputation_rmse(model, data, SIZES, 0) == pytest.approx(0.35, abs=1e-6)  # of .1 to .6
    assert seen == pytest.approx([0.5, 0.5, 0.25, 0.5, 0.8, 0.9], abs=0.02)


def test_the_plain_baseline_has_a_normal_prior(
    tmp_path: Path, pixels: Tensor, model: vae.VAE, data: EvaluationData, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend_calibration(plain_vae, pixels, model, monkeypatch)
    baseline = plain_vae.train_plain(train_options(tmp_path))
    assert not torch.load(tmp_path / "checkpoint.pt")["model"][LAST].any()
    z = torch.randn((50, 4), generator=torch.Generator().manual_seed(0))
    assert torch.allclose(baseline.prior.to_standard(z), z, atol=1e-5)
    before = train.Trainer(train_options(tmp_path), pixels, pixels).model
    assert not baseline.encoder.net[0].weight.equal(before.encoder.net[0].weight)  # the rest has learnt
    found = plain_vae.figures(baseline, data, SIZES, 0)
    assert found.keys() == {"frechet_ratio", "sure_share"}
    assert found["frechet_ratio"] > 1 and 0 <= found["sure_share"] <= 1
