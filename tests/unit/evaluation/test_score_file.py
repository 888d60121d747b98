"""weights/scores.json: what is written is read again, and damage is told in one sentence."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.invented_scores import SCORES
from tests.unit.conftest import one_sentence
from vae.checkpoint import WEIGHTS
from vae.checks import InputError
from vae.evaluation.score_file import read_scores, write_scores
from vae.evaluation.scores import Point


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    assert read_scores(tmp_path) is None
    row = replace(SCORES.rows[0], point=Point(0.75, 0.5))
    scores = SCORES.renewed_by(replace(SCORES, commit="def", rows=(row,)))
    write_scores(scores, tmp_path)
    assert read_scores(tmp_path) == scores


def test_the_shipped_file_is_what_the_evaluation_writes(tmp_path: Path) -> None:
    scores = read_scores()
    assert scores is not None
    write_scores(scores, tmp_path)
    assert (tmp_path / "scores.json").read_bytes() == (WEIGHTS / "scores.json").read_bytes()


def changed(change: Callable[[dict[str, Any]], object], content: dict[str, Any]) -> str:
    """The file's text with a change to its content."""
    content = copy.deepcopy(content)
    change(content)
    return json.dumps(content)


def first_row(**values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda content: content["rows"][0].update(values)


def first_baseline(**values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda content: content["rows"][0]["baselines"][0].update(values)


DAMAGED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no rows": (lambda content: content.update(rows=[]), "“rows”"),
    "rows of text": (lambda content: content.update(rows=["x"]), "row 1 is not"),
    "no command": (lambda content: content.update(command=None), "“command”"),
    "weights without a number": (lambda content: content.update(weights="vae"), "“weights”"),
    "accuracy above 1": (lambda content: content.update(classifier_accuracy=99.2), "“classifier_accuracy”"),
    "renewed by text": (lambda content: content.update(renewed=["x"]), "a later run is not"),
    "renewed without jobs": (lambda content: content.update(renewed=[{"jobs": []}]), "“jobs”"),
    "no case": (lambda content: content["rows"][1].pop("case"), "row 2 has no usable “case”"),
    "no figure": (first_row(ours=float("nan")), "“ours”"),
    "true as figure": (first_row(ours=True), "“ours”"),
    "odd direction": (first_row(better=["lower"]), "“better”"),
    "no digits": (first_row(n=0), "“n”"),
    "text as goal": (first_row(goal="19"), "“goal”"),
    "point off the diagram": (first_row(point={"predicted": 0.5, "right": 1.5}), "“right”"),
    "point of text": (first_row(point="middle"), "the point of row 1 is not"),
    "baselines by name": (first_row(baselines={"Median": 1.0}), "“baselines”"),
    "baselines of text": (first_row(baselines=["Median"]), "a baseline of row 1 is not"),
    "infinite baseline": (first_baseline(figure=float("inf")), "a baseline of row 1 has no usable “figure”"),
    "baseline from nowhere": (first_baseline(origin="hearsay"), "“origin”"),
}


@pytest.mark.parametrize(("change", "words"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_told_in_one_sentence(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    write_scores(SCORES, tmp_path)
    path = tmp_path / "scores.json"
    path.write_text(changed(change, json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    with pytest.raises(InputError, match=words) as error:
        read_scores(tmp_path)
    assert one_sentence(error)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a readable JSON"),
        ('{"rows": [', "not a readable JSON"),
        ("[" * 100_000, "not a readable JSON"),
        ("[]", "the file is not a list of named values"),
    ],
    ids=["empty", "cut", "nested too deep", "a list"],
)
def test_what_holds_no_scores_is_told_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "scores.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words) as error:
        read_scores(tmp_path)
    assert one_sentence(error)
