"""The scores in words: who is ahead, and the tables made from the JSON files."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import vae
from vae.checkpoint import WEIGHTS, fingerprint
from vae.evaluation.report import (
    BEGIN,
    END,
    best_baseline,
    headlines,
    model_card,
    reaches_goal,
    score_table,
    update_readme,
    write_reports,
)

WON = {"job": "Denoising", "case": "gaussian 0.25", "unit": "dB", "better": "higher", "ours": 24.0}
WON = {**WON, "baselines": {"Median": 19.0, "Non-local means": 21.5}, "goal": 21.5}
LOST = {"job": "Imputation", "case": "left half", "unit": "RMSE", "better": "lower", "ours": 0.2}
LOST = {**LOST, "baselines": {"Mean fill": 0.24, "Neighbours": 0.16}, "goal": None}
ALONE = {
    "job": "Density",
    "case": "2 dimensions",
    "unit": "nats",
    "better": "lower",
    "ours": 140.0,
    "baselines": {},
    "goal": 138,
}
ROWS: list[dict[str, Any]] = [ALONE, WON, LOST]
TRAINING = {
    "command": "python -m vae.train",
    "commit": "abc",
    "hours": 1.5,
    "device": "2 CPU threads",
    "precision": "float32",
    "torch": "2.14",
    "parameters": 2_100_000,
    "options": {"epochs": 3},
    "history": [{"epoch": 3, "validation_elbo": -90.0, "validation_elbo_2": -145.0}],
}
SCORES = {
    "command": "python -m vae.evaluate",
    "commit": "abc",
    "date": "2026-11-23",
    "seed": 0,
    "minutes": 9.5,
    "classifier_accuracy": 0.9923,
    "rows": ROWS,
}


def test_the_best_baseline_is_the_highest_or_the_lowest() -> None:
    assert best_baseline(WON) == ("Non-local means", 21.5)
    assert best_baseline(LOST) == ("Neighbours", 0.16)
    assert best_baseline(ALONE) == ("", None)


def test_figures_that_are_shown_alike_are_tied() -> None:
    nearly = {**WON, "ours": 0.99988, "baselines": {"Raw likelihood": 0.99992}, "goal": 0.99989}
    assert "| 0.9999 (Raw likelihood) | tied | 0.9999 | yes |" in score_table([nearly])
    assert "| 0.9999 (Raw likelihood) | **no** | 0.9999 | **no** |" in score_table(
        [{**nearly, "ours": 0.9998}]
    )
    assert "| 0.9998 (Raw likelihood) | yes |" in score_table(
        [{**nearly, "baselines": {"Raw likelihood": 0.9998}}]
    )


def test_a_goal_is_reached_from_its_own_side() -> None:
    assert reaches_goal(WON) and reaches_goal({**WON, "goal": 24.0})
    assert reaches_goal(LOST) and not reaches_goal({**LOST, "goal": 0.19})
    assert not reaches_goal(ALONE) and reaches_goal({**ALONE, "ours": 138})


def test_the_table_has_a_line_for_each_row_and_owns_defeat() -> None:
    _, _, alone, won, lost = score_table(ROWS).splitlines()
    assert alone == "| Density | 2 dimensions | 140 nats |  |  | 138 | **no** |"
    assert won == "| Denoising | gaussian 0.25 | 24.00 dB | 21.50 (Non-local means) | yes | 21.50 | yes |"
    assert lost.endswith("| 0.200 RMSE | 0.160 (Neighbours) | **no** |  |  |")


def test_the_readme_gets_the_table_between_its_markers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    for _ in range(2):
        update_readme(readme, ROWS)
    text = readme.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{BEGIN}\n| job")
    assert text.endswith(f"|\n{END}\nafter\n")
    assert "old" not in text
    assert text.count("gaussian 0.25") == 1


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
        update_readme(readme, ROWS)
    assert readme.read_text(encoding="utf-8") == text


def test_the_model_card_tells_the_facts_of_the_run() -> None:
    card = model_card(TRAINING, SCORES)
    for fact in (
        "2,100,000",
        "1.5 hours on 2 CPU threads",
        "-90.00 nats",
        "-145.00",
        "python -m vae.evaluate",
        "99.23%",
        "1 of 2 goals reached",
    ):
        assert fact in card
    assert score_table(ROWS) in card


def test_reports_are_written_from_the_files_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(BEGIN + END, encoding="utf-8")
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "training.json").write_text(json.dumps(TRAINING))
    (weights / "scores.json").write_text(json.dumps(SCORES))
    write_reports(weights, readme)
    assert (weights / "README.md").read_text(encoding="utf-8") == model_card(TRAINING, SCORES)
    assert "Non-local means" in readme.read_text(encoding="utf-8")


def test_the_card_names_the_runs_that_a_run_started_from() -> None:
    first = {"command": "python -m vae.train --epochs 80", "commit": "abc", "hours": 1.5}
    second = {"command": "python -m vae.train", "commit": "def", "hours": 2.0, "left_out": "a network"}
    card = model_card({**TRAINING, "started_from": {**second, "started_from": first}}, SCORES)
    assert (
        "| started from | command `python -m vae.train`, commit `def`, hours `2.0`, left_out `a network`, "
        "which started from: command `python -m vae.train --epochs 80`, commit `abc`, hours `1.5`, "
        "which started from: random weights |"
    ) in card
    assert f"| with all before it | {TRAINING['hours'] + 3.5:.1f} hours |" in card
    assert "| started from | random weights |" in model_card(TRAINING, SCORES)


@pytest.mark.parametrize("name", ["scores.json", "specialists.json"])
def test_the_shipped_figures_belong_to_the_shipped_weights(model: vae.VAE, name: str) -> None:
    facts = json.loads((WEIGHTS / name).read_text(encoding="utf-8"))
    assert facts["weights"] == fingerprint(model)
    assert "dirty" not in facts["commit"]


def test_readme_and_model_card_say_what_was_measured() -> None:
    scores = json.loads((WEIGHTS / "scores.json").read_text(encoding="utf-8"))
    training = json.loads((WEIGHTS / "training.json").read_text(encoding="utf-8"))
    readme = (WEIGHTS.parent / "README.md").read_text(encoding="utf-8")
    assert readme.split(BEGIN)[1].split(END)[0].strip() == score_table(headlines(scores["rows"]))
    assert (WEIGHTS / "README.md").read_text(encoding="utf-8") == model_card(training, scores)


def test_the_code_in_the_readme_runs() -> None:
    readme = (WEIGHTS.parent / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    found: dict[str, Any] = {}
    exec(code, found)
    assert len(found["code"]) <= 12 and found["digit"].shape == (1, 28, 28)
    assert found["clean"].shape == found["x"].shape == found["filled"].mean.shape
    assert 0 < found["share"].item() <= 1
