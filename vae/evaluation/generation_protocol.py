"""How generation is measured: by how much the evaluation's classifier takes samples for digits."""

from collections.abc import Iterator

import torch
from torch import Tensor

import vae
from vae.evaluation.classifier import SURE, Classifier
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.scores import Row
from vae.evaluation.sharing_cost import plain_baseline
from vae.metrics import frechet_distance

JOB = "Generation"
MAP_SIDE = 20
N_DRAWN = 5  # times that samples and training digits are drawn anew for the Fréchet distance


def generation(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """How much samples look like digits, and how many classes the map of two numbers shows."""
    yield _frechet_row(model, data, sizes.generated, seed)
    yield _sure_row(model, data, sizes.generated, seed)
    yield _map_row(model, data.classifier)


def _frechet_row(model: vae.VAE, data: EvaluationData, n: int, seed: int) -> Row:
    text = (
        f"Fréchet distance of {n} samples to the test digits, in the features of a classifier trained for "
        f"the evaluation alone, over that of {n} training digits, each the mean of {N_DRAWN} draws"
    )
    case, ratio = "Fréchet distance over its floor", frechet_ratio(model, data, n, seed)
    return Row(JOB, case, text, "ratio", "lower", ratio, n, plain_baseline("frechet_ratio"), 1.3)


def _sure_row(model: vae.VAE, data: EvaluationData, n: int, seed: int) -> Row:
    text = (
        f"share of samples that the classifier is at least {SURE:.0%} sure of; "
        f"of test digits {sure_share(data.test, data.classifier):.3f}"
    )
    share = sure_share(vae.sample(model, n, seed=seed), data.classifier)
    return Row(JOB, "sure of a class", text, "share", "higher", share, n, plain_baseline("sure_share"), 0.92)


def _map_row(model: vae.VAE, classifier: Classifier) -> Row:
    text = (
        f"classes that the classifier is at least {SURE:.0%} sure of on the {MAP_SIDE} × {MAP_SIDE} map of "
        "two numbers, all others at their median"
    )
    tiles = vae.latent_grid(model, MAP_SIDE).flatten(0, 1)[:, None]
    label, probability = classifier.name(tiles)
    n_classes = len(label[probability >= SURE].unique())
    return Row(JOB, "classes on the map", text, "classes", "higher", n_classes, len(tiles), (), 10)


def frechet_ratio(model: vae.VAE, data: EvaluationData, n: int, seed: int) -> float:
    """Fréchet distance of n samples to the test digits over that of n training digits, over several draws."""
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
