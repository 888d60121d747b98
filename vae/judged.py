"""How generation and handwriting are measured: by the evaluation's own classifier, and by likelihood."""

from collections.abc import Iterator

import torch
from torch import Tensor

import vae
from vae.classifier import SURE, Classifier
from vae.material import Material, Row, Sizes, Strokes, draw
from vae.metrics import frechet_distance
from vae.prices import plain_rival
from vae.protocols import reconstruct

PENS = (8, 12, 16, 24)  # pixels of a canvas of 280
STROKE_PENS = ("thin", "medium", "thick")
IN_VIEW = "the score's formula was chosen partly by flags on pen digits, those of these writers among them"
SHIFT, SHRUNK = 45, 0.5  # pixels; factor
MAP_SIDE = 20
N_DRAWN = 5  # times that samples and training digits are drawn anew for the Fréchet distance


def generation(model: vae.VAE, material: Material, sizes: Sizes, seed: int) -> Iterator[Row]:
    """How much samples look like digits, and how many classes the map of two numbers shows."""
    n = sizes.generated
    job, classifier = "Generation", material.classifier
    text = (
        f"Fréchet distance of {n} samples to the test digits, in the features of a classifier trained for "
        f"the evaluation alone, over that of {n} training digits, each the mean of {N_DRAWN} draws"
    )
    ratio = frechet_ratio(model, material, n, seed)
    yield Row(
        job,
        "Fréchet distance over its floor",
        text,
        "ratio",
        "lower",
        ratio,
        n,
        plain_rival("frechet_ratio"),
        1.3,
    )
    text = (
        f"share of samples that the classifier is at least {SURE:.0%} sure of; "
        f"of test digits {sure_share(material.test, classifier):.3f}"
    )
    share = sure_share(vae.sample(model, n, seed=seed), classifier)
    yield Row(job, "sure of a class", text, "share", "higher", share, n, plain_rival("sure_share"), 0.92)
    text = (
        f"classes that the classifier is at least {SURE:.0%} sure of on the {MAP_SIDE} × {MAP_SIDE} map of "
        "two numbers, all others at their median"
    )
    tiles = vae.latent_grid(model, MAP_SIDE).flatten(0, 1)[:, None]
    label, sure = classifier.name(tiles)
    classes = len(label[sure >= SURE].unique())
    yield Row(job, "classes on the map", text, "classes", "higher", classes, len(tiles), {}, 10)


def frechet_ratio(model: vae.VAE, material: Material, n: int, seed: int) -> float:
    """Frechet distance of n samples to the test digits over that of n training digits, over several draws."""
    features, generator = material.classifier.features, torch.Generator().manual_seed(seed)
    test = features(material.test)
    samples = training = 0.0
    for i in range(N_DRAWN):
        chosen = torch.randperm(len(material.train), generator=generator)[:n]
        training += frechet_distance(features(material.train[chosen].view(-1, 1, 28, 28)), test)
        samples += frechet_distance(features(vae.sample(model, n, seed=N_DRAWN * seed + i)), test)
    return samples / training


def sure_share(images: Tensor, classifier: Classifier) -> float:
    """Share of images (N, 1, 28, 28) that the classifier is sure of."""
    return (classifier.name(images)[1] >= SURE).float().mean().item()


def handwriting(model: vae.VAE, material: Material, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Strokes of writers on whom the framing was not chosen, drawn as on the pages, beside test digits."""
    if not material.strokes:
        return
    step = max(1, len(material.strokes) // sizes.drawn)
    strokes = material.strokes[::step][: sizes.drawn]
    n, job = len(strokes), "Handwriting"
    test_nats = _nats(model, material.test[: sizes.density], seed)
    changes: dict[str, list[Tensor]] = {f"moved by {SHIFT} pixels": [], "at half size": []}
    for pen in PENS:
        framed = _framed(strokes, pen)
        text = "nats of drawn digits, as grey pictures, less those of test digits, 64 draws"
        more = _nats(model, framed, seed) - test_nats
        yield Row(job, f"{pen}-pixel pen, nats", text, "nats", "lower", more, n, {}, 4)
        text = f"share of drawn digits with p at most 0.05; {IN_VIEW}"
        flagged = (vae.anomaly_p_value(model, framed, seed=seed) <= 0.05).float().mean().item()
        yield Row(job, f"{pen}-pixel pen, flagged", text, "share", "lower", flagged, n, {}, 0.08)
        text = "share whose reconstruction the classifier names as it names the framed drawing"
        names = [material.classifier.name(x)[0] for x in (framed, reconstruct(model, framed))]
        kept = (names[0] == names[1]).float().mean().item()
        yield Row(job, f"{pen}-pixel pen, class", text, "share", "higher", kept, n, {}, 0.95)
        variants = _framed(strokes, pen, shift=SHIFT), _framed(strokes, pen, scale=SHRUNK)
        for change, variant in zip(changes.values(), variants, strict=True):
            change.append((variant - framed).abs().mean())
    for width in STROKE_PENS:
        framed = torch.stack([vae.frame_strokes(each, pen=width) for each in strokes])
        flagged = (vae.anomaly_p_value(model, framed, seed=seed) <= 0.05).float().mean().item()
        text = f"share of digits with p at most 0.05, framed from their strokes as the app does; {IN_VIEW}"
        yield Row(job, f"strokes, {width} pen, flagged", text, "share", "lower", flagged, n, {}, 0.06)
    text = f"mean change of a pixel of the framed 28 × 28, over pens of {', '.join(map(str, PENS))} pixels"
    for case, change in changes.items():
        mean = torch.stack(change).mean().item()
        yield Row(job, case, text, "grey", "lower", mean, n * len(PENS), {}, 0.02)


def _framed(strokes: list[Strokes], pen: int, *, scale: float = 1, shift: float = 0) -> Tensor:
    return torch.stack([vae.frame_drawing(draw(each, pen, scale=scale, shift=shift)) for each in strokes])


def _nats(model: vae.VAE, x: Tensor, seed: int) -> float:
    return -vae.log_likelihood(model, x, seed=seed).mean().item()
