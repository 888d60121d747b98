"""The classes of completions: how often the right one, and whether their shares can be trusted."""

import itertools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from vae.evaluation.classifier import Classifier
from vae.evaluation.scores import Point, Row, measured
from vae.metrics import brier_score, reliability

JOB, N_CLASSES = "Imputation", 10
EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # of the bins of shares in which reliability is measured


class ClassShares(NamedTuple):
    """The share of each class among a digit's completions, (B, N_CLASSES)."""

    ours: Tensor
    nearest: Tensor  # of the baseline's training digits


class Counts(NamedTuple):
    """How many completions of a digit there are, and the baseline that they are compared with."""

    ours: int
    nearest: int
    baseline: str


def class_truth(digits: Tensor, classifier: Classifier) -> Tensor:
    """1 for the class that the classifier gives to the true digit, else 0: float64 (B, N_CLASSES)."""
    return one_hot(classifier.name(digits)[0], N_CLASSES).double()


def class_shares(completions: Tensor, classifier: Classifier) -> Tensor:
    """The share of each class among completions (S, B, 1, 28, 28): float64 (B, N_CLASSES)."""
    named = classifier.name(completions.flatten(0, 1))[0].unflatten(0, completions.shape[:2])
    return one_hot(named, N_CLASSES).double().mean(dim=0)


def class_row(case: str, shares: ClassShares, truth: Tensor, counts: Counts) -> Row:
    """The share of completions that are of the right class."""
    text = (
        f"share of {counts.ours} completions that a classifier, trained for the evaluation alone, names as "
        f"it names the true digit; of the baseline's {counts.nearest} digits in the hidden part"
    )
    ours, nearest = ((each * truth).sum(dim=1).mean().item() for each in shares)
    baselines = measured({counts.baseline: nearest})
    return Row(JOB, f"{case}, class", text, "share", "higher", ours, len(truth), baselines, nearest)


def brier_row(case: str, shares: ClassShares, truth: Tensor, counts: Counts) -> Row:
    """How far the shares of the classes are from the truth."""
    text = (
        "Brier score, the squared distance between the shares of the ten classes among completions and the "
        f"truth, mean over digits; of {counts.ours} completions and of the baseline's {counts.nearest} digits"
    )
    ours, nearest = (brier_score(each, truth) for each in shares)
    baselines = measured({counts.baseline: nearest})
    return Row(JOB, f"{case}, Brier", text, "Brier score", "lower", ours, len(truth), baselines, nearest)


def reliability_rows(shares_of: Mapping[str, ClassShares], truth: Tensor, counts: Counts) -> Iterator[Row]:
    """Whether a class that is so large a share of the completions is right so often, over all masks."""
    text = (
        "where a class is such a share of a digit's completions: how far its mean share lies from how often "
        f"it is right, the {len(shares_of)} ways to hide together; n counts digits and classes"
    )
    ours, nearest = (torch.cat(each) for each in zip(*shares_of.values(), strict=True))
    right = truth.repeat(len(shares_of), 1)
    for low, high in itertools.pairwise(EDGES):
        found, its = (reliability(each, right, low, high) for each in (ours, nearest))
        if found is not None:
            case = f"named with {low:.0%} to {high:.0%}"
            baselines = () if its is None else measured({counts.baseline: its.gap})
            point = Point(found.predicted, found.right)
            yield Row(JOB, case, text, "share", "lower", found.gap, found.n, baselines, 0.1, point)
