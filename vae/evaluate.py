"""Measure the shipped model against its rivals on test digits: `python -m vae.evaluate --help`."""

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
import tyro
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from torch import Tensor
from tqdm import tqdm

import vae
from vae import rivals
from vae.checkpoint import WEIGHTS, load_model
from vae.data import as_images, binarize, default_root, load_mnist, training_digits
from vae.neighbours import knn_distance, knn_impute, weighted_digits
from vae.report import score_table, write_reports
from vae.train import commit

DENOISING = [
    *(vae.Noise("gaussian", level) for level in (0.1, 0.25, 0.5, 1.0)),
    *(vae.Noise("uniform", level) for level in (0.05, 0.1, 0.25, 0.5)),
]
HIDDEN = ("top half", "left half", "centre 14 × 14", "random 50 %", "random 80 %", "random 90 %")
CODE_BYTES = (4, 8, 16, 32, 64)
ASYMMETRIC = (2, 3, 4, 5, 6, 7, 9)


@dataclass(frozen=True)
class Options:
    """Measure all five jobs beside their rivals on test digits; write scores, model card, README's table."""

    data: Path = default_root()
    """Folder that holds MNIST/raw, and ood/ with strangers if any. Default: $MNIST_ROOT, else ./data."""
    quick: bool = False
    """A rehearsal in two minutes with a twentieth of the digits and draws; it prints and writes nothing."""
    seed: int = 0
    """Of every random choice."""


@dataclass(frozen=True)
class Sizes:
    """How much of everything is measured."""

    density: int = 1000
    density_samples: int = 500
    coded: int = 100
    restored: int = 200
    judged: int = 2000


QUICK = Sizes(density=50, density_samples=25, coded=5, restored=10, judged=100)


@dataclass(frozen=True)
class Material:
    """The pictures that figures are measured on."""

    test: Tensor  # (N, 1, 28, 28), digits that nothing was trained or chosen on
    train: Tensor  # (M, 784), training digits, for rivals alone
    labels: Tensor  # (N,), classes of the test digits
    strangers: dict[str, Tensor]  # name -> (B, 1, 28, 28)


@dataclass(frozen=True)
class Row:
    """One figure beside its rivals'."""

    job: str
    case: str
    protocol: str
    unit: str
    better: str  # "higher" or "lower"
    ours: float
    n: int  # pictures behind the figure
    rivals: dict[str, float] = field(default_factory=dict)
    goal: float | None = None


Job = Callable[[vae.VAE, Material, Sizes, int], Iterator[Row]]


def density(model: vae.VAE, material: Material, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Importance-weighted bound and ELBO on binarized digits."""
    x = binarize(material.test[: sizes.density], torch.Generator().manual_seed(seed))
    samples = sizes.density_samples
    text = f"importance-weighted bound, {samples} draws, test digits binarized at random"
    published = {"IWAE, one layer (published)": 84.78, "IWAE, two layers (published)": 82.9}

    def nats(n_dims: int | None, n_samples: int) -> float:
        return -vae.log_likelihood(model, x, n_dims=n_dims, n_samples=n_samples, seed=seed).mean().item()

    k = model.config.latent_dim
    yield Row("Density", f"{k} dimensions", text, "nats", "lower", nats(None, samples), len(x), published, 82)
    rival = {"VAE, N(0, I) prior, convolutional (published)": 84.6}
    text_elbo = "ELBO, one draw a digit, the same digits"
    yield Row(
        "Density", f"ELBO, {k} dimensions", text_elbo, "nats", "lower", nats(None, 1), len(x), rival, 85
    )
    rivals_2d = {"browser explainer's 2-d VAE (measured before)": 144.8, "best 2-d VAE (published)": 132.5}
    yield Row("Density", "2 dimensions", text, "nats", "lower", nats(2, samples), len(x), rivals_2d, 138)


def compression(model: vae.VAE, material: Material, sizes: Sizes, seed: int) -> Iterator[Row]:
    """PSNR at a number of bytes; a rival that cannot make a file so small scores as a mean digit does."""
    digits = material.test[: sizes.coded]
    points = [{name: codec(digit) for name, codec in rivals.COMPRESSORS.items()} for digit in digits]
    text = (
        "mean PSNR of a digit's code of at most so many bytes, all overhead counted; PCA: ideal entropy coder"
    )
    for n_bytes in CODE_BYTES:
        decoded = [vae.decompress(model, vae.compress(model, x, n_bytes=n_bytes)) for x in digits]
        ours = _mean_psnr(decoded, digits)
        others = {}
        for name in rivals.COMPRESSORS:
            fitting = [[image for size, image in point[name] if size <= n_bytes] for point in points]
            if all(fitting):
                best = [max(vae.psnr(image, x) for image in f) for f, x in zip(fitting, digits, strict=True)]
                others[name] = float(np.mean(best))
        goal = others["PCA"] + (2 if n_bytes <= 8 else 0)
        yield Row("Compression", f"{n_bytes} bytes", text, "dB", "higher", ours, len(digits), others, goal)


def lossless(model: vae.VAE, material: Material, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Bytes of a black-and-white digit, each coded alone and decoded again."""
    digits = material.test[: sizes.coded]
    text = "mean bytes of one digit coded alone, all overhead counted, each decoded and compared"
    cases = {
        "binarized at random": (binarize(digits, torch.Generator().manual_seed(seed)), 19),
        "thresholded at one half": ((digits > 0.5).float(), 15),
    }
    for case, (inks, goal) in cases.items():
        ours = float(np.mean([_checked_ink_bytes(model, ink) for ink in inks]))
        sizes_of = [rivals.lossless_sizes(ink) for ink in inks]
        others = {name: float(np.mean([size[name] for size in sizes_of])) for name in sizes_of[0]}
        if case == "binarized at random":
            others["BB-ANS, chained over the data set (published)"] = 19.0
        yield Row("Lossless ink", case, text, "bytes", "lower", ours, len(inks), others, goal)


def _checked_ink_bytes(model: vae.VAE, ink: Tensor) -> int:
    code = vae.compress_ink(model, ink)
    if not torch.equal(vae.decompress_ink(model, code), ink):
        raise AssertionError("a lossless code did not decode to its digit")
    return len(code)


def denoising(model: vae.VAE, material: Material, sizes: Sizes, seed: int) -> Iterator[Row]:
    """PSNR after denoising, told the noise and not told."""
    digits = material.test[: sizes.restored]
    text = "mean PSNR; the rivals are told kind and level of the noise too"
    for noise in DENOISING:
        noisy = vae.corrupt(digits, noise, seed=seed)
        others = {
            name: _mean_psnr([method(picture, noise) for picture in noisy], digits)
            for name, method in rivals.DENOISERS.items()
        }
        weighted = weighted_digits(material.train, noisy, noise)
        others["Training digits weighted by likelihood"] = _mean_psnr(weighted, digits)
        told = _mean_psnr(vae.denoise(model, noisy, noise, seed=seed), digits)
        blind = _mean_psnr(vae.denoise(model, noisy, None, seed=seed), digits)
        case = f"{noise.kind} {noise.level:g}"
        yield Row("Denoising", case, text, "dB", "higher", told, len(digits), others, max(others.values()))
        blind_text = "mean PSNR; the rivals are told kind and level of the noise, the model is not"
        yield Row(
            "Denoising", f"{case}, blind", blind_text, "dB", "higher", blind, len(digits), others, told - 0.7
        )


def imputation(model: vae.VAE, material: Material, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Root mean squared error on the hidden pixels."""
    digits = material.test[: sizes.restored]
    text = "root mean squared error on the hidden pixels of the mean completion"
    for case in HIDDEN:
        observed = hide(case, len(digits), seed)
        others = {
            name: _rmse(
                torch.stack([fill(x, o) for x, o in zip(digits, observed, strict=True)]), digits, observed
            )
            for name, fill in rivals.INPAINTERS.items()
        }
        others["20 nearest training digits"] = _rmse(
            knn_impute(material.train, digits, observed), digits, observed
        )
        ours = _rmse(vae.impute(model, digits, observed, seed=seed).mean, digits, observed)
        yield Row("Imputation", case, text, "RMSE", "lower", ours, len(digits), others, min(others.values()))


def hide(case: str, n: int, seed: int) -> Tensor:
    """The known pixels of one of the cases in HIDDEN, bool (n, 1, 28, 28)."""
    observed = torch.ones((n, 1, 28, 28), dtype=torch.bool)
    if case == "top half":
        observed[:, :, :14] = False
    elif case == "left half":
        observed[..., :14] = False
    elif case.startswith("centre"):
        observed[:, :, 7:21, 7:21] = False
    else:
        share = int(case.split()[1]) / 100
        observed = torch.rand(observed.shape, generator=torch.Generator().manual_seed(seed)) >= share
    return observed


def anomaly(model: vae.VAE, material: Material, sizes: Sizes, seed: int) -> Iterator[Row]:
    """AUROC of one fixed score against each kind of stranger; flagged test digits; degenerate pictures."""
    digits = material.test[: sizes.judged]
    scorers = _scorers(model, material.train, seed)
    scores = {name: score(digits) for name, score in scorers.items()}
    text = f"AUROC of one fixed score, {len(digits)} test digits against the strangers"
    goals = {"Fashion-MNIST": 0.999, "Omniglot letters": 0.998, "mirrored digits": 0.95}
    kept = torch.isin(material.labels[: sizes.judged], torch.tensor(ASYMMETRIC))
    strangers = material.strangers | {"mirrored digits": digits[kept].flip(3)}
    for case, pictures in strangers.items():
        pictures = pictures[: sizes.judged]
        found = {
            name: roc_auc_score(
                [0] * len(digits) + [1] * len(pictures), torch.cat([scores[name], score(pictures)])
            )
            for name, score in scorers.items()
        }
        ours = found.pop("ours")
        yield Row(
            "Anomaly detection", case, text, "AUROC", "higher", ours, len(pictures), found, goals.get(case)
        )
    flagged = (vae.anomaly_p_value(model, digits, seed=seed) <= 0.05).float().mean().item()
    text = "share of test digits with p at most 0.05; 0.05 is right"
    yield Row(
        "Anomaly detection", "false alarms at 5 %", text, "share", "lower", flagged, len(digits), {}, 0.06
    )
    worst = vae.anomaly_p_value(model, degenerate(seed), seed=seed).max().item()
    text = "highest p of blank, white, noise and a single pixel"
    yield Row("Anomaly detection", "degenerate pictures", text, "p", "lower", worst, 4, {}, 0.01)


def degenerate(seed: int) -> Tensor:
    """Blank, white, uniform noise and one single pixel, (4, 1, 28, 28)."""
    pictures = torch.zeros((4, 1, 28, 28))
    pictures[1] = 1
    pictures[2] = torch.rand((1, 28, 28), generator=torch.Generator().manual_seed(seed))
    pictures[3, 0, 14, 14] = 1
    return pictures


def _scorers(model: vae.VAE, train: Tensor, seed: int) -> dict[str, Callable[[Tensor], Tensor]]:
    """Our score and the rivals', each (B, 1, 28, 28) -> (B,), higher = stranger."""
    centre = train.mean(dim=0)
    _, _, basis = torch.pca_lowrank(train, q=40, niter=4)
    forest = IsolationForest(n_estimators=200, random_state=seed).fit(train[:10_000].numpy())

    def pca_error(x: Tensor) -> Tensor:
        centred = x.flatten(1) - centre
        return (centred - centred @ basis @ basis.T).square().sum(dim=1)

    @torch.inference_mode()
    def reconstruction_error(x: Tensor) -> Tensor:
        return (torch.sigmoid(model.decode(model.encode(x).mean)) - x).square().sum(dim=(1, 2, 3))

    return {
        "ours": lambda x: vae.anomaly_score(model, x, seed=seed),
        "Raw negative log-likelihood": lambda x: -vae.log_likelihood(model, x, seed=seed),
        "Reconstruction error": reconstruction_error,
        "PCA-40 error": pca_error,
        "Isolation forest": lambda x: torch.from_numpy(-forest.score_samples(x.flatten(1).numpy())),
        "Distance to nearest training digit": lambda x: knn_distance(train, x),
    }


def _mean_psnr(images: list[Tensor] | Tensor, truth: Tensor) -> float:
    return float(np.mean([vae.psnr(image, x) for image, x in zip(images, truth, strict=True)]))


def _rmse(images: Tensor, truth: Tensor, observed: Tensor) -> float:
    return (images - truth)[~observed].square().mean().sqrt().item()


JOBS = (density, compression, lossless, denoising, imputation, anomaly)
LONGEST_FIRST = (denoising, density, anomaly, imputation, compression, lossless)


def evaluate(options: Options) -> list[Row]:
    """All figures of the shipped model, each job in a process of its own, with a progress bar.

    Raises:
        ValueError: MNIST, the weights or their calibration are not there.
    """
    n_workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with ProcessPoolExecutor(n_workers, get_context("spawn")) as pool, tqdm(total=len(JOBS)) as bar:
        measured = {job: pool.submit(_measure, job, options) for job in LONGEST_FIRST}
        for future in as_completed(measured.values()):
            bar.set_description(f"{future.result()[0].job} done")
            bar.update()
    return [row for job in JOBS for row in measured[job].result()]


def _measure(job: Job, options: Options) -> list[Row]:
    """One job's figures, on one thread."""
    torch.set_num_threads(1)
    sizes = QUICK if options.quick else Sizes()
    return list(job(load_model(), read_material(options.data), sizes, options.seed))


def read_material(data: Path) -> Material:
    """Test digits, training digits, and the strangers under data/ood.

    Raises:
        ValueError: MNIST is not there.
    """
    test, labels = load_mnist(data, train=False)
    names = {"Fashion-MNIST": "fashion_mnist_900.npy", "Omniglot letters": "omniglot_2720.npy"}
    strangers = {
        name: as_images(torch.from_numpy(np.load(data / "ood" / file, allow_pickle=False)))
        for name, file in names.items()
        if (data / "ood" / file).is_file()
    }
    return Material(as_images(test), as_images(training_digits(data)).flatten(1), labels, strangers)


def main(options: Options) -> None:
    """Measure, print, and unless in a hurry write."""
    start, started_from = time.perf_counter(), commit()
    rows = evaluate(options)
    facts: dict[str, Any] = {
        "command": "python -m vae.evaluate " + shlex.join(sys.argv[1:]),
        "commit": started_from,
        "date": date.today().isoformat(),
        "seed": options.seed,
        "quick": options.quick,
        "minutes": round((time.perf_counter() - start) / 60, 1),
        "rows": [asdict(row) for row in rows],
    }
    print(score_table(facts["rows"]))
    if not options.quick:
        text = json.dumps(facts, indent=1, ensure_ascii=False)
        (WEIGHTS / "scores.json").write_text(text + "\n", encoding="utf-8")
        write_reports(WEIGHTS, WEIGHTS.parent / "README.md")


if __name__ == "__main__":
    try:
        main(tyro.cli(Options))
    except ValueError as error:
        sys.exit(f"vae.evaluate: {error}")
