"""How handwriting is measured: digits of the pen, framed as the app frames them, beside test digits."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import torch
from torch import Tensor

import vae
from vae.evaluation.classifier import Classifier
from vae.evaluation.evaluation_data import EvaluationData, Sizes, Written, on_board
from vae.evaluation.masks import MASKS, Mask
from vae.evaluation.scores import Row
from vae.framing.strokes import PENS

JOB = "Handwriting"
IN_VIEW = "the score's formula was chosen partly by flags on pen digits, those of these writers among them"
SMALL, HALF, LARGE = SHARES = (0.15, 0.5, 0.9)  # of the board's side, that the drawings take
ALARM = 0.05  # highest p of a flagged drawing
N_BYTES, NOISE, HALVES = 12, vae.Noise("gaussian", 0.5), MASKS[:2]
KEPT, KEPT_HALF_HIDDEN = 0.97, 0.85  # goals for the share of drawings that keep their class
MOVED_TO = 0.77  # of the way to the bottom right corner: 107.8 pixels of the board at half its side


def handwriting(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Strokes of writers on whom the framing was not chosen, beside test digits; nothing without strokes."""
    if not data.written:
        return
    written = _spread(data.written, sizes.drawn)
    few = _spread(data.written, sizes.coded)
    labels = torch.tensor([each.digit for each in written])
    test_nats, moves = _nats(model, data.test[: sizes.density], seed), []
    for pen in PENS:
        framed = {share: _framed(written, pen, share) for share in SHARES}
        yield _nats_row(model, pen, framed[LARGE], test_nats, seed)
        yield _flagged_row(model, pen, framed[LARGE], seed)
        yield _class_row(model, pen, framed[LARGE], data.classifier)
        yield _read_right_row(pen, framed, labels, data.classifier)
        moves.append((_framed(written, pen, HALF, place=MOVED_TO) - framed[HALF]).abs().mean())
    drawings = {pen: _framed(few, pen, LARGE) for pen in PENS}
    yield from _kept_rows(model, drawings, data.classifier, seed)
    yield _moved_row(torch.stack(moves).mean().item(), len(written) * len(PENS))


def _spread(written: list[Written], n: int) -> list[Written]:
    """n digits of all writers alike, or as many as there are."""
    return written[:: max(1, len(written) // n)][:n]


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
    kept = _share_kept(x, model.reconstruct(x), classifier)
    return Row(JOB, f"{pen} pen, class", text, "share", "higher", kept, len(x), (), KEPT)


def _share_kept(x: Tensor, result: Tensor, classifier: Classifier) -> float:
    return (classifier.name(x)[0] == classifier.name(result)[0]).float().mean().item()


def _kept_rows(
    model: vae.VAE, drawings: Mapping[str, Tensor], classifier: Classifier, seed: int
) -> Iterator[Row]:
    """Who keeps the class through each job, mean over the pens."""

    def in_few_bytes(x: Tensor) -> Tensor:
        return torch.stack([vae.decompress(model, vae.compress(model, each, n_bytes=N_BYTES)) for each in x])

    def denoised(x: Tensor) -> Tensor:
        return vae.denoise(model, vae.corrupt(x, NOISE, seed=seed), NOISE, seed=seed)

    def filled_in(mask: Mask, x: Tensor) -> Tensor:
        return vae.impute(model, x, mask.observed(len(x), seed), seed=seed).mean

    yield _kept_row(f"{N_BYTES} bytes, class", drawings, in_few_bytes, classifier, KEPT)
    yield _kept_row(f"{NOISE.kind} {NOISE.level:g}, class", drawings, denoised, classifier, KEPT)
    for mask in HALVES:
        job = partial(filled_in, mask)
        yield _kept_row(f"{mask.name} hidden, class", drawings, job, classifier, KEPT_HALF_HIDDEN)


def _kept_row(
    case: str,
    drawings: Mapping[str, Tensor],
    job: Callable[[Tensor], Tensor],
    classifier: Classifier,
    goal: float,
) -> Row:
    shares = {pen: _share_kept(x, job(x), classifier) for pen, x in drawings.items()}
    text = "share whose result the classifier names as it names the framed drawing, mean over the pens: " + (
        ", ".join(f"{pen} {share:.2f}" for pen, share in shares.items())
    )
    n = sum(map(len, drawings.values()))
    return Row(JOB, case, text, "share", "higher", sum(shares.values()) / len(shares), n, (), goal)


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
