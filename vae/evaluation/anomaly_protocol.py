"""How anomaly detection is measured: on many kinds of out-of-distribution examples; false alarms."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from torch import Tensor

import vae
from vae.baselines.nearest_neighbours import knn_distance
from vae.baselines.pca import principal_components
from vae.evaluation.evaluation_data import EvaluationData, Sizes, framed_ood
from vae.evaluation.scores import Row, measured
from vae.evaluation.shapes import degenerate, shapes
from vae.posterior.inference import encoder_bound

JOB = "Anomaly detection"
ASYMMETRIC = (2, 3, 4, 5, 6, 7, 9)  # the digits that are none in a mirror
GOALS = {
    "triangles": 0.98,
    "squares": 0.98,
    "framed letters": 0.95,
    "framed letters unlike digits": 0.99,
    "doodles": 0.985,
    "Fashion-MNIST": 0.999,
    "Omniglot letters": 0.998,
    "mirrored digits": 0.95,
}
DEGENERATE = "blank, white, noise, one pixel, dot, filled square, level line"
ALARM = 0.05  # highest p of a flagged picture
N_BLOCKS, N_SHAPES = 5, 300
SPARE_INK = 10.0  # pixels added to a picture's ink before an error is divided by it
N_NEAREST_CODES = 5
N_COMPONENTS = 40  # of the PCA baseline
N_TREES, N_FOREST_DIGITS = 200, 10_000  # of the isolation forest

Score = Callable[[Tensor], Tensor]  # (B, 1, 28, 28) -> (B,), higher is more anomalous


class OodKind(NamedTuple):
    """Out-of-distribution examples of one kind, and what of it was seen when the score was chosen."""

    name: str
    pictures: Tensor  # (B, 1, 28, 28)
    in_view: str = "these examples, or others drawn by the same rules,"


def anomaly(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """AUROC of one fixed score on each kind of example; flagged test digits; degenerate pictures."""
    digits = data.test[: sizes.scored]
    baselines = _baselines(model, data.train, seed)
    baseline_scores = {name: score(digits) for name, score in baselines.items()}
    our_scores = vae.anomaly_score(model, digits, seed=seed)
    rows = []
    for kind in _ood_kinds(data, sizes, seed):
        ours = _auroc(our_scores, vae.anomaly_score(model, kind.pictures, seed=seed))
        others = {
            name: _auroc(baseline_scores[name], score(kind.pictures)) for name, score in baselines.items()
        }
        rows.append(_auroc_row(kind, ours, others, len(digits)))
    yield from rows
    yield _mean_row(rows)
    yield from _false_alarm_rows(model, data, sizes, seed)
    yield _degenerate_row(model, seed)


def _ood_kinds(data: EvaluationData, sizes: Sizes, seed: int) -> list[OodKind]:
    """What is no digit, at most as many of a kind as digits."""
    n = sizes.scored
    asymmetric = torch.isin(data.labels[:n], torch.tensor(ASYMMETRIC))
    mirrored = data.test[:n][asymmetric].flip(3)
    kinds = [
        *(OodKind(kind, shapes(kind, min(N_SHAPES, n), seed)) for kind in ("triangles", "squares")),
        *(OodKind(name, pictures) for name, pictures in framed_ood(data.people).items()),
        *(OodKind(name, pictures) for name, pictures in data.ood.items()),
        OodKind("mirrored digits", mirrored, in_view="mirrored validation digits"),
        OodKind(DEGENERATE, degenerate(seed)),
    ]
    return [kind._replace(pictures=kind.pictures[:n]) for kind in kinds]


def _auroc(digits: Tensor, ood: Tensor) -> float:
    return float(roc_auc_score([0] * len(digits) + [1] * len(ood), torch.cat([digits, ood])))


def _auroc_row(kind: OodKind, ours: float, others: dict[str, float], n_digits: int) -> Row:
    text = (
        f"AUROC of one fixed score, {n_digits} test digits against the out-of-distribution examples; the "
        f"score was chosen with {kind.in_view} in view"
    )
    n, goal = len(kind.pictures), GOALS.get(kind.name)
    return Row(JOB, kind.name, text, "AUROC", "higher", ours, n, measured(others), goal)


def _mean_row(rows: list[Row]) -> Row:
    def mean(figures: list[float]) -> float:
        return float(np.mean(figures))

    names = [baseline.name for baseline in rows[0].baselines]
    columns = zip(*([baseline.figure for baseline in row.baselines] for row in rows), strict=True)
    others = {name: mean(list(column)) for name, column in zip(names, columns, strict=True)}
    text, ours = f"mean AUROC over the {len(rows)} kinds above", mean([row.ours for row in rows])
    return Row(JOB, "mean over kinds", text, "AUROC", "higher", ours, len(rows), measured(others))


def _false_alarm_rows(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """How far the share of flagged test digits is from what was asked for, in all and block by block."""
    digits = data.test[: N_BLOCKS * sizes.scored]
    flagged = (vae.anomaly_p_value(model, digits, seed=seed) <= ALARM).float()
    share, n = flagged.mean().item(), len(digits)
    case = f"false alarms at {100 * ALARM:g} %"
    text = f"distance from {ALARM} of the share of test digits with p at most {ALARM}, which is {share:.4f}"
    yield Row(JOB, case, text, "share", "lower", abs(share - ALARM), n, (), 0.01)
    blocks = flagged[data.places[:n].argsort()].chunk(N_BLOCKS)
    shares = [block.mean().item() for block in blocks]
    worst = max(abs(share - ALARM) for share in shares)
    text = (
        "the same in the worst of five blocks of the test file, whose writers differ; by block "
        + ", ".join(f"{share:.4f}" for share in shares)
    )
    yield Row(JOB, f"{case}, by block", text, "share", "lower", worst, n, (), 0.01)


def _degenerate_row(model: vae.VAE, seed: int) -> Row:
    pictures = degenerate(seed)
    highest = vae.anomaly_p_value(model, pictures, seed=seed).max().item()
    text = f"highest p of {DEGENERATE}"
    return Row(JOB, "degenerate pictures", text, "p", "lower", highest, len(pictures), (), 0.01)


def _baselines(model: vae.VAE, train: Tensor, seed: int) -> dict[str, Score]:
    """Other scores, from the model's parts and from training digits (N, 784)."""
    forest = IsolationForest(n_estimators=N_TREES, random_state=seed).fit(train[:N_FOREST_DIGITS].numpy())
    codes = _codes(model, train.view(-1, 1, 28, 28))
    return {
        "Raw negative log-likelihood": lambda x: -encoder_bound(model, x, seed=seed),
        "Code's -log p(z) alone": lambda x: -model.prior.log_prob(_codes(model, x)),
        "Reconstruction error": lambda x: _squared_error(model, x),
        "Reconstruction error per ink": lambda x: (
            _squared_error(model, x) / (x.sum(dim=(1, 2, 3)) + SPARE_INK)
        ),
        f"PCA-{N_COMPONENTS} error": _pca_error(train),
        "Isolation forest": lambda x: torch.from_numpy(-forest.score_samples(x.flatten(1).numpy())),
        "Distance to nearest training digit": lambda x: knn_distance(train, x),
        "Distance to nearest training codes": lambda x: _mean_distance(codes, _codes(model, x)),
    }


def _pca_error(train: Tensor) -> Score:
    """What the leading principal components of training digits leave of a picture, squared."""
    mean, basis = train.mean(dim=0), principal_components(train, N_COMPONENTS).basis

    def error(x: Tensor) -> Tensor:
        centred = x.flatten(1) - mean
        return (centred - centred @ basis.T @ basis).square().sum(dim=1)

    return error


@torch.inference_mode()
def _codes(model: vae.VAE, x: Tensor) -> Tensor:
    """The posterior means of images, (B, K)."""
    return torch.cat([model.encode(part).mean for part in x.split(1000)])


def _squared_error(model: vae.VAE, x: Tensor) -> Tensor:
    return (model.reconstruct(x) - x).square().sum(dim=(1, 2, 3))


def _mean_distance(codes: Tensor, z: Tensor) -> Tensor:
    """Mean Euclidean distance of each code z (B, K) to the few nearest of many, (B,)."""
    nearest = [torch.cdist(part, codes).topk(N_NEAREST_CODES, largest=False).values for part in z.split(500)]
    return torch.cat(nearest).mean(dim=1)
