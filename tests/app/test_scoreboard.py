"""Scoreboard: made from the scores file alone; a missing or damaged file gets one sentence."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import escape, unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import html, texts
from tests.invented_scores import ROW, SCORES, WON
from ui import scores
from ui.view import charts
from vae.evaluation.score_file import write_scores
from vae.evaluation.scores import Baseline, Point, Scores

PAGE = "pages/scoreboard.py"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Scores], None]:
    """`write(scores)` makes the scores file that the page reads."""
    monkeypatch.setattr(scores, "FOLDER", tmp_path)
    return lambda content: write_scores(content, tmp_path)


def unfolded(app: AppTest, *parts: str) -> AppTest:
    """The page after somebody opened some of what is folded away: jobs, or "repeat"."""
    for part in parts:
        app.session_state[f"scoreboard_{part.lower().replace(' ', '_')}"] = True
    return app.run()


def bars(app: AppTest) -> list[str]:
    """What each group of bars says to those who cannot see it."""
    return [unescape(said) for said in re.findall(r'class="bars" role="img" aria-label="(.*?)"', html(app))]


def test_before_the_first_evaluation_the_page_invites(open_page, write):
    app = open_page(PAGE)
    assert not app.exception and not app.warning
    assert "Nothing has been measured yet" in texts(app)
    assert app.code[0].value == "make evaluate"


def test_a_job_is_told_in_a_sentence_and_bars(open_page, write):
    write(SCORES)
    app = open_page(PAGE)
    assert not app.exception and not app.warning
    words = texts(app)
    assert "**Denoising** :green-badge[:material/check: best]" in words
    assert "restored to **20.5 dB**; by the best baseline, to 18.8 dB" in words
    assert bars(app)[0] == "This model: 20.50; Total variation: 18.75; dB, longer is better"


def test_bars_are_as_long_as_their_figures_and_losses_are_red(open_page, write):
    write(SCORES)
    won, lost = (re.findall(r"--share:([\d.]+);--colour:(#\w+)", each) for each in groups(open_page(PAGE)))
    assert [float(share) for share, _ in won] == pytest.approx([1, 18.75 / 20.5], abs=1e-3)
    assert [float(share) for share, _ in lost] == pytest.approx([15.5 / 17.25, 1], abs=1e-3)
    assert [won[0][1], lost[0][1]] == [charts.OURS, charts.LOST]
    assert {won[1][1], lost[1][1]} == {charts.BASELINES[0]}


def groups(app: AppTest) -> list[str]:
    return html(app).split('class="bars"')[1:]


def test_a_limit_is_shown_and_luck_has_no_length(open_page, write):
    kinds = replace(
        ROW,
        job="Anomaly detection",
        case="mean over kinds",
        unit="AUROC",
        ours=0.875,
        baselines=(Baseline("Coin <toss>", 0.5),),
        goal=None,
    )
    write(replace(SCORES, rows=(kinds,)))
    app = open_page(PAGE)
    assert bars(app) == [
        "This model: 0.875; Coin <toss>: 0.500; Perfect: 1.000; AUROC from 0.5 on, longer is better"
    ]
    assert re.findall(r"--share:([\d.]+)", html(app)) == ["0.7500", "0.0000", "1.0000"]
    assert "which is which **87.5%** of the time" in texts(app)
    assert "<toss>" not in html(app)


def test_every_job_of_the_shipped_scores_has_a_headline(open_page):
    app = open_page(PAGE)
    board = scores.read_scores()
    rows = [row for _, row in scores.headlines(board)]
    assert [row.job for row in rows] == [headline.job for headline in scores.HEADLINES]
    assert len(rows) == 5 and all(row.best_baseline for row in rows)
    losses = board.with_outcome("behind") + board.missed()
    assert len(bars(app)) == len(rows) + len(losses)
    for row in losses:
        assert f"<figcaption>{escape(f'{row.job}, {row.case}')}</figcaption>" in html(app)


def test_every_case_is_counted(open_page, write):
    write(SCORES)
    app = open_page(PAGE)
    assert "Against the best baseline, this model won 1, tied 1 and **lost 1** comparisons." in texts(app)
    assert "It reached 1 of 2 goals set beforehand." in texts(app)
    assert 'aria-label="won 1, tied 1, lost 1"' in html(app)


def test_every_figure_is_in_a_table_that_waits_until_it_is_opened(open_page, write):
    write(SCORES)
    app = open_page(PAGE)
    assert not app.table and not app.get("plotly_chart")
    unfolded(app, "Denoising", "Density", "Anomaly detection")
    assert not app.exception and not app.warning
    cells = "\n".join(table.value.to_csv() for table in app.table)
    for figure in ("20.50", "14.25", "18.75", "15.50", "17.25", "84.50", "0.050"):
        assert figure in cells
    assert ":red-badge[:material/close: lost]" in cells and "missed" in cells and "reached" in cells
    assert "not measured here" in texts(app)


def test_losses_are_shown_in_the_same_way_as_wins(open_page, write):
    write(SCORES)
    app = open_page(PAGE)
    assert "<figcaption>Denoising, gaussian 1</figcaption>" in html(app)
    assert bars(app)[1:] == ["This model: 15.50; Filter X: 17.25; dB, longer is better"]


def test_the_run_can_be_repeated_from_what_the_page_says(open_page, write):
    write(SCORES)
    app = unfolded(open_page(PAGE), "repeat")
    assert app.code[-1].value == "git checkout abc1234\npython -m vae.evaluate --seed 3"
    assert "2026-01-02" in texts(app) and "seed 3" in texts(app)
    unfolded(app, "Denoising")
    assert "200" in app.table[0].value["Pictures (n)"].to_list()


def test_each_way_of_measuring_gets_its_own_table_and_chart(open_page, write):
    write(SCORES)
    app = open_page(PAGE)
    labels = [expander.label for expander in app.expander]
    assert labels == [
        "**Denoising** · 2 measured :red-badge[1 lost]",
        "**Density** · 1 measured",
        "**Anomaly detection** · 1 measured",
        "Measure it yourself",
    ]
    unfolded(app, "Denoising", "Density", "Anomaly detection")
    assert len(app.table) == 3
    assert len(app.get("plotly_chart")) == 1  # none where a picture would show no more than the table


def test_a_missed_goal_is_shown_even_without_a_baseline(open_page, write):
    alone = replace(ROW, job="Handwriting", unit="share", ours=0.85, baselines=(), goal=0.92)
    write(replace(SCORES, rows=(alone, replace(ROW, case="gaussian 1", ours=15.5, goal=17.25))))
    app = open_page(PAGE)
    assert "<figcaption>Handwriting, gaussian 0.5</figcaption>" in html(app)
    assert bars(app) == [
        "This model: 15.50; Total variation: 18.75; dB, longer is better",
        "This model: 0.850; Goal: 0.920; share, longer is better",  # the other is shown once
    ]


def test_figures_are_told_in_words_elsewhere(write):
    assert scores.measured("Denoising", "gaussian 1") == "not measured yet"
    write(SCORES)
    first, second = scores.measured("Denoising", "gaussian 0.5", "gaussian 1").split("; ")
    assert first == "gaussian 0.5: 20.50 dB against 18.75 (Total variation)"
    assert second == "gaussian 1: 15.50 dB against 17.25 (Filter X)"
    assert scores.measured("Anomaly detection", "gaussian 0.5") == "gaussian 0.5: 0.050 share"
    assert scores.measured("Imputation", "left half") == "not measured yet"


def test_a_case_that_a_measured_job_does_not_have_is_not_left_out(write):
    write(SCORES)
    with pytest.raises(KeyError, match="gaussian 2"):
        scores.measured("Denoising", "gaussian 0.5", "gaussian 2")


@pytest.mark.parametrize(
    ("page", "section"),
    [
        ("anomaly", "anomaly_scores"),
        ("denoise", "denoise_filters"),
        ("generate", "generate_samples"),
        ("impute", "impute_others"),
    ],
)
def test_the_page_of_a_job_tells_its_figures(open_page, page, section):
    app = open_page(f"pages/{page}.py", **{section: "true"})
    assert re.search(r"\d \w+ against \d", texts(app))


def test_reliability_is_shown_where_its_points_are_in_the_file(open_page, write):
    gap = replace(ROW, job="Imputation", unit="share", better="lower", ours=0.25, baselines=(), goal=0.1)
    write(replace(SCORES, rows=(gap,)))
    assert not unfolded(open_page(PAGE), "Imputation").get("plotly_chart")
    low = replace(gap, case="named with 20% to 40%", point=Point(0.25, 0.31))
    high = replace(gap, case="named with 60% to 80%", point=Point(0.75, 0.5))
    write(replace(SCORES, rows=(low, high)))
    app = unfolded(open_page(PAGE), "Imputation")
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
