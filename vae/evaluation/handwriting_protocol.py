"""How handwriting is measured: digits of the pen, framed as the app frames them, beside test digits."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

import vae
from vae.evaluation.classifier import Classifier
from vae.evaluation.evaluation_data import EvaluationData, Sizes, Written, on_board
from vae.evaluation.scores import Row
from vae.framing.strokes import PENS

JOB = "Handwriting"
IN_VIEW = "the score's formula was chosen partly by flags on pen digits, those of these writers among them"
SMALL, HALF, LARGE = SHARES = (0.15, 0.5, 0.9)  # of the board's side, that the drawings take
ALARM = 0.05  # highest p of a flagged drawing
MOVED_TO = 0.77  # of the way to the bottom right corner: 107.8 pixels of the board at half its side


def handwriting(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Strokes of writers on whom the framing was not chosen, beside test digits; nothing without strokes."""
    if not data.written:
        return
    step = max(1, len(data.written) // sizes.drawn)
    written = data.written[::step][: sizes.drawn]
    labels = torch.tensor([each.digit for each in written])
    test_nats, moves = _nats(model, data.test[: sizes.density], seed), []
    for pen in PENS:
        framed = {share: _framed(written, pen, share) for share in SHARES}
        yield _nats_row(model, pen, framed[LARGE], test_nats, seed)
        yield _flagged_row(model, pen, framed[LARGE], seed)
        yield _class_row(model, pen, framed[LARGE], data.classifier)
        yield _read_right_row(pen, framed, labels, data.classifier)
        moves.append((_framed(written, pen, HALF, place=MOVED_TO) - framed[HALF]).abs().mean())
    yield _moved_row(torch.stack(moves).mean().item(), len(written) * len(PENS))


def _nats_row(model: vae.VAE, pen: str, x: Tensor, test_nats: float, seed: int) -> Row:
    text = "nats of drawn digits, as grey pictures, less those of test digits, 64 draws"
    more = _nats(model, x, seed) - test_nats
    return Row(JOB, f"{pen} pen, nats", text, "nats", "lower", more, len(x), (), 4)


def _flagged_row(model: vae.VAE, pen: str, x: Tensor, seed: int) -> Row:
    text = f"share of drawn digits with p at most {ALARM}; {IN_VIEW}"
    flagged = (vae.anomaly_p_value(model, x, seed=seed) <= ALARM).float().mean().item()
    return Row(JOB, f"{pen} pen, flagged", text, "share", "lower", flagged, len(x), (), 0.08)


def _class_row(model: vae.VAE, pen: str, x: Tensor, classifier: Classifier) -> Row:
    text = "share whose reconstruction the classifier names as it names the framed drawing"
    kept = classifier.name(x)[0] == classifier.name(model.reconstruct(x))[0]
    return Row(
        JOB, f"{pen} pen, class", text, "share", "higher", kept.float().mean().item(), len(x), (), 0.95
    )


def _read_right_row(pen: str, framed: Mapping[float, Tensor], labels: Tensor, classifier: Classifier) -> Row:
    text = (
        "share that the classifier names as the digit that was written, at the worst of "
        f"{', '.join(f'{share:.0%}' for share in framed)} of the board"
    )
    right = min((classifier.name(x)[0] == labels).float().mean().item() for x in framed.values())
    return Row(JOB, f"{pen} pen, read right", text, "share", "higher", right, len(labels), (), 0.95)


def _moved_row(moved: float, n: int) -> Row:
    text = f"mean change of a pixel of the framed 28 × 28, at half the board, over {len(PENS)} pens"
    return Row(JOB, "moved", text, "grey", "lower", moved, n, (), 0.01)


def _framed(written: list[Written], pen: str, share: float, *, place: float = 0.0) -> Tensor:
    return torch.stack([vae.frame_strokes(on_board(each.strokes, share, place), pen=pen) for each in written])


def _nats(model: vae.VAE, x: Tensor, seed: int) -> float:
    return -vae.log_likelihood(model, x, seed=seed).mean().item()
