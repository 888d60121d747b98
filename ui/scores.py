"""What the pages tell of how the model was trained and measured, from the files beside the weights."""

from vae.checkpoint import WEIGHTS
from vae.evaluation import score_file, training_run
from vae.evaluation.scores import Row, Scores
from vae.evaluation.training_run import TrainingRun

FOLDER = WEIGHTS


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


def measured(job: str, *cases: str) -> str:
    """Our figure and the best baseline's in some cases of a job, in words.

    Raises:
        InputError: as `read_scores`.
    """
    board = read_scores()
    rows = [row for row in board.rows if row.job == job and row.case in cases] if board else []
    return "; ".join(f"{row.case}: {_in_words(row)}" for row in rows) or "not measured yet"


def _in_words(row: Row) -> str:
    best = row.best_baseline
    return row.versus if best is None else f"{row.versus} ({best.label})"
