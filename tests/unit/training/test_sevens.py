"""Sevens with a bar across the down stroke, a flag, or both."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

import vae
from vae.training import sevens
from vae.training.sevens import EVERY, SHARE_FLAGGED, SHARE_UNBARRED, learned_digits, with_strokes


def plain_sevens(n: int) -> Tensor:
    """A top stroke and an upright down stroke, two pixels wide."""
    ink = torch.zeros((n, 1, 28, 28))
    ink[..., 5:7, 8:20] = 1
    ink[..., 5:24, 18:20] = 1
    return ink


def test_a_bar_crosses_the_middle_of_the_down_stroke() -> None:
    plain = plain_sevens(200)
    added = with_strokes(plain, torch.Generator().manual_seed(0)) - plain
    below = added[added[:, 0, 11:].sum(dim=(1, 2)) > 0][:, 0, 11:]
    assert added.min() >= 0 and (added + plain).max() <= 1
    assert (below[:, :, :18].sum(dim=(1, 2)) > 1).all() and (below[:, :, 20:].sum(dim=(1, 2)) > 1).all()
    assert (below[:, 9:] == 0).all(), "the foot of the down stroke stays as it was"


def test_some_are_flagged_and_only_those_may_have_no_bar() -> None:
    plain = plain_sevens(400)
    added = with_strokes(plain, torch.Generator().manual_seed(0)) - plain
    flagged = added[:, 0, 7:10, 4:12].sum(dim=(1, 2)) > 1
    barred = added[:, 0, 11:].sum(dim=(1, 2)) > 1
    assert flagged.float().mean().item() == pytest.approx(SHARE_FLAGGED, abs=0.08)
    assert (~barred).float().mean().item() == pytest.approx(SHARE_UNBARRED, abs=0.05)
    assert (flagged | barred).all()


def test_training_digits_come_first_then_some_of_their_sevens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = vae.load_gallery()
    digits, labels = (gallery.images[:, 0] * 255).byte(), gallery.labels
    monkeypatch.setattr(sevens, "load_mnist", lambda root, *, train: (digits, labels))
    monkeypatch.setattr(sevens, "N_VALIDATION", 100)
    learned, again = learned_digits(tmp_path), learned_digits(tmp_path)
    n_sevens = int((labels[100:] == 7).sum())
    assert learned.dtype == torch.uint8 and torch.equal(learned, again)
    assert torch.equal(learned[:200], digits[100:])
    assert len(learned) == 200 + -(-n_sevens // EVERY)
    originals = digits[100:][labels[100:] == 7][::EVERY]
    assert (learned[200:] >= originals).all() and (learned[200:] != originals).any(dim=(1, 2)).all()
