"""What the tests of the protocols share: a few digits that are named by the brightness of one pixel."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from vae.evaluation.classifier import Classifier
from vae.evaluation.evaluation_data import EvaluationData

N = 6  # test digits


class ByBrightness(Classifier):
    """Names an image by how bright its bottom right corner is, in ninths."""

    def name(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return (9 * x[:, 0, -1, -1]).round().long(), torch.ones(len(x))


@pytest.fixture(scope="session")
def few(digits: Tensor) -> EvaluationData:
    """Gallery digits that take the ten names in turn; the first N of them are the test digits."""
    images = digits.clone()
    images[:, 0, -1, -1] = torch.arange(len(digits)) % 10 / 9
    return EvaluationData(
        images[:N],
        images[N:].flatten(1),
        torch.zeros(N),
        torch.arange(N),
        {},
        Path("nowhere"),
        [],
        ByBrightness(),
    )
