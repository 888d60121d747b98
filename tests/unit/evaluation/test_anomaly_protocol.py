"""Anomaly detection is measured as its rows say: with scores that are pixels, so that each AUROC is known."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from torch import Tensor

import vae
from vae.evaluation import anomaly_protocol
from vae.evaluation.anomaly_protocol import anomaly
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.scores import Row

SIZES = Sizes(scored=4)
OURS, BOUND, CODE, FAR, ERROR, P = range(6)  # columns of the first row: what each figure is read from
FILLED = slice(10)  # columns of the last row: where alone training digits differ
IN_PLACES = [7 * i % 20 for i in range(20)]  # of their file; three of the first block of four are flagged


def pictures(columns: dict[int, float], n: int = 1, *, filled: Tensor | float = 0.05) -> Tensor:
    x = torch.zeros(n, 1, 28, 28)
    for column, value in columns.items():
        x[:, 0, 0, column] = value
    x[:, 0, -1, FILLED] = filled
    return x


def reconstruct(x: Tensor) -> Tensor:
    wrong = x.clone()
    wrong[:, 0, 0, ERROR] = 0
    return wrong


MODEL = SimpleNamespace(
    encode=lambda x: SimpleNamespace(mean=x[:, 0, 0, [CODE, FAR]]),
    prior=SimpleNamespace(log_prob=lambda z: -z[:, 0]),
    reconstruct=reconstruct,
)


@pytest.fixture(scope="module")
def rows(few: EvaluationData) -> dict[str, Row]:
    test = pictures({P: 0.06}, 20)
    for i in range(4):
        test[i, 0, 0, [OURS, BOUND, CODE, ERROR]] = 0.2 * (i + 1)
    test[1, 0, 0, 27 - OURS] = 0.9  # the only one of a digit that is none in a mirror
    test[[IN_PLACES.index(place) for place in range(3)], 0, 0, P] = 0.05
    shapes = {"triangles": pictures({OURS: 0.1}), "squares": pictures({OURS: 0.3})}
    clothes = pictures({OURS: 0.7, BOUND: 0.5, CODE: 0.3, FAR: 0.65, ERROR: 0.9}, filled=1)
    degenerate = torch.cat([pictures({OURS: 0.9, P: p}) for p in (0.003, 0.008)])
    filled = 0.1 * torch.rand((30, 10), generator=torch.Generator().manual_seed(0))
    data = replace(
        few,
        test=test,
        train=pictures({}, 30, filled=filled).flatten(1),
        labels=torch.tensor([0, 2, 1, 8] + 16 * [0]),
        places=torch.tensor(IN_PLACES),
        ood={"Fashion-MNIST": clothes},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vae, "anomaly_score", lambda model, x, *, seed: x[:, 0, 0, OURS])
        patch.setattr(vae, "anomaly_p_value", lambda model, x, *, seed: x[:, 0, 0, P])
        patch.setattr(anomaly_protocol, "encoder_bound", lambda model, x, *, seed: -x[:, 0, 0, BOUND])
        patch.setattr(anomaly_protocol, "shapes", lambda kind, n, seed: shapes[kind])
        patch.setattr(anomaly_protocol, "degenerate", lambda seed: degenerate)
        patch.setattr(anomaly_protocol, "N_COMPONENTS", 10)
        patch.setattr(anomaly_protocol, "N_TREES", 20)
        return {row.case: row for row in anomaly(cast(vae.VAE, MODEL), data, SIZES, 0)}


def test_the_share_of_digits_below_an_example_is_its_auroc(rows: dict[str, Row]) -> None:
    figures = {case: row.ours for case, row in rows.items() if row.unit == "AUROC"}
    assert figures == pytest.approx(
        {
            "triangles": 0,
            "squares": 0.25,
            "Fashion-MNIST": 0.75,
            "mirrored digits": 1,
            anomaly_protocol.DEGENERATE: 1,
            "mean over kinds": 0.6,
        }
    )
    assert all(rows[case].better == "higher" for case in figures)
    assert (rows["Fashion-MNIST"].goal, rows["Fashion-MNIST"].n, rows["mean over kinds"].n) == (0.999, 1, 5)


def test_every_baseline_is_higher_for_what_is_stranger(rows: dict[str, Row]) -> None:
    assert {each.name: each.figure for each in rows["Fashion-MNIST"].baselines} == {
        "Raw negative log-likelihood": 0.5,
        "Code's -log p(z) alone": 0.25,
        "Reconstruction error": 1,
        "Reconstruction error per ink": 0.75,
        "PCA-10 error": 0.75,
        "Isolation forest": 1,
        "Distance to nearest training digit": 1,
        "Distance to nearest training codes": 0.75,
    }
    means = {each.name: each.figure for each in rows["mean over kinds"].baselines}
    assert means["Raw negative log-likelihood"] == pytest.approx(0.1)  # 0.5 of one kind, 0 of four


def test_false_alarms_are_counted_in_all_and_in_the_worst_block_of_the_file(rows: dict[str, Row]) -> None:
    in_all, by_block = rows["false alarms at 5 %"], rows["false alarms at 5 %, by block"]
    assert in_all.ours == pytest.approx(0.15 - 0.05) and "which is 0.1500" in in_all.protocol
    assert by_block.ours == pytest.approx(0.75 - 0.05) and "0.7500, 0.0000, 0.0000" in by_block.protocol
    assert all((row.better, row.n, row.goal) == ("lower", 20, 0.01) for row in (in_all, by_block))


def test_of_degenerate_pictures_the_highest_p_counts(rows: dict[str, Row]) -> None:
    row = rows["degenerate pictures"]
    assert row.ours == pytest.approx(0.008)
    assert (row.unit, row.better, row.n, row.goal) == ("p", "lower", 2, 0.01)
