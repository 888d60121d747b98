"""What one nested model costs against specialists, and the plain VAE's figures, as they were measured.

They take an hour to train, so their figures are read from weights/specialists.json and weights/plain.json.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import vae
from vae.checkpoint import WEIGHTS
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.scores import Baseline, Row

PLAIN = "VAE of the same network, N(0, I) prior, not nested"


def read_specialists(folder: Path = WEIGHTS) -> dict[str, Any] | None:
    """What `python -m vae.evaluation.specialists` wrote, or None before its first run."""
    return _read(folder / "specialists.json")


def _read(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def plain_baseline(figure: str, folder: Path = WEIGHTS) -> tuple[Baseline, ...]:
    """The plain VAE with its figure, or nothing before vae/evaluation/plain_vae.py trained it."""
    found = _read(folder / "plain.json")
    return (Baseline(f"{PLAIN}, {found['epochs']} epochs", found["figures"][figure]),) if found else ()


def prices(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> Iterator[Row]:
    """Rows of the prices that were measured at one small schedule; nothing before that."""
    found = read_specialists()
    if found is not None:
        yield from price_rows(found, sizes)


def price_rows(found: dict[str, Any], sizes: Sizes) -> Iterator[Row]:
    """The prices: nats and error in percent above the specialist's, decibels below."""
    all_jobs, figures = found["figures"]["nested"], found["figures"]
    alike = f"both went on from the shipped weights for {found['epochs']} epochs"

    def percent(figure: str, name: str) -> float:
        return 100 * (all_jobs[figure] / figures[name][figure] - 1)

    text = f"negative ELBO above that of the same network trained for this length of code alone; {alike}"
    cases = (("whole code", "elbo"), ("two dimensions", "elbo_2"))
    for name, figure in cases:
        yield Row("Price of nesting", name, text, "%", "lower", percent(figure, name), sizes.density, (), 3)
    job, n = "Price of one model", found["n_restored"]
    lost = figures["denoising"]["psnr"] - all_jobs["psnr"]
    text = f"mean PSNR below that of the same network trained for denoising alone; {alike}"
    yield Row(job, "denoising", text, "dB", "lower", lost, n, (), 0.5)
    text = f"mean error above that of the same network trained for imputation alone; {alike}"
    yield Row(job, "imputation", text, "%", "lower", percent("rmse", "imputation"), n, (), 5)
