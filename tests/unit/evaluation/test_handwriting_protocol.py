"""Handwriting is measured as its rows say: with framed strokes that tell their pen, size and place."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

import vae
from vae.evaluation.evaluation_data import EvaluationData, Sizes, Written
from vae.evaluation.handwriting_protocol import handwriting
from vae.framing.strokes import PENS

LINE = [(0.0, 0.0), (100.0, 50.0)]
FIVE, SEVEN, LEFT_OUT = Written([LINE, LINE], 5), Written([LINE], 7), Written([LINE], 0)
SIZES = Sizes(density=2, drawn=2, coded=2)
MOVES = dict(zip(PENS, (0.1, 0.2, 0.6), strict=True))  # change of every pixel by moving
DIGIT, PEN, CORNER = (0, 0), (0, 1), (-1, -1)  # pixels; the last one holds the class in ninths


def frame_strokes(strokes: Sequence[NDArray[np.float64]], *, pen: str) -> Tensor:
    """Whether it is the seven, the pen and the class; the smallest seven is read as a one."""
    everywhere = np.concatenate(strokes)
    is_seven, small = len(strokes) == 1, np.ptp(everywhere, axis=0).max() == 42
    x = torch.zeros(1, 28, 28)
    x[0][DIGIT], x[0][PEN] = float(is_seven), list(PENS).index(pen)
    x[0][CORNER] = (5 if not is_seven else 1 if small else 7) / 9
    moved = everywhere.min() > 0
    return x + MOVES[pen] if moved else x


def log_likelihood(model: vae.VAE, x: Tensor, *, seed: int) -> Tensor:
    """Nats of drawn digits grow with the pen and with the seven; the two test digits have no pen's mark."""
    return -(100 + 10 * x[:, 0][:, *PEN] + 8 * x[:, 0][:, *DIGIT])


def p_value(model: vae.VAE, x: Tensor, *, seed: int) -> Tensor:
    """0.05 for the thin pen's seven and for all of the thick pen, else 0.06."""
    flagged = (x[:, 0][:, *PEN] == 2) | (x[:, 0][:, *PEN] + 1 == x[:, 0][:, *DIGIT])
    return torch.where(flagged, 0.05, 0.06)


def reconstruct(x: Tensor) -> Tensor:
    """Another class of the medium pen's seven."""
    other = x.clone()
    other[(x[:, 0][:, *PEN] == 1) & (x[:, 0][:, *DIGIT] == 1), 0, -1, -1] = 0
    return other


def losing(pens: Sequence[int], x: Tensor) -> Tensor:
    """Pictures of which the sevens of these pens get another class."""
    other = x.clone()
    lost = torch.isin(x[:, 0][:, *PEN], torch.tensor(pens, dtype=x.dtype)) & (x[:, 0][:, *DIGIT] == 1)
    other[lost, 0, -1, -1] = 0
    return other


def compress(model: vae.VAE, image: Tensor, *, n_bytes: int) -> Tensor:
    """The image itself, of which twelve bytes do not hold the thick pen's seven."""
    return losing([2] if n_bytes == 12 else [], image[None])[0]


def denoise(model: vae.VAE, noisy: Tensor, noise: vae.Noise, *, seed: int) -> Tensor:
    """Of noisy pictures, which are one too bright, those of two pens get another class."""
    return losing([0, 2], noisy - 1) if noise == vae.Noise("gaussian", 0.5) else noisy


def impute(model: vae.VAE, x: Tensor, observed: Tensor, *, seed: int) -> SimpleNamespace:
    """Without the top right corner the sevens of all pens are lost."""
    return SimpleNamespace(mean=x if observed[0, 0, 0, -1] else losing([0, 1, 2], x))


def test_every_pen_is_measured_beside_test_digits(
    few: EvaluationData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vae, "frame_strokes", frame_strokes)
    monkeypatch.setattr(vae, "log_likelihood", log_likelihood)
    monkeypatch.setattr(vae, "anomaly_p_value", p_value)
    monkeypatch.setattr(vae, "compress", compress)
    monkeypatch.setattr(vae, "decompress", lambda model, code: code)
    monkeypatch.setattr(vae, "corrupt", lambda x, noise, *, seed: x + 1)
    monkeypatch.setattr(vae, "denoise", denoise)
    monkeypatch.setattr(vae, "impute", impute)
    test = torch.zeros(6, 1, 28, 28)
    test[0, 0][PEN], test[2:, 0][PEN] = 0.2, 50  # of the first two digits alone: 102 and 100 nats
    data = replace(few, test=test, written=[FIVE, LEFT_OUT, SEVEN, LEFT_OUT])
    model = cast(vae.VAE, SimpleNamespace(reconstruct=reconstruct))
    rows = {row.case: row for row in handwriting(model, data, SIZES, 0)}
    figures = {case: row.ours for case, row in rows.items()}
    assert figures == pytest.approx(
        {
            "thin pen, nats": 104 - 101,
            "thin pen, flagged": 0.5,
            "thin pen, class": 1,
            "thin pen, read right": 0.5,
            "medium pen, nats": 114 - 101,
            "medium pen, flagged": 0,
            "medium pen, class": 0.5,
            "medium pen, read right": 0.5,
            "thick pen, nats": 124 - 101,
            "thick pen, flagged": 1,
            "thick pen, class": 1,
            "thick pen, read right": 0.5,
            "12 bytes, class": 5 / 6,
            "gaussian 0.5, class": 4 / 6,
            "top half hidden, class": 0.5,
            "left half hidden, class": 1,
            "moved": 0.3,
        },
        abs=1e-5,
    )
    higher = {case for case, row in rows.items() if row.better == "higher"}
    pens = {f"{pen} pen, {what}" for pen in PENS for what in ("class", "read right")}
    jobs = {f"{job}, class" for job in ("12 bytes", "gaussian 0.5", "top half hidden", "left half hidden")}
    assert higher == pens | jobs
    assert "thin 0.50, medium 1.00, thick 0.50" in rows["gaussian 0.5, class"].protocol
    assert {row.n for row in rows.values()} == {2, 6} and rows["moved"].n == 6
    assert not any(row.baselines for row in rows.values())
