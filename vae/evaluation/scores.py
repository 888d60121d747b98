"""The scores: each figure beside its baselines' and its goal, and the runs that measured them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from vae.checks import InputError
from vae.evaluation import figures
from vae.evaluation.figures import Standing

Better = Literal["lower", "higher"]
Origin = Literal["here", "published", "measured before"]


@dataclass(frozen=True)
class Baseline:
    """Another method's figure for the same case."""

    name: str
    figure: float
    origin: Origin = "here"  # "published": from a paper; "measured before": by no command of this repository

    @property
    def label(self) -> str:
        """The name, followed by where the figure is from unless it was measured here."""
        return self.name if self.origin == "here" else f"{self.name} ({self.origin})"


def measured(figures_of: Mapping[str, float]) -> tuple[Baseline, ...]:
    """Baselines measured beside the model, from name -> figure."""
    return tuple(Baseline(name, figure) for name, figure in figures_of.items())


@dataclass(frozen=True)
class Point:
    """A point of a reliability diagram; shares in [0, 1]."""

    predicted: float  # mean share of the completions that are of a class
    right: float  # how often that class was right


@dataclass(frozen=True)
class Row:
    """One case of one job: our figure, every baseline's, and the goal."""

    job: str
    case: str
    protocol: str
    unit: str
    better: Better
    ours: float
    n: int  # pictures behind the figure
    baselines: tuple[Baseline, ...] = ()
    goal: float | None = None
    point: Point | None = None  # of a row whose figure is the gap of a reliability diagram

    @property
    def best_baseline(self) -> Baseline | None:
        """The baseline to beat; None where there is none."""
        best = min if self.better == "lower" else max
        return best(self.baselines, key=lambda baseline: baseline.figure, default=None)

    @property
    def outcome(self) -> Standing | None:
        """Where we stand against the best baseline, at the decimals shown; None where there is none."""
        return None if self.best_baseline is None else self._standing(self.best_baseline.figure)

    @property
    def goal_reached(self) -> bool | None:
        """At the decimals shown; None where no goal was set."""
        return None if self.goal is None else self._standing(self.goal) != "behind"

    @property
    def measure(self) -> str:
        """Our figure with its unit, such as "21.30 dB"."""
        return f"{self.words(self.ours)} {self.unit}"

    @property
    def versus(self) -> str:
        """The same, and the best baseline's where there is one, such as "21.30 dB against 19.00"."""
        best = self.best_baseline
        return self.measure if best is None else f"{self.measure} against {self.words(best.figure)}"

    def words(self, figure: float) -> str:
        """A figure with as many decimals as this row's figures call for."""
        return f"{figure:.{self._decimals}f}"

    @property
    def _decimals(self) -> int:
        return figures.decimals([self.ours, *(each.figure for each in self.baselines)], self.goal)

    def _standing(self, mark: float) -> Standing:
        return figures.standing(self.ours, mark, better=self.better, decimals=self._decimals)


@dataclass(frozen=True)
class Renewal:
    """A later run that measured some jobs again."""

    jobs: tuple[str, ...]
    command: str
    commit: str
    date: str
    minutes: float

    @property
    def jobs_in_words(self) -> str:
        """Such as "Compression, Denoising and Imputation"."""
        *first, last = self.jobs
        return f"{', '.join(first)} and {last}" if first else last

    def without(self, jobs: Collection[str]) -> "Renewal":
        """The same run without jobs that a later one measured again."""
        return replace(self, jobs=tuple(job for job in self.jobs if job not in jobs))


@dataclass(frozen=True)
class Scores:
    """A run of the evaluation, with what later runs of some jobs put in place of its rows."""

    command: str
    commit: str
    weights: int  # fingerprint of the model that was measured
    date: str
    seed: int
    quick: bool  # a rehearsal on few digits
    minutes: float
    classifier_accuracy: float  # share of validation digits that the evaluation's classifier names right
    renewed: tuple[Renewal, ...]
    rows: tuple[Row, ...]

    def with_outcome(self, *outcomes: Standing) -> list[Row]:
        """The rows that ended so against their best baseline."""
        return [row for row in self.rows if row.outcome in outcomes]

    def with_goal(self) -> list[Row]:
        """The rows for which a goal was set."""
        return [row for row in self.rows if row.goal is not None]

    def n_goals_reached(self) -> int:
        """How many of those reached it."""
        return sum(row.goal_reached is True for row in self.rows)

    def missed(self) -> list[Row]:
        """The rows that are behind no baseline and yet missed their goal."""
        return [row for row in self.rows if row.goal_reached is False and row.outcome != "behind"]

    def tables(self) -> dict[str, list[list[Row]]]:
        """For each job, in the order of the file, its rows that were measured in one way."""
        jobs: dict[str, dict[tuple[str, str, str], list[Row]]] = {}
        for row in self.rows:
            way = (row.protocol, row.unit, row.better)
            jobs.setdefault(row.job, {}).setdefault(way, []).append(row)
        return {job: list(ways.values()) for job, ways in jobs.items()}

    def renewed_by(self, run: "Scores") -> "Scores":
        """These scores with the rows of a later run of some jobs in place of those jobs' own.

        Raises:
            InputError: the later run measured other weights.
        """
        if self.weights != run.weights:
            raise InputError("the other figures are of other weights: measure all jobs, without --jobs")
        again = tuple(dict.fromkeys(row.job for row in run.rows))
        order = list(dict.fromkeys(row.job for row in self.rows + run.rows))
        rows = [row for row in self.rows if row.job not in again] + list(run.rows)
        earlier = (each.without(again) for each in self.renewed)
        renewal = Renewal(again, run.command, run.commit, run.date, run.minutes)
        return replace(
            self,
            renewed=(*(each for each in earlier if each.jobs), renewal),
            rows=tuple(sorted(rows, key=lambda row: order.index(row.job))),
        )
