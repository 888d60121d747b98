"""How the weights were trained: weights/training.json, checked when it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vae.checkpoint import WEIGHTS
from vae.evaluation.checked_json import (
    Check,
    checked,
    is_count,
    is_filled_list,
    is_number,
    is_text,
    read_json,
)

NAME, COMMAND = "training.json", "python -m vae.train --out weights"


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training digits ended with: nats of held-out digits, averaged."""

    epoch: int
    validation_elbo: float  # with the whole code
    validation_elbo_2: float  # with two numbers


@dataclass(frozen=True)
class TrainingRun:
    """One run, and the one whose weights it started from."""

    command: str
    commit: str
    hours: float
    device: str
    precision: str
    torch: str  # its version
    parameters: int
    options: Mapping[str, Any]
    history: tuple[Epoch, ...]
    epochs: float  # passes over the training digits; the clock may have ended the last one early
    left_out: str | None  # of the weights, before the next run started from them
    started_from: "TrainingRun | None"  # None: random weights

    @property
    def latent_dim(self) -> int:
        """How many numbers a code has."""
        return self.options["latent_dim"]

    @property
    def earlier(self) -> list["TrainingRun"]:
        """The runs before this one, the last of them first."""
        return [] if self.started_from is None else [self.started_from, *self.started_from.earlier]

    @property
    def all_runs(self) -> list["TrainingRun"]:
        """The runs up to this one, in the order in which they were trained."""
        return [*reversed(self.earlier), self]

    @property
    def hours_of_all(self) -> float:
        """Hours of this run and all before it."""
        return sum(run.hours for run in self.all_runs)

    @property
    def epochs_of_all(self) -> float:
        """Passes over the training digits of this run and all before it."""
        return sum(run.epochs for run in self.all_runs)

    @property
    def history_of_all(self) -> list[Epoch]:
        """The epochs of all runs up to this one, in the order in which they were trained."""
        return [epoch for run in self.all_runs for epoch in run.history]


def read_training(folder: Path = WEIGHTS) -> TrainingRun | None:
    """The run that made the weights, or None where its facts are not there.

    Raises:
        InputError: the file is damaged or holds something else; the message is one sentence.
    """
    return read_json(folder / NAME, lambda content: _run(content, "the file"), command=COMMAND)


def _run(record: Any, where: str) -> TrainingRun:
    facts = checked(record, _RUN, where)
    checked(facts["options"], {"latent_dim": is_count}, f"the list of options of {where}")
    checks = (checked(each, _EPOCH, f"epoch {i} of {where}") for i, each in enumerate(facts["history"], 1))
    history = tuple(Epoch(**each) for each in checks)
    earlier, epochs = record.get("started_from"), facts["epochs"]
    return TrainingRun(
        **facts | {"history": history, "epochs": history[-1].epoch if epochs is None else epochs},
        started_from=None if earlier is None else _run(earlier, "what it started from"),
    )


_RUN: dict[str, Check] = {
    "command": is_text,
    "commit": is_text,
    "hours": is_number,
    "device": is_text,
    "precision": is_text,
    "torch": is_text,
    "parameters": is_count,
    "options": lambda value: isinstance(value, dict),
    "history": is_filled_list,
    "epochs": lambda value: value is None or is_number(value),  # which runs of before do not say
    "left_out": lambda value: value is None or is_text(value),
}
_EPOCH: dict[str, Check] = {
    "epoch": is_count,
    "validation_elbo": is_number,
    "validation_elbo_2": is_number,
}
