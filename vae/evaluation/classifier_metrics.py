"""How generation and handwriting are measured: by the evaluation's own classifier, and by likelihood."""

from collections.abc import Iterator

import torch
from torch import Tensor

import vae
from vae.evaluation.classifier import SURE, Classifier
from vae.evaluation.evaluation_data import EvaluationData, Sizes, Written, on_board
from vae.evaluation.protocols import reconstruct
from vae.evaluation.scores import Row
from vae.evaluation.sharing_cost import plain_baseline
from vae.framing.strokes import PENS
from vae.metrics import frechet_distance

IN_VIEW = "the score's formula was chosen partly by flags on pen digits, those of these writers among them"
SHARES = (0.15, 0.5, 0.9)  # of the board's side, that the drawings take
MAP_SIDE = 20
N_DRAWN = 5  # times that samples and training digits are drawn anew for the Fréchet distance


def generation(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """How much samples look like digits, and how many classes the map of two numbers shows."""
    n = sizes.generated
    job, classifier = "Generation", data.classifier
    text = (
        f"Fréchet distance of {n} samples to the test digits, in the features of a classifier trained for "
        f"the evaluation alone, over that of {n} training digits, each the mean of {N_DRAWN} draws"
    )
    ratio = frechet_ratio(model, data, n, seed)
    yield Row(
        job,
        "Fréchet distance over its floor",
        text,
        "ratio",
        "lower",
        ratio,
        n,
        plain_baseline("frechet_ratio"),
        1.3,
    )
    text = (
        f"share of samples that the classifier is at least {SURE:.0%} sure of; "
        f"of test digits {sure_share(data.test, classifier):.3f}"
    )
    share = sure_share(vae.sample(model, n, seed=seed), classifier)
    yield Row(job, "sure of a class", text, "share", "higher", share, n, plain_baseline("sure_share"), 0.92)
    text = (
        f"classes that the classifier is at least {SURE:.0%} sure of on the {MAP_SIDE} × {MAP_SIDE} map of "
        "two numbers, all others at their median"
    )
    tiles = vae.latent_grid(model, MAP_SIDE).flatten(0, 1)[:, None]
    label, sure = classifier.name(tiles)
    classes = len(label[sure >= SURE].unique())
    yield Row(job, "classes on the map", text, "classes", "higher", classes, len(tiles), (), 10)


def frechet_ratio(model: vae.VAE, data: EvaluationData, n: int, seed: int) -> float:
    """Frechet distance of n samples to the test digits over that of n training digits, over several draws."""
    features, generator = data.classifier.features, torch.Generator().manual_seed(seed)
    test = features(data.test)
    samples = training = 0.0
    for i in range(N_DRAWN):
        chosen = torch.randperm(len(data.train), generator=generator)[:n]
        training += frechet_distance(features(data.train[chosen].view(-1, 1, 28, 28)), test)
        samples += frechet_distance(features(vae.sample(model, n, seed=N_DRAWN * seed + i)), test)
    return samples / training


def sure_share(images: Tensor, classifier: Classifier) -> float:
    """Share of images (N, 1, 28, 28) that the classifier is sure of."""
    return (classifier.name(images)[1] >= SURE).float().mean().item()


def handwriting(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Strokes of writers on whom the framing was not chosen, framed as the app does, beside test digits."""
    if not data.written:
        return
    step = max(1, len(data.written) // sizes.drawn)
    written = data.written[::step][: sizes.drawn]
    labels = torch.tensor([each.digit for each in written])
    n, job, moves = len(written), "Handwriting", []
    test_nats = _nats(model, data.test[: sizes.density], seed)
    for pen in PENS:
        framed = {share: _framed(written, pen, share) for share in SHARES}
        large = framed[SHARES[-1]]
        text = "nats of drawn digits, as grey pictures, less those of test digits, 64 draws"
        more = _nats(model, large, seed) - test_nats
        yield Row(job, f"{pen} pen, nats", text, "nats", "lower", more, n, (), 4)
        text = f"share of drawn digits with p at most 0.05; {IN_VIEW}"
        flagged = (vae.anomaly_p_value(model, large, seed=seed) <= 0.05).float().mean().item()
        yield Row(job, f"{pen} pen, flagged", text, "share", "lower", flagged, n, (), 0.08)
        text = "share whose reconstruction the classifier names as it names the framed drawing"
        names = [data.classifier.name(x)[0] for x in (large, reconstruct(model, large))]
        kept = (names[0] == names[1]).float().mean().item()
        yield Row(job, f"{pen} pen, class", text, "share", "higher", kept, n, (), 0.95)
        text = (
            "share that the classifier names as the digit that was written, at the worst of "
            f"{', '.join(f'{share:.0%}' for share in SHARES)} of the board"
        )
        right = [(data.classifier.name(x)[0] == labels).float().mean().item() for x in framed.values()]
        yield Row(job, f"{pen} pen, read right", text, "share", "higher", min(right), n, (), 0.95)
        moves.append((_framed(written, pen, 0.5, place=0.77) - framed[0.5]).abs().mean())
    text = f"mean change of a pixel of the framed 28 × 28, at half the board, over {len(PENS)} pens"
    moved = torch.stack(moves).mean().item()
    yield Row(job, "moved", text, "grey", "lower", moved, n * len(PENS), (), 0.01)


def _framed(written: list[Written], pen: str, share: float, *, place: float = 0.0) -> Tensor:
    return torch.stack([vae.frame_strokes(on_board(each.strokes, share, place), pen=pen) for each in written])


def _nats(model: vae.VAE, x: Tensor, seed: int) -> float:
    return -vae.log_likelihood(model, x, seed=seed).mean().item()
