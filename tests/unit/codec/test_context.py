"""What pixels say of those after them: the same to who writes and to who reads, and worth its bits."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import vae
from vae.codec import context
from vae.jobs import lossless_ink
from vae.model import calibration_of

WEIGHTS = torch.tensor([2.0, 0.3, 1.8, 1.5, 1.6, 0.1], dtype=torch.float64)
ALONE = torch.tensor([0.0, 0.0, 0.0, 0.0, 1.0, 0.0], dtype=torch.float64)


def some(seed: int) -> tuple[Tensor, Tensor]:
    """Rounded logits and ink drawn with other chances, each (784,)."""
    generator = torch.Generator().manual_seed(seed)
    logits = context.rounded(6 * torch.randn(784, generator=generator, dtype=torch.float64))
    return logits, (torch.rand(784, generator=generator) < 0.4).double()


@given(seed=st.integers(0, 2**31))
def test_the_reader_is_told_the_chances_of_the_writer(seed: int) -> None:
    logits, ink = some(seed)
    told, pixels = [], iter(ink.int().tolist())

    def next_pixel(chance: float) -> int:
        told.append(chance)
        return next(pixels)

    assert torch.equal(context.read(logits, WEIGHTS, next_pixel), ink)
    assert told == context.chances(logits, ink, WEIGHTS).tolist()


def test_a_pixel_turns_those_after_it_beside_and_below_alone() -> None:
    logits, ink = some(0)
    place = 10 * 28 + 10
    other = ink.clone()
    other[place] = 1 - other[place]
    changed = (context.features(logits, ink) != context.features(logits, other)).any(dim=1)
    assert changed.nonzero().flatten().tolist() == [place + 1, place + 27, place + 28, place + 29]


def test_nothing_turns_across_the_edge() -> None:
    logits, ink = some(1)
    other = ink.clone()
    other[10 * 28 + 27] = 1 - other[10 * 28 + 27]
    changed = (context.features(logits, ink) != context.features(logits, other)).any(dim=1)
    assert changed.nonzero().flatten().tolist() == [11 * 28 + 26, 11 * 28 + 27]


def test_without_neighbours_the_decoder_has_the_word() -> None:
    logits, ink = some(2)
    assert torch.equal(context.chances(logits, ink, ALONE), logits.sigmoid())


@pytest.mark.parametrize(("kind", "saved"), [("thresholded", 1.3), ("random", 0.2)])  # 1.9 and 0.5 here
def test_the_neighbours_save_bytes(
    model: vae.VAE, digits: Tensor, kind: str, saved: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = torch.Generator().manual_seed(0)
    threshold = torch.rand(digits.shape, generator=generator) if kind == "random" else torch.tensor(0.5)
    inks = (digits > threshold).float()[:60]
    monkeypatch.setattr(lossless_ink, "ROUNDS", 0)  # of the search, which takes most of the time

    def mean_bytes() -> float:
        return sum(len(vae.compress_ink(model, ink)) for ink in inks) / len(inks)

    beside = mean_bytes()
    alone = replace(calibration_of(model), ink_contexts=torch.stack([ALONE, ALONE]))
    monkeypatch.setattr(model, "calibration", alone)
    assert beside < mean_bytes() - saved
