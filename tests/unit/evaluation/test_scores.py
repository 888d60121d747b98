"""The scores: who is ahead, at the figures that are shown, and what a later run puts in their place."""

from dataclasses import replace
from typing import Any

import pytest

from tests.invented_scores import ALONE, LOST, ROW, SCORES, TIED, WON
from vae.evaluation.scores import Baseline, Renewal, Row, measured


@pytest.mark.parametrize(
    ("changes", "outcome", "reached"),
    [
        ({"ours": 19.5}, "ahead", True),
        ({"ours": 18.0}, "behind", False),
        ({"ours": 18.7501}, "tied", False),
        ({"ours": 18.999}, "ahead", True),
        ({"ours": 18.99}, "ahead", False),
        ({"ours": 18.0, "better": "lower"}, "behind", True),
        ({"ours": 14.0, "better": "lower"}, "ahead", True),
        ({"baselines": (), "goal": None}, None, None),
        (
            {"baselines": measured({"Raw likelihood": 0.99992}), "ours": 0.99988, "goal": 0.99989},
            "tied",
            True,
        ),
        (
            {"baselines": measured({"Raw likelihood": 0.9999}), "ours": 0.9998, "goal": 0.9999},
            "behind",
            False,
        ),
    ],
)
def test_outcome_and_goal_at_the_decimals_shown(
    changes: dict[str, Any], outcome: str | None, reached: bool | None
) -> None:
    row = replace(ROW, **changes)
    assert row.outcome == outcome
    assert row.goal_reached is reached


def test_the_best_baseline_is_the_highest_or_the_lowest() -> None:
    assert ROW.best_baseline == Baseline("Total variation", 18.75)
    assert replace(ROW, better="lower").best_baseline == Baseline("Median", 14.25)
    assert ALONE.best_baseline is None


def test_a_baseline_says_where_it_is_from() -> None:
    assert [
        Baseline("IWAE", 1.0).label,
        Baseline("IWAE", 1.0, "published").label,
        Baseline("IWAE", 1.0, "measured before").label,
    ] == ["IWAE", "IWAE (published)", "IWAE (measured before)"]
    assert measured({"Median": 2.0}) == (Baseline("Median", 2.0, "here"),)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"ours": 0.00049975, "baselines": (), "goal": 0.01}, "0.00050"),
        ({"ours": 9, "baselines": (), "goal": 10}, "9"),
        ({"ours": 0.0, "baselines": (), "goal": 0.5}, "0.000"),
        ({"ours": 1234.56, "baselines": (), "goal": None}, "1234.6"),
        ({"ours": -3.25, "baselines": measured({"Median": -2.5}), "goal": None}, "-3.25"),
    ],
)
def test_figures_of_any_size_keep_their_meaning(changes: dict[str, Any], shown: str) -> None:
    row = replace(ROW, **changes)
    assert row.words(row.ours) == shown
    assert row.measure == f"{shown} dB"


def test_a_row_in_words() -> None:
    assert ROW.versus == "20.50 dB against 18.75"
    assert ALONE.versus == "0.050 share"


def test_rows_by_how_they_ended() -> None:
    missed = replace(ALONE, case="moved", goal=0.01)
    scores = replace(SCORES, rows=(*SCORES.rows, missed))
    assert scores.with_outcome("ahead") == [WON]
    assert scores.with_outcome("tied", "behind") == [LOST, TIED]
    assert scores.with_goal() == [WON, LOST, missed]
    assert scores.n_goals_reached() == 1
    assert scores.missed() == [missed]  # LOST missed its goal too, and is told among the losses


def test_rows_measured_in_one_way_share_a_table() -> None:
    other = replace(WON, case="mean lead", protocol="another")
    scores = replace(SCORES, rows=(WON, TIED, other, LOST))
    assert scores.tables() == {"Denoising": [[WON, LOST], [other]], "Density": [[TIED]]}


def rows(*jobs: str, ours: float) -> tuple[Row, ...]:
    return tuple(replace(ROW, job=job, ours=ours) for job in jobs)


def test_jobs_measured_again_take_the_place_of_their_rows_and_say_so() -> None:
    scores = replace(SCORES, rows=rows("Density", "Anomaly detection", "Imputation", ours=1.0))
    run = replace(SCORES, commit="b", rows=rows("Anomaly detection", "Anomaly detection", ours=2.0))
    both = scores.renewed_by(run).renewed_by(run)
    assert [(row.job, row.ours) for row in both.rows] == [
        ("Density", 1.0),
        ("Anomaly detection", 2.0),
        ("Anomaly detection", 2.0),
        ("Imputation", 1.0),
    ]
    assert both.commit == SCORES.commit
    assert [(each.jobs, each.commit) for each in both.renewed] == [(("Anomaly detection",), "b")]
    two = Renewal(("Density", "Anomaly detection"), "command", "a", "2026-01-01", 1.0)
    assert two.jobs_in_words == "Density and Anomaly detection"
    kept = replace(scores, renewed=(two,)).renewed_by(run).renewed
    assert [(each.jobs, each.commit) for each in kept] == [
        (("Density",), "a"),
        (("Anomaly detection",), "b"),
    ]
    with pytest.raises(ValueError, match="of other weights: measure all jobs"):
        scores.renewed_by(replace(run, weights=456))
