"""Digits as other hands and pens would have written them."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from vae.framing import thickening
from vae.framing.strokes import PENS
from vae.training.hands import THICKER, THINNER, WIDTHS, augmented, grown, stroke_width


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def bars(n: int, width: float) -> Tensor:
    """Upright strokes, 16 pixels long, of a width of whole and half pixels."""
    far = (torch.arange(28) - 13.5).abs()
    across, down = (0.5 + width / 2 - far).clamp(0, 1), (far < 8).float()
    return (down[:, None] * across).expand(n, 1, -1, -1).clone()


@pytest.mark.parametrize("n", [1, 2, 16])
def test_digits_stay_digits_of_the_same_shape(digits: Tensor, n: int) -> None:
    other = augmented(digits[:n], n, generator())
    assert other.shape == (n, 1, 28, 28) and other.dtype == torch.float32
    assert other.min() >= 0 and other.max() <= 1


def test_the_first_digits_are_augmented_a_little_and_the_others_are_not_touched(digits: Tensor) -> None:
    many = digits[:50].repeat(8, 1, 1, 1)
    first = 140
    other = augmented(many, first, generator())
    assert torch.equal(other[first:], many[first:])
    changes, differences = other[:first] - many[:first], many[:first].roll(1, 0) - many[:first]
    assert (changes.flatten(1).abs().amax(dim=1) > 0.1).all()
    assert changes.abs().mean() < 0.1 < differences.abs().mean()


def test_none_need_be_augmented(digits: Tensor) -> None:
    assert torch.equal(augmented(digits, 0, generator()), digits)


def test_same_generator_same_digits(digits: Tensor) -> None:
    first, again, other = (augmented(digits[:20], 20, generator(seed)) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("width", [2, 2.5, 3, 4])
def test_the_width_of_a_stroke_is_measured(width: float) -> None:
    expected = 2 * 16 * width / (2 * 16 + 2 * width)
    assert stroke_width(bars(1, width)).item() == pytest.approx(expected, rel=0.1)


def test_the_width_of_strokes_is_that_of_the_framing(digits: Tensor) -> None:
    def framed_width(ink: Tensor) -> float:
        fine = Image.fromarray(ink.numpy()).resize((224, 224), Image.Resampling.BICUBIC)
        return thickening.stroke_width(np.asarray(fine).clip(0, 1)) / 8

    expected = torch.tensor([framed_width(ink) for ink in digits[:50, 0]])
    found = stroke_width(digits[:50])
    assert torch.corrcoef(torch.stack([found, expected]))[0, 1] > 0.95
    assert found.median().item() == pytest.approx(expected.median().item(), rel=0.1)


def test_nothing_has_no_width() -> None:
    blank = torch.zeros((3, 1, 28, 28))
    assert (stroke_width(blank) == 0).all()
    assert (augmented(blank, 3, generator()) == 0).all()


@pytest.mark.parametrize("growth", [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0])
def test_strokes_grow_by_as_much_as_they_are_told_to(growth: float) -> None:
    wide = grown(bars(1, 4), torch.tensor([growth]))
    assert wide[0, 0, 14].sum().item() == pytest.approx(4 + 2 * growth, abs=1e-5)


def test_slanting_strokes_grow_nearly_as_much_as_upright_ones() -> None:
    line = torch.arange(28.0)
    slanting = (0.5 + 2 - (line[:, None] - line).abs() / 2**0.5).clamp(0, 1)[None, None]
    wide = grown(slanting, torch.tensor([1.0]))
    assert wide[0, 0, 14].sum().item() / 2**0.5 == pytest.approx(4 + 2, abs=0.25)


def test_strokes_are_spread_over_the_widths_of_all_pens_and_beyond() -> None:
    thinnest, thickest = WIDTHS
    assert thinnest < min(PENS.values()) < max(PENS.values()) < thickest
    widths = stroke_width(augmented(bars(600, 2.4), 600, generator()))
    edges = 2.4 + 2 * THINNER, *sorted(PENS.values()), 2.4 + 2 * THICKER
    for low, high in zip(edges, edges[1:], strict=False):
        assert ((widths > low) & (widths < high)).float().mean() > 0.08


def test_a_stroke_is_bent_not_turned_alone() -> None:
    other = augmented(bars(120, 2.4), 120, generator())[:, 0]
    columns = (other * torch.arange(28)).sum(dim=2) / other.sum(dim=2).clamp_min(1e-6)
    middle, ends = columns[:, 14], (columns[:, 8] + columns[:, 20]) / 2
    assert 0.2 < (middle - ends).std() < 1.5
