"""Scoreboard: made from the scores file alone; a missing or damaged file gets one sentence."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.app.conftest import texts
from ui import scores

PAGE = "pages/scoreboard.py"


def row(**changes: Any) -> dict[str, Any]:
    """A row with invented figures."""
    return {
        "job": "Denoising",
        "case": "gaussian 0.5",
        "protocol": "invented for a test",
        "unit": "dB",
        "better": "higher",
        "ours": 20.5,
        "baselines": {"Median": 14.25, "Total variation": 18.75},
        "goal": 19.0,
        "n": 200,
    } | changes


def sample(**changes: Any) -> dict[str, Any]:
    """A scores file with a win, a loss, a tie and a row without baselines."""
    return {
        "command": "python -m vae.evaluate --seed 3",
        "commit": "abc1234",
        "date": "2026-01-02",
        "seed": 3,
        "quick": False,
        "minutes": 12.5,
        "rows": [
            row(),
            row(case="gaussian 1", ours=15.5, baselines={"Median": 9.0, "Filter X": 17.25}, goal=17.25),
            row(job="Density", unit="nats", better="lower", ours=84.5, baselines={"IWAE (published)": 84.5}),
            row(job="Anomaly detection", unit="share", better="lower", ours=0.05, baselines={}, goal=None),
        ],
    } | changes


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """`write(content)` makes the scores file that the page reads; text is written as it is."""
    monkeypatch.setattr(scores, "FOLDER", tmp_path)

    def written(content: object) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / "scores.json").write_text(text, encoding="utf-8")

    return written


def test_before_the_first_evaluation_the_page_invites(open_page, write):
    app = open_page(PAGE)
    assert not app.exception and not app.warning
    assert "Nothing has been measured yet" in texts(app)
    assert app.code[0].value == "make evaluate"


def test_every_figure_is_in_a_table_and_losses_are_said_in_words(open_page, write):
    write(sample())
    app = open_page(PAGE)
    assert not app.exception and not app.warning
    cells = "\n".join(table.value.to_csv() for table in app.table)
    for figure in ("20.50", "14.25", "18.75", "15.50", "17.25", "84.50", "0.050"):
        assert figure in cells
    assert ":red-badge[:material/close: lost]" in cells and "missed" in cells and "reached" in cells
    assert "**Denoising, gaussian 1**: 15.50 dB against 17.25: Filter X" in texts(app)
    assert [metric.value for metric in app.metric] == ["2 of 3", "1 of 3", "1 of 3"]
    assert "not measured here" in texts(app)


def test_the_run_can_be_repeated_from_what_the_page_says(open_page, write):
    write(sample())
    app = open_page(PAGE)
    assert app.code[-1].value == "git checkout abc1234\npython -m vae.evaluate --seed 3"
    assert "2026-01-02" in texts(app) and "seed 3" in texts(app)
    assert "200" in app.table[0].value["n"].to_list()


def test_each_way_of_measuring_gets_its_own_table_and_chart(open_page, write):
    write(sample())
    app = open_page(PAGE)
    assert [header.value for header in app.header][1:-1] == ["Denoising", "Density", "Anomaly detection"]
    assert len(app.table) == 3
    assert len(app.get("plotly_chart")) == 1  # none where a picture would show no more than the table


def test_a_missed_goal_is_said_in_words_even_without_a_baseline(open_page, write):
    alone = row(job="Generation", unit="share", ours=0.85, baselines={}, goal=0.92)
    write(sample(rows=[alone, row(case="gaussian 1", ours=15.5, goal=17.25)]))
    words = texts(open_page(PAGE))
    assert "**Generation, gaussian 0.5**: 0.850 share; the goal is 0.920" in words
    assert "**Denoising, gaussian 1**: 15.50 dB against 18.75" in words
    assert "gaussian 1**: 15.50 dB; the goal" not in words  # said once


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"ours": 0.00049975, "baselines": {}, "goal": 0.01}, "0.00050"),
        ({"ours": 9, "baselines": {}, "goal": 10}, "9"),
        ({"ours": 0.0, "baselines": {}, "goal": 0.5}, "0.000"),
        ({"ours": 1234.56, "baselines": {}, "goal": None}, "1234.6"),
        ({"ours": -3.25, "baselines": {"Median": -2.5}, "goal": None}, "-3.25"),
    ],
)
def test_figures_of_any_size_keep_their_meaning(changes, shown):
    measured = scores.Row(**row(**changes))
    assert measured.words(measured.ours) == shown


def test_figures_are_told_in_words_elsewhere(write):
    assert scores.measured("Denoising", "gaussian 1") == "not measured yet"
    write(sample())
    first, second = scores.measured("Denoising", "gaussian 1", "gaussian 0.5").split("; ")
    assert first == "gaussian 0.5: 20.50 dB against 18.75 (Total variation)"
    assert second == "gaussian 1: 15.50 dB against 17.25 (Filter X)"
    assert scores.measured("Anomaly detection", "gaussian 0.5") == "gaussian 0.5: 0.050 share"


@pytest.mark.parametrize("page", ["anomaly", "denoise", "generate", "impute"])
def test_the_page_of_a_job_tells_its_figures(open_page, page):
    assert re.search(r"\d \w+ against \d", texts(open_page(f"pages/{page}.py")))


def test_every_job_can_be_jumped_to(open_page, write):
    write(sample())
    app = open_page(PAGE)
    assert "[Anomaly detection](#anomaly-detection)" in texts(app)
    assert "anomaly-detection" in [header.proto.anchor for header in app.header]


def test_quick_figures_are_called_so(open_page, write):
    write(sample(quick=True))
    assert "quick mode" in open_page(PAGE).warning[0].value


def test_without_a_loss_the_page_says_so(open_page, write):
    write(sample(rows=[row()]))
    assert "In none of the cases" in texts(open_page(PAGE))


def without(name: str) -> dict[str, Any]:
    content = copy.deepcopy(sample())
    del content["rows"][1][name]
    return content


DAMAGED = {
    "empty": ("", "not a readable JSON"),
    "cut": (json.dumps(sample())[:200], "not a readable JSON"),
    "a list": ([], "not a list of named values"),
    "nested too deep": ("[" * 100_000, "not a readable JSON"),
    "no rows": (sample(rows=[]), "“rows”"),
    "rows of text": (sample(rows=["x"]), "row 1 is not"),
    "no command": (sample(command=None), "“command”"),
    "no case": (without("case"), "row 2 has no usable “case”"),
    "no figure": (sample(rows=[row(ours=float("nan"))]), "“ours”"),
    "infinite baseline": (sample(rows=[row(baselines={"Median": float("inf")})]), "“baselines”"),
    "baselines in a list": (sample(rows=[row(baselines=["Median"])]), "“baselines”"),
    "odd direction": (sample(rows=[row(better=["lower"])]), "“better”"),
    "no digits": (sample(rows=[row(n=0)]), "“n”"),
    "text as goal": (sample(rows=[row(goal="19")]), "“goal”"),
    "true as figure": (sample(rows=[row(ours=True)]), "“ours”"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_gets_one_sentence(open_page, write, name):
    content, words = DAMAGED[name]
    write(content)
    app = open_page(PAGE)
    assert not app.exception
    assert len(app.warning) == 1 and words in app.warning[0].value.replace("\\", "")
    assert not app.table


@pytest.mark.parametrize(
    ("changes", "outcome", "reached"),
    [
        ({"ours": 19.5}, "won", True),
        ({"ours": 18.0}, "lost", False),
        ({"ours": 18.7501}, "tied", False),
        ({"ours": 18.0, "better": "lower"}, "lost", True),
        ({"ours": 14.0, "better": "lower"}, "won", True),
        ({"baselines": {}, "goal": None}, "alone", None),
    ],
)
def test_outcome_of_a_row(changes, outcome, reached):
    measured = scores.Row(**row(**changes))
    assert measured.outcome == outcome
    assert measured.goal_reached is reached
