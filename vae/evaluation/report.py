"""The scores in words: the table of the README and the model card, made from the JSON files alone."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vae.checks import InputError
from vae.evaluation import figures

_STANDINGS = {"ahead": "yes", "tied": "tied", "behind": "**no**"}
BEGIN, END = "<!-- scores: written by python -m vae.evaluate -->", "<!-- end of scores -->"
EARLIER = ("command", "commit", "hours", "left_out")  # what the card tells of a run that another started from
HEADLINES = (
    ("Density", "whole code"),
    ("Density", "2 dimensions"),
    ("Compression", "8 bytes"),
    ("Lossless ink", "thresholded at one half"),
    ("Generation", "Fréchet distance over its floor"),
    ("Denoising", "gaussian 0.25"),
    ("Denoising", "mean lead"),
    ("Anomaly detection", "framed letters"),
    ("Anomaly detection", "doodles"),
    ("Anomaly detection", "Omniglot letters"),
    ("Imputation", "left half"),
    ("Imputation", "mean lead"),
)


def score_table(rows: list[dict[str, Any]]) -> str:
    """A markdown table of scores.json's rows: ours, the best baseline and the goal, each with the outcome."""
    titles = ("job", "case", "this model", "best baseline", "ahead", "goal", "reached")
    lines = [_line(titles), _line(["---"] * len(titles))]
    for row in rows:
        name, figure = best_baseline(row)
        baseline = "" if figure is None else f"{shown(row, figure)} ({name})"
        ahead = "" if figure is None else _STANDINGS[standing(row, figure)]
        goal = row["goal"]
        aim, reached = ("", "") if goal is None else (shown(row, goal), _verdict(reaches_goal(row)))
        ours = f"{shown(row, row['ours'])} {row['unit']}"
        lines.append(_line((row["job"], row["case"], ours, baseline, ahead, aim, reached)))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _verdict(good: bool) -> str:
    return "yes" if good else "**no**"


def shown(row: dict[str, Any], figure: float) -> str:
    """A figure of a row with as many decimals as the row's figures call for."""
    return f"{figure:.{_decimals(row)}f}"


def standing(row: dict[str, Any], figure: float) -> figures.Standing:
    """Where our figure of a row stands against another one."""
    return figures.standing(row["ours"], figure, better=row["better"], decimals=_decimals(row))


def _decimals(row: dict[str, Any]) -> int:
    return figures.decimals([row["ours"], *row["baselines"].values()], row["goal"])


def best_baseline(row: dict[str, Any]) -> tuple[str, float | None]:
    """Name and figure of the strongest baseline of a row; None where it has no baseline."""
    if not row["baselines"]:
        return "", None
    pick = max if row["better"] == "higher" else min
    name = pick(row["baselines"], key=row["baselines"].get)
    return name, row["baselines"][name]


def reaches_goal(row: dict[str, Any]) -> bool:
    """Whether our figure is at the row's goal or beyond; a row without a goal has nothing to miss."""
    return row["goal"] is None or standing(row, row["goal"]) != "behind"


def headlines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One or two rows for each job, for the README."""
    return [row for row in rows if (row["job"], row["case"]) in HEADLINES]


def update_readme(readme: Path, rows: list[dict[str, Any]]) -> None:
    """Replace the table between the README's two markers.

    Raises:
        InputError: the README has not exactly one of each, the first before the last.
    """
    text = readme.read_text(encoding="utf-8")
    place = re.fullmatch(f"(.*){re.escape(BEGIN)}.*{re.escape(END)}(.*)", text, flags=re.DOTALL)
    if place is None or text.count(BEGIN) > 1 or text.count(END) > 1:
        raise InputError(
            f"{readme.name} has no place for the scores: it must hold {BEGIN} and, after it, {END}, each once"
        )
    before, after = place.groups()
    readme.write_text(f"{before}{BEGIN}\n{score_table(headlines(rows))}\n{END}{after}", encoding="utf-8")


def model_card(training: dict[str, Any], scores: dict[str, Any]) -> str:
    """The model card in markdown."""
    last = training["history"][-1]
    runs, hours = [], training["hours"]
    earlier = training.get("started_from")
    while earlier is not None:
        runs.append(", ".join(f"{name} `{earlier[name]}`" for name in EARLIER if name in earlier))
        hours += earlier.get("hours", 0)
        earlier = earlier.get("started_from")
    started = ", which started from: ".join([*runs, "random weights"])
    aimed = [row for row in scores["rows"] if row["goal"] is not None]
    return f"""# Model card

One variational autoencoder with a nested code, {training["parameters"]:,} parameters, for 28 × 28 handwritten
digits. It is a teaching demonstration: not made for reading cheques, and not tried on any other script.

| | |
| --- | --- |
| weights | `vae.safetensors`, half precision |
| trained by | `{training["command"]}` |
| at commit | `{training["commit"]}` |
| started from | {started} |
| took | {training["hours"]} hours on {training["device"]}, {training["precision"]} |
| with all before it | {hours:.1f} hours |
| with | PyTorch {training["torch"]} |
| data | MNIST training images 10,000 to 59,999 (CC BY-SA 3.0); nothing else |
| epochs | {last["epoch"]} |
| last validation ELBO | {last["validation_elbo"]:.2f} nats; at k = 2 {last["validation_elbo_2"]:.2f} |
| calibrated by | `python -m vae.calibrate` on MNIST training images 0 to 9,999 |
| options | `{json.dumps(training["options"])}` |

## Scores on test digits

Measured on {scores["date"]} by `{scores["command"]}` at commit `{scores["commit"]}`, seed {scores["seed"]},
in {scores["minutes"]} minutes: {sum(map(reaches_goal, aimed))} of {len(aimed)} goals reached.
{_renewals(scores)}
Protocols and all baselines are in `scores.json` and on the Scoreboard page. The classifier behind some rows
was trained for that alone; it names {scores["classifier_accuracy"]:.2%} of validation digits right.

{score_table(scores["rows"])}

## Limits

MNIST is the handwriting of American clerks and pupils of the 1990s. A digit written in another style, a very
thin or very thick pen, and letters shaped like digits are judged by that standard. What is filled in is
plausible, not true.
"""


def _renewals(scores: dict[str, Any]) -> str:
    """Which rows were measured again after the whole run, a sentence each."""
    return "".join(
        f"The rows of {' and '.join(each['jobs'])} were measured again on {each['date']}\nby "
        f"`{each['command']}` at commit `{each['commit']}`.\n"
        for each in scores.get("renewed", [])
    )


def write_reports(weights: Path, readme: Path) -> None:
    """Write the model card beside the weights, and the README's table.

    Raises:
        InputError: the README has not exactly one of each marker, the first before the last.
        ValueError: a JSON file is malformed.
    """
    training = json.loads((weights / "training.json").read_text(encoding="utf-8"))
    scores = json.loads((weights / "scores.json").read_text(encoding="utf-8"))
    (weights / "README.md").write_text(model_card(training, scores), encoding="utf-8")
    update_readme(readme, scores["rows"])
