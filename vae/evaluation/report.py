"""The scores in words: the table of the README and the model card, made from the JSON files alone."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from vae.checks import InputError
from vae.evaluation.score_file import read_scores
from vae.evaluation.scores import Row, Scores
from vae.evaluation.training_run import TrainingRun, read_training
from vae.files import write_file

_OUTCOMES = {"ahead": "yes", "tied": "tied", "behind": "**no**", None: ""}
_REACHED = {True: "yes", False: "**no**", None: ""}
BEGIN, END = "<!-- scores: written by python -m vae.evaluate -->", "<!-- end of scores -->"
HEADLINES = (
    ("Density", "whole code"),
    ("Density", "2 dimensions"),
    ("Compression", "8 bytes"),
    ("Lossless ink", "thresholded at one half"),
    ("Generation", "Fréchet distance over its floor"),
    ("Denoising", "gaussian 0.25"),
    ("Denoising", "mean lead"),
    ("Imputation", "left half"),
    ("Imputation", "mean lead"),
    ("Anomaly detection", "framed letters"),
    ("Anomaly detection", "doodles"),
    ("Anomaly detection", "Omniglot letters"),
)


def score_table(rows: Sequence[Row]) -> str:
    """A markdown table of rows: ours, the best baseline and the goal, each with the outcome."""
    titles = ("job", "case", "this model", "best baseline", "ahead", "goal", "reached")
    return "\n".join(map(_line, (titles, ["---"] * len(titles), *map(_cells, rows))))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Row) -> tuple[str, ...]:
    best = row.best_baseline
    baseline = "" if best is None else f"{row.words(best.figure)} ({best.label})"
    goal = "" if row.goal is None else row.words(row.goal)
    return row.job, row.case, row.measure, baseline, _OUTCOMES[row.outcome], goal, _REACHED[row.goal_reached]


def headlines(rows: Sequence[Row]) -> list[Row]:
    """One to three rows for each job, in the order of the file, for the README."""
    return [row for row in rows if (row.job, row.case) in HEADLINES]


def update_readme(readme: Path, rows: Sequence[Row]) -> None:
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
    write_file(readme, f"{before}{BEGIN}\n{score_table(headlines(rows))}\n{END}{after}")


def model_card(training: TrainingRun, scores: Scores) -> str:
    """The model card in markdown."""
    return f"""# Model card

One variational autoencoder with a nested code, {training.parameters:,} parameters, for 28 × 28 handwritten
digits. It is a teaching demonstration: not made for reading cheques, and not tried on any other script.

{_training_facts(training)}

## Scores on test digits

{_measured(scores)}
Protocols and all baselines are in `scores.json` and on the Scoreboard page. The classifier behind some rows
was trained for that alone; it names {scores.classifier_accuracy:.2%} of validation digits right.

{score_table(scores.rows)}

## Limits

MNIST is the handwriting of American clerks and pupils of the 1990s. A digit written in another style, a very
thin or very thick pen, and letters shaped like digits are judged by that standard. What is filled in is
plausible, not true.
"""


def _training_facts(run: TrainingRun) -> str:
    """How the weights were made, as two tables."""
    return f"""| | |
| --- | --- |
| weights | `vae.safetensors`, half precision |
| data | MNIST training images 10,000 to 59,999 (CC BY-SA 3.0); nothing else |
| trained in | {run.hours_of_all:.1f} hours, by the runs below |
| calibrated by | `python -m vae.calibrate` on MNIST training images 0 to 9,999 |
| options of the last run | `{json.dumps(run.options)}` |

Each run started from the weights of the one before it, the first from random weights. The validation ELBO is
that at its end, with the whole code and with two numbers.

{_runs(run.all_runs)}"""


def _runs(runs: Sequence[TrainingRun]) -> str:
    """A markdown table of runs."""
    titles = ("run", "command", "at commit", "took", "epochs", "validation ELBO, nats")
    lines = (
        (
            f"{i}",
            f"`{run.command}`" + ("" if run.left_out is None else f"; left out afterwards: {run.left_out}"),
            f"`{run.commit}`",
            f"{run.hours} hours on {run.device}, {run.precision}, PyTorch {run.torch}",
            f"{run.epochs:g}",
            f"{run.history[-1].validation_elbo:.2f}, {run.history[-1].validation_elbo_2:.2f}",
        )
        for i, run in enumerate(runs, 1)
    )
    return "\n".join(map(_line, (titles, ["---"] * len(titles), *lines)))


def _measured(scores: Scores) -> str:
    """The run of the evaluation, later ones of some jobs, and the goals reached, a sentence each."""
    whole = (
        f"Measured on {scores.date} by `{scores.command}` at commit `{scores.commit}`, seed {scores.seed},\n"
        f"in {scores.minutes} minutes.\n"
    )
    later = "".join(
        f"The rows of {each.jobs_in_words} were measured again on {each.date}\nby "
        f"`{each.command}` at commit `{each.commit}`.\n"
        for each in scores.renewed
    )
    return (
        f"{whole}{later}In all, {scores.n_goals_reached()} of {len(scores.with_goal())} goals are reached.\n"
    )


def write_reports(weights: Path, readme: Path) -> None:
    """Write the model card beside the weights, and the README's table.

    Raises:
        InputError: a file is missing or damaged, or the README has not exactly one of each marker, the first
            before the last.
    """
    training, scores = read_training(weights), read_scores(weights)
    if training is None or scores is None:
        raise InputError("there is nothing to report: weights/ must hold training.json and scores.json")
    write_file(weights / "README.md", model_card(training, scores))
    update_readme(readme, scores.rows)
