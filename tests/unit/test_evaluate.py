"""Every job of the evaluation, measured on a handful of gallery digits."""

import math

import pytest
import torch

import vae
from vae.evaluate import HIDDEN, JOBS, LONGEST_FIRST, Job, Material, Sizes, degenerate, hide

SIZES = Sizes(density=3, density_samples=4, coded=2, restored=3, judged=20)


@pytest.fixture(scope="module")
def material() -> Material:
    gallery = vae.load_gallery()
    strangers = {"noise": torch.rand((5, 1, 28, 28), generator=torch.Generator().manual_seed(0))}
    return Material(gallery.images[:100], gallery.images[100:].flatten(1), gallery.labels[:100], strangers)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_a_job_gives_finite_rows_with_what_the_scoreboard_shows(
    job: Job, material: Material, model: vae.VAE
) -> None:
    rows = list(job(model, material, SIZES, 0))
    assert rows
    assert len({row.case for row in rows}) == len(rows)
    for row in rows:
        assert row.better in ("higher", "lower")
        assert row.n >= 1
        assert row.protocol and row.unit
        assert all(math.isfinite(figure) for figure in (row.ours, *row.rivals.values()))


def test_jobs_are_the_same_in_both_orders() -> None:
    assert set(JOBS) == set(LONGEST_FIRST)


@pytest.mark.parametrize(
    ("case", "hidden"),
    [("top half", 0.5), ("left half", 0.5), ("centre 14 × 14", 0.25), ("random 80 %", 0.8)],
)
def test_the_share_that_a_case_hides(case: str, hidden: float) -> None:
    assert case in HIDDEN
    observed = hide(case, 50, seed=0)
    assert (~observed).float().mean().item() == pytest.approx(hidden, abs=0.01)
    assert torch.equal(observed, hide(case, 50, seed=0))


def test_degenerate_pictures_are_strange(model: vae.VAE) -> None:
    assert vae.anomaly_p_value(model, degenerate(0)).max() <= 0.01
