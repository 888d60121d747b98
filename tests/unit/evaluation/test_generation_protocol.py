"""Generation is measured as its rows say: with samples whose distance and names are known."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

import vae
from vae.evaluation import generation_protocol
from vae.evaluation.classifier import Classifier
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.generation_protocol import generation
from vae.evaluation.scores import Baseline

N = 4
SIZES = Sizes(generated=N)
SURENESS = torch.tensor([0.99, 0.95, 0.91, 0.5])


class ByPixels(Classifier):
    """The first pixel is both features; the second is how sure it is, the third the class in ninths."""

    def features(self, x: Tensor) -> Tensor:
        return x[:, 0, 0, [0, 0]]

    def name(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return (9 * x[:, 0, 0, 2]).round().long(), x[:, 0, 0, 1]


def pictures(n: int, *, feature: float = 0.0, sure: Tensor | float = 0.0) -> Tensor:
    x = torch.zeros(n, 1, 28, 28)
    x[:, 0, 0, 0], x[:, 0, 0, 1] = feature, sure
    return x


def test_samples_and_the_map_are_measured(
    few: EvaluationData, model: vae.VAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sample(model: vae.VAE, n: int, *, seed: int) -> Tensor:
        if seed == 2:
            return pictures(n, sure=SURENESS)
        return pictures(n, feature=0.5 + 0.1 * (seed - 9))  # of the seeds 10 to 14: 1 to 5 tenths away

    def latent_grid(model: vae.VAE, n_side: int) -> Tensor:
        tiles = torch.zeros(n_side, n_side, 28, 28)
        tiles[:5, :, 0, 1], tiles[5:8, :, 0, 1] = 0.9, 0.89
        tiles[:2, :, 0, 2], tiles[2:4, :, 0, 2], tiles[5:8, :, 0, 2] = 1 / 9, 2 / 9, 3 / 9
        return tiles

    monkeypatch.setattr(vae, "sample", sample)
    monkeypatch.setattr(vae, "latent_grid", latent_grid)
    plain = {"frechet_ratio": (Baseline("plain", 3.0),), "sure_share": (Baseline("plain", 0.7),)}
    monkeypatch.setattr(generation_protocol, "plain_baseline", plain.__getitem__)
    test = pictures(10, feature=0.5, sure=torch.tensor([0.95] * 9 + [0.8]))
    train = pictures(20, feature=0.6).flatten(1)  # a tenth away
    data = replace(few, test=test, train=train, classifier=ByPixels())
    frechet, sure, on_map = generation(model, data, SIZES, 2)
    assert frechet.ours == pytest.approx((1 + 4 + 9 + 16 + 25) / 5, rel=1e-4)
    assert (frechet.better, frechet.n, frechet.goal) == ("lower", N, 1.3)
    assert frechet.baselines == plain["frechet_ratio"]
    assert sure.ours == 0.75 and "of test digits 0.900" in sure.protocol
    assert (sure.better, sure.n, sure.goal) == ("higher", N, 0.92)
    assert sure.baselines == plain["sure_share"]
    assert on_map.ours == 3  # classes 0, 1 and 2; of class 3 it is not sure enough
    assert (on_map.better, on_map.n, on_map.goal, on_map.baselines) == ("higher", 400, 10, ())
