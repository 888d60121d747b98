"""Density is measured as its rows say: with bounds whose means are known."""

import pytest
import torch
from torch import Tensor

import vae
from vae.evaluation import density_protocol
from vae.evaluation.density_protocol import density
from vae.evaluation.evaluation_data import EvaluationData, Sizes

SIZES = Sizes(density=4, density_samples=7)
SPREAD = torch.tensor([0.0, 0.0, 0.0, 12.0])  # mean 3, median 0
TIGHT, FITTED, AMORTIZED, TWO = 80, 90, 95, 140  # nats of the easiest digit


def test_each_bound_is_a_mean_beside_its_own_baselines(
    few: EvaluationData, model: vae.VAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    def log_likelihood(
        model: vae.VAE, x: Tensor, *, n_dims: int | None = None, n_samples: int, seed: int
    ) -> Tensor:
        check(x)
        return -(SPREAD + {(None, 7): TIGHT, (None, 1): FITTED, (2, 7): TWO}[n_dims, n_samples])

    def encoder_bound(model: vae.VAE, x: Tensor, *, n_samples: int, seed: int) -> Tensor:
        check(x)
        assert n_samples == 1
        return -(SPREAD + AMORTIZED)

    def check(x: Tensor) -> None:
        digits = few.test[: SIZES.density]
        sure = (digits == 0) | (digits == 1)
        assert ((x == 0) | (x == 1)).all() and torch.equal(x[sure], digits[sure])

    monkeypatch.setattr(vae, "log_likelihood", log_likelihood)
    monkeypatch.setattr(density_protocol, "encoder_bound", encoder_bound)
    rows = {row.case: row for row in density(model, few, SIZES, 0)}
    assert {case: row.ours for case, row in rows.items()} == pytest.approx(
        {"whole code": 83, "ELBO, whole code": 93, "ELBO, encoder alone": 98, "2 dimensions": 143}
    )
    assert [row.goal for row in rows.values()] == [82, 85, 85, 138]
    assert [row.best_baseline and row.best_baseline.figure for row in rows.values()] == [
        79.24,
        84.6,
        84.6,
        132.5,
    ]
    assert all((row.unit, row.better, row.n) == ("nats", "lower", 4) for row in rows.values())
