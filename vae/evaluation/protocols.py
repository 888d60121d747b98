"""How density, compression and restoration are measured beside their baselines."""

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

import vae
from vae.baselines import classical
from vae.baselines.nearest_neighbours import nearest_completions, weighted_digits
from vae.evaluation.evaluation_data import EvaluationData, Sizes, hide
from vae.evaluation.scores import Baseline, Row, measured
from vae.metrics import brier_score, log_loss, mean_psnr, reliability_gap, rmse
from vae.posterior.inference import encoder_bound
from vae.training.data import binarize

DENOISING = [
    *(vae.Noise("gaussian", level) for level in (0.1, 0.25, 0.5, 1.0)),
    *(vae.Noise("uniform", level) for level in (0.05, 0.1, 0.25, 0.5)),
]
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # of completions, between which reliability is measured
HIDDEN = ("top half", "left half", "centre 14 × 14", "random 50 %", "random 80 %", "random 90 %")
CODE_BYTES = (4, 8, 16, 32, 64)
N_CLASSES = 10
LITTLE_SEEN = ("random 95 %", "random 98 %")
N_COMPLETIONS, N_NEIGHBOURS = 64, 20
NEIGHBOURS, AS_MANY = (f"{k} nearest training digits" for k in (N_NEIGHBOURS, N_COMPLETIONS))
WEIGHTED = "Training digits weighted by likelihood"


def density(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Importance-weighted bound and ELBO on binarized digits."""
    x = binarize(data.test[: sizes.density], torch.Generator().manual_seed(seed))
    samples = sizes.density_samples
    weighted = f"importance-weighted bound, {samples} draws, test digits binarized at random"
    one_draw = "ELBO, one draw a digit, the same digits; the draws come from"
    published = (
        Baseline("IWAE, one layer", 84.78, "published"),
        Baseline("IWAE, two layers", 82.9, "published"),
        Baseline("LVAE, three layers", 79.24, "published"),
    )
    plain = (Baseline("VAE, N(0, I) prior, convolutional", 84.6, "published"),)
    maps = (
        Baseline("browser explainer's 2-d VAE", 144.8, "measured before"),
        Baseline("best 2-d VAE", 132.5, "published"),
    )

    def row(case: str, text: str, nll_nats: Tensor, others: tuple[Baseline, ...], goal: float) -> Row:
        return Row("Density", case, text, "nats", "lower", nll_nats.mean().item(), len(x), others, goal)

    whole = -vae.log_likelihood(model, x, n_samples=samples, seed=seed)
    yield row("whole code", weighted, whole, published, 82)
    fitted = -vae.log_likelihood(model, x, n_samples=1, seed=seed)
    yield row("ELBO, whole code", f"{one_draw} a Gaussian fitted to each digit", fitted, plain, 85)
    guessed = -encoder_bound(model, x, n_samples=1, seed=seed)
    yield row("ELBO, encoder alone", f"{one_draw} the encoder's Gaussian", guessed, plain, 85)
    two = -vae.log_likelihood(model, x, n_dims=2, n_samples=samples, seed=seed)
    yield row("2 dimensions", weighted, two, maps, 138)


def compression(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """PSNR at a number of bytes; a baseline that cannot write every digit in so few is left out."""
    digits = data.test[: sizes.coded]
    points = [{name: codec(digit) for name, codec in classical.COMPRESSORS.items()} for digit in digits]
    text = (
        "mean PSNR of a digit's code of at most so many bytes, all overhead counted; PCA: ideal entropy coder"
    )
    for n_bytes in CODE_BYTES:
        decoded = [vae.decompress(model, vae.compress(model, x, n_bytes=n_bytes)) for x in digits]
        ours = mean_psnr(decoded, digits)
        others = {}
        for name in classical.COMPRESSORS:
            fitting = [[image for size, image in point[name] if size <= n_bytes] for point in points]
            if all(fitting):
                best = [max(vae.psnr(image, x) for image in f) for f, x in zip(fitting, digits, strict=True)]
                others[name] = float(np.mean(best))
        goal = others["PCA"] + (2 if n_bytes <= 8 else 0) if "PCA" in others else None
        yield Row(
            "Compression",
            f"{n_bytes} bytes",
            text,
            "dB",
            "higher",
            ours,
            len(digits),
            measured(others),
            goal,
        )


def lossless(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Bytes of a black-and-white digit, each coded alone and decoded again."""
    digits = data.test[: sizes.coded]
    text = "mean bytes of one digit coded alone, all overhead counted, each decoded and compared"
    at_random = binarize(digits, torch.Generator().manual_seed(seed))
    chained = Baseline("BB-ANS, chained over the data set", 19.0, "published")
    cases = {
        "binarized at random": (at_random, (chained,), 19),
        "thresholded at one half": ((digits > 0.5).float(), (), 15),
    }
    for case, (inks, published, goal) in cases.items():
        ours = float(np.mean([_checked_ink_bytes(model, ink) for ink in inks]))
        sizes_of = [classical.lossless_sizes(ink) for ink in inks]
        others = {name: float(np.mean([size[name] for size in sizes_of])) for name in sizes_of[0]}
        baselines = (*measured(others), *published)
        yield Row("Lossless ink", case, text, "bytes", "lower", ours, len(inks), baselines, goal)


def _checked_ink_bytes(model: vae.VAE, ink: Tensor) -> int:
    code = vae.compress_ink(model, ink)
    if not torch.equal(vae.decompress_ink(model, code), ink):
        raise AssertionError("a lossless code did not decode to its digit")
    return len(code)


def denoising(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """PSNR after denoising, told the noise and not told, who keeps the class, and the mean lead in PSNR."""
    digits = data.test[: sizes.restored]
    text = "mean PSNR; the baselines are told kind and level of the noise too"
    blind_text = "mean PSNR; the baselines are told kind and level of the noise, the model is not"
    leads = []
    for noise in DENOISING:
        noisy = vae.corrupt(digits, noise, seed=seed)
        cleaned = {
            name: torch.stack([method(picture, noise) for picture in noisy])
            for name, method in classical.DENOISERS.items()
        }
        cleaned[WEIGHTED] = weighted_digits(data.train, noisy, noise)
        others = {name: mean_psnr(images, digits) for name, images in cleaned.items()}
        best = max(others.values())
        ours = vae.denoise(model, noisy, noise, seed=seed)
        told = mean_psnr(ours, digits)
        blind = mean_psnr(vae.denoise(model, noisy, None, seed=seed), digits)
        leads.append(told - best)
        case = f"{noise.kind} {noise.level:g}"
        yield Row("Denoising", case, text, "dB", "higher", told, len(digits), measured(others), best)
        yield Row(
            "Denoising",
            f"{case}, blind",
            blind_text,
            "dB",
            "higher",
            blind,
            len(digits),
            measured(others),
            told - 0.7,
        )
        yield _kept_row(case, ours, cleaned, digits, data)
    text = f"PSNR above that of the best baseline of each case, mean over the {len(leads)} cases"
    yield Row("Denoising", "mean lead", text, "dB", "higher", float(np.mean(leads)), len(digits), (), 4)


def _kept_row(
    case: str, ours: Tensor, cleaned: dict[str, Tensor], digits: Tensor, data: EvaluationData
) -> Row:
    text = (
        "share of cleaned digits that a classifier, trained for the evaluation alone, names as it names the "
        "clean digit; the baselines are told kind and level of the noise too"
    )
    names = data.classifier.name(digits)[0]

    def share(images: Tensor) -> float:
        return (data.classifier.name(images)[0] == names).float().mean().item()

    others = {name: share(images) for name, images in cleaned.items()}
    best, case = max(others.values()), f"{case}, class"
    return Row("Denoising", case, text, "share", "higher", share(ours), len(digits), measured(others), best)


def imputation(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Error, log score and classes of what is filled in, and the mean lead over the best baselines."""
    digits = data.test[: sizes.restored]
    truth = one_hot(data.classifier.name(digits)[0], N_CLASSES).double()
    leads, shares = [], {}
    for case in (*HIDDEN, *LITTLE_SEEN):
        observed = hide(case, len(digits), seed)
        filled = vae.impute(model, digits, observed, n_samples=N_COMPLETIONS, seed=seed)
        many = nearest_completions(data.train, digits, observed, k=N_COMPLETIONS)
        nearest = many[:N_NEIGHBOURS]
        shares[case] = ClassShares(*(_class_shares(each, data) for each in (filled.samples, nearest)))
        if case not in HIDDEN:
            continue
        others = {name: _inpainted(fill, digits, observed) for name, fill in classical.INPAINTERS.items()}
        error = {name: rmse(images, digits, observed) for name, images in others.items()}
        error[NEIGHBOURS] = rmse(nearest.mean(dim=0), digits, observed)
        ours, best = rmse(filled.mean, digits, observed), min(error.values())
        leads.append(100 * (1 - ours / best))
        text = "root mean squared error on the hidden pixels of the mean completion"
        yield Row("Imputation", case, text, "RMSE", "lower", ours, len(digits), measured(error), best)
        yield _log_loss_row(case, filled.samples, {NEIGHBOURS: nearest, AS_MANY: many}, digits, observed)
        yield _class_row(case, shares[case], truth)
    text = f"error below that of the best baseline of each case, mean over the {len(leads)} cases"
    yield Row("Imputation", "mean lead", text, "%", "higher", float(np.mean(leads)), len(digits), (), 5)
    yield from _reliability(shares, truth)


def _inpainted(fill: Callable[[Tensor, Tensor], Tensor], digits: Tensor, observed: Tensor) -> Tensor:
    return torch.stack([fill(x, o) for x, o in zip(digits, observed, strict=True)])


def _log_loss_row(
    case: str, ours: Tensor, nearest: dict[str, Tensor], digits: Tensor, observed: Tensor
) -> Row:
    text = (
        f"negative log score of the true hidden pixels under {len(ours)} completions: a pixel's chance of "
        "ink is their mean with half a white and half a black one added, as it is for the baselines' digits"
    )
    figure = log_loss(ours, digits, observed)
    others = {name: log_loss(completions, digits, observed) for name, completions in nearest.items()}
    best, unit = min(others.values()), "nats a pixel"
    return Row(
        "Imputation",
        f"{case}, log score",
        text,
        unit,
        "lower",
        figure,
        len(digits),
        measured(others),
        best,
    )


class ClassShares(NamedTuple):
    """The share of each class, as a classifier names them, among a digit's completions: (B, N_CLASSES)."""

    ours: Tensor
    nearest: Tensor  # of the baseline's training digits


def _class_shares(completions: Tensor, data: EvaluationData) -> Tensor:
    named = data.classifier.name(completions.flatten(0, 1))[0].unflatten(0, completions.shape[:2])
    return one_hot(named, N_CLASSES).double().mean(dim=0)


def _class_row(case: str, shares: ClassShares, truth: Tensor) -> Row:
    text = (
        f"share of {N_COMPLETIONS} completions that a classifier, trained for the evaluation alone, names as "
        f"it names the true digit; of the baseline's {N_NEIGHBOURS} digits in the hidden part"
    )
    figure, other = ((each * truth).sum(dim=1).mean().item() for each in shares)
    baseline = measured({NEIGHBOURS: other})
    return Row("Imputation", f"{case}, class", text, "share", "higher", figure, len(truth), baseline, other)


def _reliability(shares: dict[str, ClassShares], truth: Tensor) -> Iterator[Row]:
    """Whether a class that is so large a share of the completions is right so often."""
    text = (
        "Brier score, the squared distance between the shares of the ten classes among completions and the "
        f"truth, mean over digits; of {N_COMPLETIONS} completions and of the baseline's {N_NEIGHBOURS} digits"
    )
    for case, each in shares.items():
        figure, other = (brier_score(share, truth) for share in each)
        baseline, n = measured({NEIGHBOURS: other}), len(truth)
        yield Row("Imputation", f"{case}, Brier", text, "Brier score", "lower", figure, n, baseline, other)
    text = (
        "where a class is such a share of a digit's completions: how far its mean share lies from how often "
        f"it is right, the {len(shares)} ways to hide together; n counts digits and classes"
    )
    named, nearest = (torch.cat(each) for each in zip(*shares.values(), strict=True))
    right = truth.repeat(len(shares), 1)
    for low, high in itertools.pairwise(SHARES):
        ours, its = (reliability_gap(each, right, low, high) for each in (named, nearest))
        if ours.n:
            case, baseline = f"named with {low:.0%} to {high:.0%}", measured({NEIGHBOURS: its.gap})
            yield Row("Imputation", case, text, "share", "lower", ours.gap, ours.n, baseline, 0.1)


@torch.inference_mode()
def reconstruct(model: vae.VAE, x: Tensor) -> Tensor:
    """What the mean code of each image decodes to, (B, 1, 28, 28)."""
    return torch.sigmoid(model.decode(model.encode(x).mean))
