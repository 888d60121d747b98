"""Scores as a file: weights/scores.json, written by the evaluation and checked when it is read."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from vae.checkpoint import WEIGHTS
from vae.evaluation.checked_json import (
    Check,
    checked,
    is_count,
    is_filled_list,
    is_flag,
    is_list,
    is_number,
    is_share,
    is_text,
    is_whole,
    read_json,
)
from vae.evaluation.scores import Baseline, Better, Origin, Point, Renewal, Row, Scores
from vae.files import write_file

NAME, COMMAND = "scores.json", "python -m vae.evaluate"


def read_scores(folder: Path = WEIGHTS) -> Scores | None:
    """The last evaluation, or None before the first.

    Raises:
        InputError: the file is damaged or holds something else; the message is one sentence.
    """
    return read_json(folder / NAME, _scores, command=COMMAND)


def write_scores(scores: Scores, folder: Path = WEIGHTS) -> None:
    """Write what `read_scores` reads; a goal that was not set, or a point that a row has not, is left out."""
    content = asdict(scores)
    content["rows"] = [
        {name: value for name, value in row.items() if value is not None} for row in content["rows"]
    ]
    write_file(folder / NAME, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _scores(content: Any) -> Scores:
    facts = checked(content, _SCORES, "the file")
    renewed = tuple(_renewal(record) for record in facts.pop("renewed"))
    rows = tuple(_row(record, f"row {i}") for i, record in enumerate(facts.pop("rows"), start=1))
    return Scores(**facts, renewed=renewed, rows=rows)


def _renewal(record: Any) -> Renewal:
    facts = checked(record, _RENEWAL, "a later run")
    return Renewal(**facts | {"jobs": tuple(facts["jobs"])})


def _row(record: Any, where: str) -> Row:
    facts = checked(record, _ROW, where)
    baselines = (checked(each, _BASELINE, f"a baseline of {where}") for each in facts.pop("baselines"))
    point = record.get("point")
    return Row(
        **facts,
        baselines=tuple(Baseline(**each) for each in baselines),
        point=None if point is None else Point(**checked(point, _POINT, f"the point of {where}")),
    )


_SCORES: dict[str, Check] = {
    "rows": is_filled_list,
    "command": is_text,
    "commit": is_text,
    "weights": is_whole,
    "date": is_text,
    "seed": is_whole,
    "quick": is_flag,
    "minutes": is_number,
    "classifier_accuracy": is_share,
    "renewed": is_list,
}
_RENEWAL: dict[str, Check] = {
    "jobs": lambda value: is_filled_list(value) and all(map(is_text, value)),
    "command": is_text,
    "commit": is_text,
    "date": is_text,
    "minutes": is_number,
}
_ROW: dict[str, Check] = {
    "job": is_text,
    "case": is_text,
    "protocol": is_text,
    "unit": is_text,
    "better": lambda value: value in get_args(Better),
    "ours": is_number,
    "n": is_count,
    "baselines": is_list,
    "goal": lambda value: value is None or is_number(value),
}
_POINT: dict[str, Check] = {
    "predicted": is_share,
    "right": is_share,
}
_BASELINE: dict[str, Check] = {
    "name": is_text,
    "figure": is_number,
    "origin": lambda value: value in get_args(Origin),
}
