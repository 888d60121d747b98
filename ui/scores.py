"""What the pages tell of how the model was trained and measured, from the files beside the weights."""

from typing import NamedTuple

from vae.checkpoint import WEIGHTS
from vae.evaluation import score_file, training_run
from vae.evaluation.scores import Row, Scores
from vae.evaluation.training_run import TrainingRun

FOLDER = WEIGHTS


class Headline(NamedTuple):
    """The case that stands for a job, and the sentence that tells its figures."""

    job: str
    case: str
    sentence: str  # with {ours}, {theirs}, and {best}: what the best baseline is called
    limits: tuple[tuple[str, float], ...] = ()  # what cannot be expected to be beaten, where it is known

    def told(self, row: Row) -> str:
        """The sentence with the figures of its row; where that has no baseline, the row's figure alone."""
        best = row.best_baseline
        if best is None:
            return f"{row.measure}."
        return self.sentence.format(ours=row.ours, theirs=best.figure, best=best.label)


HEADLINES = (
    Headline(
        "Compression",
        "8 bytes",
        "Sent as 8 bytes, a digit comes back at **{ours:.1f} dB**; with {best}, the best baseline, at "
        "{theirs:.1f} dB.",
    ),
    Headline(
        "Generation",
        "Fréchet distance over its floor",
        "New digits are **{ours:.2f} times** as far from real ones as other real ones are; those of the best "
        "baseline, {theirs:.2f} times.",
        (("Other real digits", 1.0),),
    ),
    Headline(
        "Denoising",
        "gaussian 0.5",
        "Under heavy noise, a digit is restored to **{ours:.1f} dB**; by the best baseline, to "
        "{theirs:.1f} dB.",
    ),
    Headline(
        "Anomaly detection",
        "mean over kinds",
        "Of a digit and something else, the score tells which is which **{ours:.1%}** of the time; the best "
        "baseline's score, {theirs:.1%}.",
        (("Perfect", 1.0),),
    ),
    Headline(
        "Imputation",
        "left half",
        "Where the left half is hidden, a pixel is filled in with an error of **{ours:.3f}**; by the best "
        "baseline, of {theirs:.3f}.",
    ),
)
STARTS = {"AUROC": 0.5}  # where bars of a unit begin: at what luck would reach; of any other, at 0


def read_scores() -> Scores | None:
    """The last evaluation, or None before the first.

    Raises:
        InputError: the file is damaged or holds something else; the message is one sentence.
    """
    return score_file.read_scores(FOLDER)


def read_training() -> TrainingRun | None:
    """The run that made the weights, or None where its facts are not there.

    Raises:
        InputError: the file is damaged or holds something else; the message is one sentence.
    """
    return training_run.read_training(FOLDER)


def headlines(board: Scores) -> list[tuple[Headline, Row]]:
    """The headlines whose case was measured, each with its row."""
    found = {(row.job, row.case): row for row in board.rows}
    return [(each, found[each.job, each.case]) for each in HEADLINES if (each.job, each.case) in found]


def measured(job: str, *cases: str) -> str:
    """Our figure and the best baseline's in some cases of a job, in words.

    Raises:
        InputError: as `read_scores`.
        KeyError: the job was measured, but not in one of these cases.
    """
    board = read_scores()
    found = {row.case: row for row in board.rows if row.job == job} if board else {}
    if not found:
        return "not measured yet"
    return "; ".join(f"{case}: {_in_words(found[case])}" for case in cases)


def _in_words(row: Row) -> str:
    best = row.best_baseline
    return row.versus if best is None else f"{row.versus} ({best.label})"
