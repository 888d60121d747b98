"""Scoreboard: made from the scores file alone; a missing or damaged file gets one sentence."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.app.conftest import texts
from tests.invented_scores import ROW, SCORES, WON
from ui import scores
from vae.evaluation.score_file import write_scores
from vae.evaluation.scores import Point, Scores

PAGE = "pages/scoreboard.py"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Scores], None]:
    """`write(scores)` makes the scores file that the page reads."""
    monkeypatch.setattr(scores, "FOLDER", tmp_path)
    return lambda content: write_scores(content, tmp_path)


def test_before_the_first_evaluation_the_page_invites(open_page, write):
    app = open_page(PAGE)
    assert not app.exception and not app.warning
    assert "Nothing has been measured yet" in texts(app)
    assert app.code[0].value == "make evaluate"


def test_every_figure_is_in_a_table_and_losses_are_said_in_words(open_page, write):
    write(SCORES)
    app = open_page(PAGE)
    assert not app.exception and not app.warning
    cells = "\n".join(table.value.to_csv() for table in app.table)
    for figure in ("20.50", "14.25", "18.75", "15.50", "17.25", "84.50", "0.050"):
        assert figure in cells
    assert ":red-badge[:material/close: lost]" in cells and "missed" in cells and "reached" in cells
    assert "**Denoising, gaussian 1**: 15.50 dB against 17.25: Filter X" in texts(app)
    assert [metric.value for metric in app.metric] == ["2 of 3", "1 of 3", "1 of 2"]
    assert "not measured here" in texts(app)


def test_the_run_can_be_repeated_from_what_the_page_says(open_page, write):
    write(SCORES)
    app = open_page(PAGE)
    assert app.code[-1].value == "git checkout abc1234\npython -m vae.evaluate --seed 3"
    assert "2026-01-02" in texts(app) and "seed 3" in texts(app)
    assert "200" in app.table[0].value["n"].to_list()


def test_each_way_of_measuring_gets_its_own_table_and_chart(open_page, write):
    write(SCORES)
    app = open_page(PAGE)
    assert [header.value for header in app.header][1:-1] == ["Denoising", "Density", "Anomaly detection"]
    assert len(app.table) == 3
    assert len(app.get("plotly_chart")) == 1  # none where a picture would show no more than the table


def test_a_missed_goal_is_said_in_words_even_without_a_baseline(open_page, write):
    alone = replace(ROW, job="Generation", unit="share", ours=0.85, baselines=(), goal=0.92)
    write(replace(SCORES, rows=(alone, replace(ROW, case="gaussian 1", ours=15.5, goal=17.25))))
    words = texts(open_page(PAGE))
    assert "**Generation, gaussian 0.5**: 0.850 share; the goal is 0.920" in words
    assert "**Denoising, gaussian 1**: 15.50 dB against 18.75" in words
    assert "gaussian 1**: 15.50 dB; the goal" not in words  # said once


def test_figures_are_told_in_words_elsewhere(write):
    assert scores.measured("Denoising", "gaussian 1") == "not measured yet"
    write(SCORES)
    first, second = scores.measured("Denoising", "gaussian 1", "gaussian 0.5").split("; ")
    assert first == "gaussian 0.5: 20.50 dB against 18.75 (Total variation)"
    assert second == "gaussian 1: 15.50 dB against 17.25 (Filter X)"
    assert scores.measured("Anomaly detection", "gaussian 0.5") == "gaussian 0.5: 0.050 share"


@pytest.mark.parametrize("page", ["anomaly", "denoise", "generate", "impute"])
def test_the_page_of_a_job_tells_its_figures(open_page, page):
    assert re.search(r"\d \w+ against \d", texts(open_page(f"pages/{page}.py")))


def test_every_job_can_be_jumped_to(open_page, write):
    write(SCORES)
    app = open_page(PAGE)
    assert "[Anomaly detection](#anomaly-detection)" in texts(app)
    assert "anomaly-detection" in [header.proto.anchor for header in app.header]


def test_reliability_is_shown_where_its_points_are_in_the_file(open_page, write):
    gap = replace(ROW, job="Imputation", unit="share", better="lower", ours=0.25, baselines=(), goal=0.1)
    write(replace(SCORES, rows=(gap,)))
    assert not open_page(PAGE).get("plotly_chart")
    low = replace(gap, case="named with 20% to 40%", point=Point(0.25, 0.31))
    high = replace(gap, case="named with 60% to 80%", point=Point(0.75, 0.5))
    write(replace(SCORES, rows=(low, high)))
    app = open_page(PAGE)
    assert not app.exception
    (chart,) = app.get("plotly_chart")
    _, ours = json.loads(chart.proto.spec)["data"]
    assert (ours["x"], ours["y"]) == ([0.25, 0.75], [0.31, 0.5])
    assert "25% of the completions, right in 31%; 75% of the completions, right in 50%" in chart.proto.alt
    assert "too sure of a class" in texts(app)


def test_quick_figures_are_called_so(open_page, write):
    write(replace(SCORES, quick=True))
    assert "quick mode" in open_page(PAGE).warning[0].value


def test_without_a_loss_the_page_says_so(open_page, write):
    write(replace(SCORES, rows=(WON,)))
    assert "In none of the cases" in texts(open_page(PAGE))


@pytest.mark.parametrize(("text", "words"), [("", "not a readable JSON"), ('{"rows": []}', "“rows”")])
def test_a_damaged_file_gets_one_sentence(open_page, tmp_path, write, text, words):
    (tmp_path / "scores.json").write_text(text, encoding="utf-8")
    app = open_page(PAGE)
    assert not app.exception
    assert len(app.warning) == 1 and words in app.warning[0].value.replace("\\", "")
    assert not app.table
