"""How denoising is measured: closeness to the clean digit, and who keeps its class, beside filters."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

import vae
from vae.baselines import classical
from vae.baselines.nearest_neighbours import weighted_digits
from vae.evaluation.classifier import Classifier
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.scores import Row, measured
from vae.metrics import mean_psnr

JOB = "Denoising"
NOISES = (
    *(vae.Noise("gaussian", level) for level in (0.1, 0.25, 0.5, 1.0)),
    *(vae.Noise("uniform", level) for level in (0.05, 0.1, 0.25, 0.5)),
)
MOST_LOST_BLIND = 0.7  # dB, the goal of denoising without being told the noise


def denoising(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """PSNR after denoising, told the noise and not told, who keeps the class, and the mean lead in PSNR."""
    digits = data.test[: sizes.restored]
    leads = []
    for noise in NOISES:
        case = f"{noise.kind} {noise.level:g}"
        noisy = vae.corrupt(digits, noise, seed=seed)
        cleaned = _baselines(data.train, noisy, noise)
        psnrs = {name: mean_psnr(images, digits) for name, images in cleaned.items()}
        told = vae.denoise(model, noisy, noise, seed=seed)
        told_db = mean_psnr(told, digits)
        blind_db = mean_psnr(vae.denoise(model, noisy, None, seed=seed), digits)
        leads.append(told_db - max(psnrs.values()))
        yield _told_row(case, told_db, psnrs, len(digits))
        yield _blind_row(case, blind_db, psnrs, len(digits), goal=told_db - MOST_LOST_BLIND)
        yield _class_row(case, told, cleaned, digits, data.classifier)
    text = f"PSNR above that of the best baseline of each case, mean over the {len(leads)} cases"
    yield Row(JOB, "mean lead", text, "dB", "higher", float(np.mean(leads)), len(digits), (), 4)


def _baselines(train: Tensor, noisy: Tensor, noise: vae.Noise) -> dict[str, Tensor]:
    """What each baseline makes of noisy digits (B, 1, 28, 28), told kind and level of the noise."""
    filtered = {
        name: torch.stack([method(picture, noise) for picture in noisy])
        for name, method in classical.DENOISERS.items()
    }
    return filtered | {"Training digits weighted by likelihood": weighted_digits(train, noisy, noise)}


def _told_row(case: str, ours: float, psnrs: Mapping[str, float], n: int) -> Row:
    text = "mean PSNR; the baselines are told kind and level of the noise too"
    return Row(JOB, case, text, "dB", "higher", ours, n, measured(psnrs), max(psnrs.values()))


def _blind_row(case: str, ours: float, psnrs: Mapping[str, float], n: int, *, goal: float) -> Row:
    text = "mean PSNR; the baselines are told kind and level of the noise, the model is not"
    return Row(JOB, f"{case}, blind", text, "dB", "higher", ours, n, measured(psnrs), goal)


def _class_row(
    case: str, ours: Tensor, cleaned: Mapping[str, Tensor], digits: Tensor, classifier: Classifier
) -> Row:
    text = (
        "share of cleaned digits that a classifier, trained for the evaluation alone, names as it names the "
        "clean digit; the baselines are told kind and level of the noise too"
    )
    truth = classifier.name(digits)[0]

    def kept(images: Tensor) -> float:
        return (classifier.name(images)[0] == truth).float().mean().item()

    others = {name: kept(images) for name, images in cleaned.items()}
    goal, n = max(others.values()), len(digits)
    return Row(JOB, f"{case}, class", text, "share", "higher", kept(ours), n, measured(others), goal)
