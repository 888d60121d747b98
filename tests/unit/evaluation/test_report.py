"""The scores in words: who is ahead, and the tables made from the JSON files."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import vae
from tests.invented_scores import ALONE, LOST, ROW, SCORES, TIED, TRAINING, WON
from vae.checkpoint import WEIGHTS, fingerprint
from vae.checks import InputError
from vae.evaluation.report import (
    BEGIN,
    END,
    HEADLINES,
    headlines,
    model_card,
    score_table,
    update_readme,
    write_reports,
)
from vae.evaluation.score_file import read_scores, write_scores
from vae.evaluation.scores import Scores
from vae.evaluation.training_run import read_training

HEADLINE = replace(ROW, case="gaussian 0.25")


@pytest.fixture(scope="module")
def shipped() -> Scores:
    scores = read_scores()
    assert scores is not None
    return scores


def test_the_table_has_a_line_for_each_row_and_owns_defeat() -> None:
    missed = replace(ALONE, job="Density", case="2 dimensions", unit="nats", ours=140, goal=138)
    _, _, *lines = score_table([missed, WON, LOST, TIED, ALONE]).splitlines()
    assert lines == [
        "| Density | 2 dimensions | 140 nats |  |  | 138 | **no** |",
        "| Denoising | gaussian 0.5 | 20.50 dB | 18.75 (Total variation) | yes | 19.00 | yes |",
        "| Denoising | gaussian 1 | 15.50 dB | 17.25 (Filter X) | **no** | 17.25 | **no** |",
        "| Density | gaussian 0.5 | 84.50 nats | 84.50 (IWAE (published)) | tied |  |  |",
        "| Anomaly detection | gaussian 0.5 | 0.050 share |  |  |  |  |",
    ]


def test_figures_that_are_shown_alike_reach_the_goal() -> None:
    assert score_table([replace(ROW, ours=18.999)]).endswith("| 19.00 | yes |")
    assert score_table([replace(ROW, ours=18.99)]).endswith("| 19.00 | **no** |")


def test_every_headline_was_measured(shipped: Scores) -> None:
    assert {(row.job, row.case) for row in headlines(shipped.rows)} == set(HEADLINES)


def test_the_readme_gets_the_table_between_its_markers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    for _ in range(2):
        update_readme(readme, [HEADLINE, ROW])
    text = readme.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{BEGIN}\n| job")
    assert text.endswith(f"|\n{END}\nafter\n")
    assert "old" not in text
    assert text.count("gaussian 0.25") == 1 and "gaussian 0.5" not in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{BEGIN}\n",
        f"{END}\n",
        f"{END}\n{BEGIN}\n",
        f"{BEGIN}\n{END}\nkept\n{END}\nkept too\n",
        f"{BEGIN}\n{END}\nkept\n{BEGIN}\n",
    ],
)
def test_a_readme_without_just_one_of_each_marker_is_refused_and_stays_as_it_is(
    tmp_path: Path, text: str
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="README.md has no place for the scores"):
        update_readme(readme, [HEADLINE])
    assert readme.read_text(encoding="utf-8") == text


def test_the_model_card_tells_the_facts_of_the_run() -> None:
    card = model_card(TRAINING, SCORES)
    for fact in (
        "2,100,000",
        "1.5 hours on 2 CPU threads",
        "-90.00, -145.00",
        "python -m vae.evaluate",
        "99.23%",
        "1 of 2 goals are reached",
    ):
        assert fact in card
    assert score_table(SCORES.rows) in card


def test_the_card_names_the_jobs_that_were_measured_again() -> None:
    run = replace(SCORES, command="python -m vae.evaluate --jobs denoising", rows=(WON, LOST))
    assert "measured again" not in model_card(TRAINING, SCORES)
    assert (
        "The rows of Denoising were measured again on 2026-01-02\n"
        "by `python -m vae.evaluate --jobs denoising` at commit `abc1234`.\n"
    ) in model_card(TRAINING, SCORES.renewed_by(run))


def test_reports_are_written_from_the_files_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(BEGIN + END, encoding="utf-8")
    weights = tmp_path / "weights"
    weights.mkdir()
    with pytest.raises(InputError, match="must hold training.json and scores.json"):
        write_reports(weights, readme)
    (weights / "training.json").write_text((WEIGHTS / "training.json").read_text(encoding="utf-8"))
    write_scores(replace(SCORES, rows=(HEADLINE,)), weights)
    write_reports(weights, readme)
    training, scores = read_training(), read_scores(weights)
    assert training is not None and scores is not None
    assert (weights / "README.md").read_text(encoding="utf-8") == model_card(training, scores)
    assert "18.75 (Total variation)" in readme.read_text(encoding="utf-8")


def test_the_card_names_all_runs_the_first_one_first() -> None:
    first = replace(TRAINING, command="python -m vae.train --epochs 80", hours=2.0, left_out="a network")
    last = replace(TRAINING, commit="def", started_from=first, epochs=2.5)
    card = model_card(last, SCORES)
    assert (
        "| 1 | `python -m vae.train --epochs 80`; left out afterwards: a network | `abc` "
        "| 2.0 hours on 2 CPU threads, float32, PyTorch 2.14 | 3 | -90.00, -145.00 |\n"
        "| 2 | `python -m vae.train` | `def` "
        "| 1.5 hours on 2 CPU threads, float32, PyTorch 2.14 | 2.5 | -90.00, -145.00 |\n"
    ) in card
    assert "| trained in | 3.5 hours, by the runs below |" in card


@pytest.mark.parametrize("name", ["scores.json", "specialists.json"])
def test_the_shipped_figures_belong_to_the_shipped_weights(model: vae.VAE, name: str) -> None:
    facts = json.loads((WEIGHTS / name).read_text(encoding="utf-8"))
    assert facts["weights"] == fingerprint(model)
    assert "dirty" not in facts["commit"]


def test_readme_and_model_card_say_what_was_measured(shipped: Scores) -> None:
    training = read_training()
    assert training is not None
    readme = (WEIGHTS.parent / "README.md").read_text(encoding="utf-8")
    assert readme.split(BEGIN)[1].split(END)[0].strip() == score_table(headlines(shipped.rows))
    assert (WEIGHTS / "README.md").read_text(encoding="utf-8") == model_card(training, shipped)


def test_the_code_in_the_readme_runs() -> None:
    readme = (WEIGHTS.parent / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    found: dict[str, Any] = {}
    exec(code, found)
    assert len(found["code"]) <= 12 and found["digit"].shape == (1, 28, 28)
    assert found["clean"].shape == found["x"].shape == found["filled"].mean.shape
    assert 0 < found["share"].item() <= 1
