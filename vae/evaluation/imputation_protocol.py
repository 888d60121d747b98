"""How filling in is measured: error, log score, and the classes of the completions, beside inpainters."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

import vae
from vae.baselines import classical
from vae.baselines.nearest_neighbours import nearest_completions
from vae.evaluation.completion_classes import (
    JOB,
    ClassShares,
    Counts,
    brier_row,
    class_row,
    class_shares,
    class_truth,
    reliability_rows,
)
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.masks import LITTLE_SEEN, MASKS, Mask
from vae.evaluation.scores import Row, measured
from vae.metrics import log_loss, rmse

N_COMPLETIONS, N_NEIGHBOURS = 64, 20
NEIGHBOURS, AS_MANY = (f"{k} nearest training digits" for k in (N_NEIGHBOURS, N_COMPLETIONS))
COUNTS = Counts(N_COMPLETIONS, N_NEIGHBOURS, NEIGHBOURS)


class Filled(NamedTuple):
    """Digits (B, 1, 28, 28) of which a mask hides a part, and what is filled in."""

    case: str
    digits: Tensor
    observed: Tensor
    ours: vae.Imputation
    nearest: Tensor  # from the nearest training digits, (N_NEIGHBOURS, B, 1, 28, 28)
    as_many: Tensor  # from as many of them as the model gives completions


def imputation(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Error, log score and classes of what is filled in, and the mean lead over the best baselines."""
    digits = data.test[: sizes.restored]
    truth = class_truth(digits, data.classifier)
    shares, leads = {}, []
    for mask in (*MASKS, *LITTLE_SEEN):
        filled = _filled(model, data.train, digits, mask, seed)
        completions = filled.ours.samples, filled.nearest
        shares[mask.name] = ClassShares(*(class_shares(each, data.classifier) for each in completions))
        if mask in MASKS:
            error = _error_row(filled)
            leads.append(100 * (1 - error.ours / min(each.figure for each in error.baselines)))
            yield error
            yield _log_loss_row(filled)
            yield class_row(mask.name, shares[mask.name], truth, COUNTS)
    text = f"error below that of the best baseline of each case, mean over the {len(leads)} cases"
    yield Row(JOB, "mean lead", text, "%", "higher", float(np.mean(leads)), len(digits), (), 5)
    for case, each in shares.items():
        yield brier_row(case, each, truth, COUNTS)
    yield from reliability_rows(shares, truth, COUNTS)


def _filled(model: vae.VAE, train: Tensor, digits: Tensor, mask: Mask, seed: int) -> Filled:
    observed = mask.observed(len(digits), seed)
    ours = vae.impute(model, digits, observed, n_samples=N_COMPLETIONS, seed=seed)
    many = nearest_completions(train, digits, observed, k=N_COMPLETIONS)
    return Filled(mask.name, digits, observed, ours, many[:N_NEIGHBOURS], many)


def _error_row(filled: Filled) -> Row:
    digits, observed = filled.digits, filled.observed
    means = {
        name: torch.stack([fill(x, known) for x, known in zip(digits, observed, strict=True)])
        for name, fill in classical.INPAINTERS.items()
    }
    means[NEIGHBOURS] = filled.nearest.mean(dim=0)
    ours = rmse(filled.ours.mean, digits, observed)
    others = {name: rmse(mean, digits, observed) for name, mean in means.items()}
    text, goal = "root mean squared error on the hidden pixels of the mean completion", min(others.values())
    return Row(JOB, filled.case, text, "RMSE", "lower", ours, len(digits), measured(others), goal)


def _log_loss_row(filled: Filled) -> Row:
    text = (
        f"negative log score of the true hidden pixels under {N_COMPLETIONS} completions: a pixel's chance "
        "of ink is their mean with half a white and half a black one added, as it is for the baselines' "
        "digits"
    )
    digits, observed = filled.digits, filled.observed
    ours = log_loss(filled.ours.samples, digits, observed)
    nearest = {NEIGHBOURS: filled.nearest, AS_MANY: filled.as_many}
    others = {name: log_loss(completions, digits, observed) for name, completions in nearest.items()}
    case, unit, goal = f"{filled.case}, log score", "nats a pixel", min(others.values())
    return Row(JOB, case, text, unit, "lower", ours, len(digits), measured(others), goal)
