"""How anomaly detection is measured: against many kinds of stranger, beside baselines; false alarms."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from torch import Tensor

import vae
from vae.baselines.nearest_neighbours import knn_distance
from vae.evaluation.evaluation_data import EvaluationData, Sizes, framed_ood
from vae.evaluation.protocols import reconstruct
from vae.evaluation.scores import Row, measured
from vae.evaluation.shapes import degenerate, shapes
from vae.posterior.inference import encoder_bound

ASYMMETRIC = (2, 3, 4, 5, 6, 7, 9)
ANOMALY, OURS = "Anomaly detection", "ours"
ANOMALY_GOALS = {
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
ALARM, BLOCKS, SHAPES = 0.05, 5, 300
SPARE_INK = 10.0  # pixels added to a picture's ink before an error is divided by it
N_NEAREST_CODES = 5


def anomaly(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """AUROC of one fixed score against each kind of stranger; flagged test digits; degenerate pictures."""
    digits = data.test[: sizes.scored]
    scorers = _scorers(model, data.train, seed)
    of_digits = {name: score(digits) for name, score in scorers.items()}
    table = []
    for case, pictures in _ood_pictures(data, sizes, seed).items():
        found = {name: _auroc(of_digits[name], score(pictures)) for name, score in scorers.items()}
        table.append(found)
        others = {name: figure for name, figure in found.items() if name != OURS}
        yield Row(
            ANOMALY,
            case,
            _made_of(case, len(digits)),
            "AUROC",
            "higher",
            found[OURS],
            len(pictures),
            measured(others),
            ANOMALY_GOALS.get(case),
        )
    mean = {name: float(np.mean([found[name] for found in table])) for name in scorers}
    text = f"mean AUROC over the {len(table)} kinds above"
    yield Row(ANOMALY, "mean over kinds", text, "AUROC", "higher", mean.pop(OURS), len(table), measured(mean))
    yield from _false_alarms(model, data, sizes, seed)
    pictures = degenerate(seed)
    worst = vae.anomaly_p_value(model, pictures, seed=seed).max().item()
    text = f"highest p of {DEGENERATE}"
    yield Row(ANOMALY, "degenerate pictures", text, "p", "lower", worst, len(pictures), (), 0.01)


def _ood_pictures(data: EvaluationData, sizes: Sizes, seed: int) -> dict[str, Tensor]:
    """What is no digit, name -> (B, 1, 28, 28)."""
    kept = torch.isin(data.labels[: sizes.scored], torch.tensor(ASYMMETRIC))
    drawn = {kind: shapes(kind, min(SHAPES, sizes.scored), seed) for kind in ("triangles", "squares")}
    turned = {"mirrored digits": data.test[: sizes.scored][kept].flip(3)}
    ood = drawn | framed_ood(data.people) | data.ood | turned | {DEGENERATE: degenerate(seed)}
    return {case: pictures[: sizes.scored] for case, pictures in ood.items()}


def _made_of(case: str, n_digits: int) -> str:
    """How a row's AUROC was measured, and what part its examples had in choosing the score."""
    text = f"AUROC of one fixed score, {n_digits} test digits against the strangers"
    if case == "mirrored digits":
        return f"{text}; the score was chosen with mirrored validation digits in view"
    return f"{text}; the score was chosen with these examples, or others drawn by the same rules, in view"


def _auroc(digits: Tensor, ood: Tensor) -> float:
    return float(roc_auc_score([0] * len(digits) + [1] * len(ood), torch.cat([digits, ood])))


def _false_alarms(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """How far the share of flagged test digits is from what was asked for, in all and block by block."""
    digits = data.test[: BLOCKS * sizes.scored]
    flagged = (vae.anomaly_p_value(model, digits, seed=seed) <= ALARM).float()
    share = flagged.mean().item()
    text = f"distance from {ALARM} of the share of test digits with p at most {ALARM}, which is {share:.4f}"
    yield Row(
        ANOMALY, "false alarms at 5 %", text, "share", "lower", abs(share - ALARM), len(digits), (), 0.01
    )
    shares = [block.mean().item() for block in flagged[data.places[: len(digits)].argsort()].chunk(BLOCKS)]
    worst = max(abs(share - ALARM) for share in shares)
    text = (
        "the same in the worst of five blocks of the test file, whose writers differ; by block "
        + ", ".join(f"{share:.4f}" for share in shares)
    )
    yield Row(ANOMALY, "false alarms at 5 %, by block", text, "share", "lower", worst, len(digits), (), 0.01)


def _scorers(model: vae.VAE, train: Tensor, seed: int) -> dict[str, Callable[[Tensor], Tensor]]:
    """Our score and the baselines', each (B, 1, 28, 28) -> (B,), higher = stranger."""
    centre = train.mean(dim=0)
    _, _, basis = torch.pca_lowrank(train, q=40, niter=4)
    forest = IsolationForest(n_estimators=200, random_state=seed).fit(train[:10_000].numpy())
    codes = _codes(model, train.view(-1, 1, 28, 28))

    def pca_error(x: Tensor) -> Tensor:
        centred = x.flatten(1) - centre
        return (centred - centred @ basis @ basis.T).square().sum(dim=1)

    return {
        OURS: lambda x: vae.anomaly_score(model, x, seed=seed),
        "Raw negative log-likelihood": lambda x: -encoder_bound(model, x, seed=seed),
        "Code's -log p(z) alone": lambda x: -model.prior.log_prob(_codes(model, x)),
        "Reconstruction error": lambda x: _squared_error(model, x),
        "Reconstruction error per ink": lambda x: (
            _squared_error(model, x) / (x.sum(dim=(1, 2, 3)) + SPARE_INK)
        ),
        "PCA-40 error": pca_error,
        "Isolation forest": lambda x: torch.from_numpy(-forest.score_samples(x.flatten(1).numpy())),
        "Distance to nearest training digit": lambda x: knn_distance(train, x),
        "Distance to nearest training codes": lambda x: _mean_distance(codes, _codes(model, x)),
    }


@torch.inference_mode()
def _codes(model: vae.VAE, x: Tensor) -> Tensor:
    """The posterior means of images, (B, K)."""
    return torch.cat([model.encode(part).mean for part in x.split(1000)])


def _squared_error(model: vae.VAE, x: Tensor) -> Tensor:
    return (reconstruct(model, x) - x).square().sum(dim=(1, 2, 3))


def _mean_distance(codes: Tensor, z: Tensor) -> Tensor:
    """Mean Euclidean distance of each code z (B, K) to the few nearest of many, (B,)."""
    nearest = [torch.cdist(part, codes).topk(N_NEAREST_CODES, largest=False).values for part in z.split(500)]
    return torch.cat(nearest).mean(dim=1)
