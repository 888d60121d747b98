"""What was measured: weights/scores.json and weights/training.json, checked before anything is shown."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from vae.checks import InputError
from vae.evaluation import figures

FOLDER = Path(__file__).parent.parent / "weights"
ELSEWHERE = ("(published)", "(measured before)")  # how names of figures from elsewhere end

Outcome = Literal["won", "tied", "lost", "alone"]
_OUTCOMES: dict[figures.Standing, Outcome] = {"ahead": "won", "tied": "tied", "behind": "lost"}
Check = Callable[[Any], bool]
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One case of one job: our figure, every baseline's, and the goal."""

    job: str
    case: str
    protocol: str
    unit: str
    better: Literal["lower", "higher"]
    ours: float
    baselines: dict[str, float]  # names that end as ELSEWHERE says come from there
    goal: float | None
    n: int

    @property
    def best_baseline(self) -> str | None:
        """The name of the baseline to beat."""
        order = min if self.better == "lower" else max
        return order(self.baselines, key=self.baselines.__getitem__) if self.baselines else None

    @property
    def outcome(self) -> Outcome:
        """Against the best baseline, at the digits that are shown; "alone" where there is none."""
        if self.best_baseline is None:
            return "alone"
        return _OUTCOMES[self._standing(self.baselines[self.best_baseline])]

    @property
    def goal_reached(self) -> bool | None:
        """None where no goal was set."""
        return None if self.goal is None else self._standing(self.goal) != "behind"

    @property
    def versus(self) -> str:
        """Our figure, and the best baseline's where there is one, such as "21.30 dB against 19.00"."""
        ours = f"{self.words(self.ours)} {self.unit}"
        return (
            f"{ours} against {self.words(self.baselines[self.best_baseline])}" if self.best_baseline else ours
        )

    def words(self, value: float) -> str:
        """A figure with as many decimals as this row's figures call for."""
        return f"{value:.{self._decimals}f}"

    @property
    def _decimals(self) -> int:
        return figures.decimals([self.ours, *self.baselines.values()], self.goal)

    def _standing(self, mark: float) -> figures.Standing:
        return figures.standing(self.ours, mark, better=self.better, decimals=self._decimals)


@dataclass(frozen=True)
class Renewal:
    """A later run that measured some jobs again."""

    jobs: list[str]
    command: str
    commit: str
    date: str


@dataclass(frozen=True)
class Scores:
    """One run of the evaluation."""

    command: str
    commit: str
    date: str
    seed: int
    quick: bool
    minutes: float
    renewed: list[Renewal]
    rows: list[Row]

    def with_outcome(self, *outcomes: Outcome) -> list[Row]:
        """The rows that ended so."""
        return [row for row in self.rows if row.outcome in outcomes]

    def missed(self) -> list[Row]:
        """The rows that lost to nobody and yet missed their goal."""
        return [row for row in self.rows if row.goal_reached is False and row.outcome != "lost"]

    def tables(self) -> dict[str, list[list[Row]]]:
        """For each job, in the order of the file, its rows that were measured in one way."""
        jobs: dict[str, dict[tuple[str, str, str], list[Row]]] = {}
        for row in self.rows:
            way = (row.protocol, row.unit, row.better)
            jobs.setdefault(row.job, {}).setdefault(way, []).append(row)
        return {job: list(ways.values()) for job, ways in jobs.items()}


@dataclass(frozen=True)
class Training:
    """The run that made the weights, and with it all whose weights it started from."""

    parameters: int
    latent_dim: int
    hours: float  # of all runs
    elbo: list[float]  # nats of held-out digits, averaged, with the whole code, after each epoch of all runs
    elbo_2: list[float]  # the same with two numbers


def read_scores() -> Scores | None:
    """The last evaluation, or None before the first.

    Raises:
        InputError: the file is damaged or holds something else; the message is one sentence.
    """
    return _read("scores.json", _scores, "python -m vae.evaluate")


def measured(job: str, *cases: str) -> str:
    """Our figure and the best baseline's in some cases of a job, in words.

    Raises:
        InputError: as `read_scores`.
    """
    board = read_scores()
    rows = [row for row in board.rows if row.job == job and row.case in cases] if board else []
    words = [
        f"{row.case}: {row.versus}" + (f" ({row.best_baseline})" if row.best_baseline else "") for row in rows
    ]
    return "; ".join(words) or "not measured yet"


def read_training() -> Training | None:
    """The run that made the weights, or None where its facts are not there.

    Raises:
        InputError: the file is damaged or holds something else; the message is one sentence.
    """
    return _read("training.json", _training, "python -m vae.train")


def _read(name: str, parse: Callable[[Any], T], command: str) -> T | None:
    path = FOLDER / name
    if not path.exists():
        return None
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except _UnusableError as error:
        problem = str(error)
    except (OSError, ValueError, RecursionError):
        problem = "it is not a readable JSON file"
    raise InputError(f"weights/{name} cannot be shown: {problem}; {command} writes a new one.")


class _UnusableError(Exception):
    """What is wrong with a file, without its name."""


def _scores(content: Any) -> Scores:
    rows = _checked(content, {"rows": _is_filled_list}, "the file")["rows"]
    facts = _checked(content, _SCORES, "the file")
    later = _checked(
        {"renewed": []} | content, {"renewed": lambda value: isinstance(value, list)}, "the file"
    )
    renewed = [Renewal(**_checked(each, _RENEWAL, "a later run")) for each in later["renewed"]]
    return Scores(**facts, renewed=renewed, rows=[_row(record, i) for i, record in enumerate(rows, start=1)])


def _row(record: Any, number: int) -> Row:
    return Row(**_checked(record, _ROW, f"row {number}"))


def _training(content: Any) -> Training:
    facts = _checked(content, _TRAINING, "the file")
    options = _checked(content.get("options"), {"latent_dim": _is_count}, "its list of options")
    runs = _runs(content, "the file")
    history = [record for run in runs for record in run["history"]]
    epochs = [_checked(record, _EPOCH, f"epoch {i}") for i, record in enumerate(history, start=1)]
    return Training(
        **facts,
        **options,
        hours=sum(run["hours"] for run in runs),
        elbo=[record["validation_elbo"] for record in epochs],
        elbo_2=[record["validation_elbo_2"] for record in epochs],
    )


def _runs(run: Any, where: str) -> list[dict[str, Any]]:
    """A run and all whose weights it started from, the first of them first."""
    facts = _checked(run, _RUN, where)
    earlier = run.get("started_from")
    return [*(_runs(earlier, "what it started from") if earlier is not None else []), facts]


def _checked(record: Any, checks: Mapping[str, Check], where: str) -> dict[str, Any]:
    """The named values of a record, each of which has passed its check."""
    if not isinstance(record, dict):
        raise _UnusableError(f"{where} is not a list of named values")
    for name, fits in checks.items():
        if not fits(record.get(name)):
            raise _UnusableError(f"{where} has no usable “{name}”")
    return {name: record.get(name) for name in checks}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e12


def _is_count(value: Any) -> bool:
    return _is_number(value) and isinstance(value, int) and value >= 1


def _is_filled_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def _is_figures(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return all(_is_text(name) and _is_number(figure) for name, figure in value.items())


_SCORES: dict[str, Check] = {
    "command": _is_text,
    "commit": _is_text,
    "date": _is_text,
    "seed": lambda value: _is_number(value) and isinstance(value, int),
    "quick": lambda value: isinstance(value, bool),
    "minutes": _is_number,
}
_RENEWAL: dict[str, Check] = {
    "jobs": lambda value: _is_filled_list(value) and all(map(_is_text, value)),
    "command": _is_text,
    "commit": _is_text,
    "date": _is_text,
}
_ROW: dict[str, Check] = {
    "job": _is_text,
    "case": _is_text,
    "protocol": _is_text,
    "unit": _is_text,
    "better": lambda value: value in ("lower", "higher"),
    "ours": _is_number,
    "baselines": _is_figures,
    "goal": lambda value: value is None or _is_number(value),
    "n": _is_count,
}
_TRAINING: dict[str, Check] = {
    "parameters": _is_count,
}
_RUN: dict[str, Check] = {
    "hours": _is_number,
    "history": _is_filled_list,
}
_EPOCH: dict[str, Check] = {
    "validation_elbo": _is_number,
    "validation_elbo_2": _is_number,
}
