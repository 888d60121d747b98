"""Denoising and filling in are measured as their rows say: with restorations whose figures are known."""

import pytest
import torch
from torch import Tensor

import vae
from tests.unit.evaluation.conftest import N
from vae.baselines import classical
from vae.evaluation import denoising_protocol, imputation_protocol
from vae.evaluation.denoising_protocol import denoising
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.imputation_protocol import imputation
from vae.evaluation.masks import AtRandom, Block
from vae.evaluation.scores import Point
from vae.metrics import mean_psnr, rmse

SIZES = Sizes(restored=N)
NOISE = vae.Noise("uniform", 0.25)
TOP = Block("top half", slice(14), slice(None))


def test_denoising_is_measured_told_and_blind_beside_every_filter(
    few: EvaluationData, model: vae.VAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    def off_by_a_tenth_or_a_third(
        model: vae.VAE, noisy: Tensor, noise: vae.Noise | None, *, seed: int
    ) -> Tensor:
        return few.test + (1 / 3 if noise is None else 0.1)

    monkeypatch.setattr(vae, "denoise", off_by_a_tenth_or_a_third)
    monkeypatch.setattr(denoising_protocol, "NOISES", (NOISE,))
    told, blind, named, lead = denoising(model, few, SIZES, 0)
    noisy = vae.corrupt(few.test, NOISE, seed=0)
    figures = {each.name: each.figure for each in told.baselines}
    for name, method in classical.DENOISERS.items():
        assert figures[name] == mean_psnr([method(x, NOISE) for x in noisy], few.test)
    assert len(figures) == len(classical.DENOISERS) + 1
    assert (told.case, told.n) == ("uniform 0.25", N)
    assert told.ours == pytest.approx(20, abs=1e-4) and told.goal == max(figures.values())
    assert blind.ours == pytest.approx(9.5424, abs=1e-4) and blind.goal == pytest.approx(19.3, abs=1e-4)
    assert blind.baselines == told.baselines
    assert named.ours == 0  # a tenth more light is one class more
    assert lead.ours == pytest.approx(20 - max(figures.values()), abs=1e-4)


def test_filling_in_is_measured_by_the_mean_and_by_each_completion(
    few: EvaluationData, model: vae.VAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    def right_in_three_of_four(
        model: vae.VAE, x: Tensor, observed: Tensor, *, n_samples: int, seed: int
    ) -> vae.Imputation:
        wrong = x.clone()
        wrong[:, 0, -1, -1] = (wrong[:, 0, -1, -1] + 1 / 9) % (10 / 9)
        samples = torch.stack([wrong if i % 4 == 0 else x for i in range(n_samples)])
        return vae.Imputation(samples, torch.where(observed, x, x + 0.25), torch.zeros_like(x))

    monkeypatch.setattr(vae, "impute", right_in_three_of_four)
    monkeypatch.setattr(imputation_protocol, "MASKS", (TOP,))
    monkeypatch.setattr(imputation_protocol, "LITTLE_SEEN", (AtRandom(0.95),))
    rows = {row.case: row for row in imputation(model, few, SIZES, 0)}
    error = rows["top half"]
    figures = {each.name: each.figure for each in error.baselines}
    observed = TOP.observed(N, 0)
    for name, fill in classical.INPAINTERS.items():
        filled = torch.stack([fill(x, known) for x, known in zip(few.test, observed, strict=True)])
        assert figures[name] == rmse(filled, few.test, observed)
    assert set(figures) == {*classical.INPAINTERS, "20 nearest training digits"}
    assert error.ours == pytest.approx(0.25, abs=1e-6) and error.goal == min(figures.values())
    assert rows["mean lead"].ours == pytest.approx(100 * (1 - 0.25 / min(figures.values())), abs=1e-4)
    assert rows["top half, class"].ours == 0.75
    for case in ("top half", "random 95 %"):
        assert rows[f"{case}, Brier"].ours == pytest.approx(0.25**2 + 0.25**2)
    assert "random 95 %" not in rows and "random 95 %, class" not in rows
    sure, unsure = rows["named with 60% to 80%"], rows["named with 20% to 40%"]
    assert (sure.ours, sure.n) == (pytest.approx(0.25), 2 * N)  # named with 75 %, right in all
    assert (sure.point, unsure.point) == (Point(0.75, 1.0), Point(0.25, 0.0))
    assert (unsure.ours, unsure.n) == (pytest.approx(0.25), 2 * N)  # named with 25 %, right in none
    assert "named with 0% to 20%" not in rows  # a class that no completion is of was not named
