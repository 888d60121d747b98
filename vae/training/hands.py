"""Digits as other hands and pens would have written them."""

import torch
from torch import Tensor
from torch.nn import functional as F

TURN, STRETCH, SLANT, SHIFT = 0.14, 0.08, 0.14, 0.07  # at most: radians, shares, and a share of half a side
BEND = 0.9  # pixels, the largest standard deviation of how far a place is moved
N_BENDS = 5  # places along a side that are moved independently; between them the field is smooth
WIDTHS = 1.6, 3.4  # pixels, of the strokes; the pens of vae.frame_strokes are 2.0 to 2.8 wide
THINNER, THICKER = -0.5, 1.0  # pixels that either edge of a stroke moves outwards, at most
INNER = 20  # pixels of a digit's longer side, whatever its strokes
FINE = 2  # pixels of a side that stand for one while a digit is changed


def augmented(images: Tensor, n_augmented: int, generator: torch.Generator) -> Tensor:
    """Digits (B, 1, 28, 28) in [0, 1], the first n_augmented as other hands and pens would have written them.

    Those are turned, stretched, slanted, moved and bent a little, and their strokes get another width. The
    others stay as they are, so the order of the digits must be random.

    Source: elastic distortions of Simard, Steinkraus & Platt 2003.
    """
    if not n_augmented:
        return images
    digits = images[:n_augmented]
    growth = _growth(digits, generator)
    grid = _affine_grid(1 + 2 * growth / INNER, generator) + _bends(n_augmented, generator)
    fine = F.grid_sample(digits, grid, mode="bicubic", align_corners=False).clamp(0, 1)
    return torch.cat([F.avg_pool2d(grown(fine, FINE * growth), FINE), images[n_augmented:]])


def stroke_width(images: Tensor) -> Tensor:
    """Mean width of the strokes in pixels, (B,): twice their area over the length of their outline."""
    padded = F.pad(images, (0, 1, 0, 1))
    across, down = padded[..., :-1, 1:] - images, padded[..., 1:, :-1] - images
    outline = (across.square() + down.square()).sqrt().sum(dim=(1, 2, 3))
    return 2 * images.sum(dim=(1, 2, 3)) / outline.clamp_min(1)


def grown(ink: Tensor, growth: Tensor) -> Tensor:
    """Ink (B, 1, H, W) whose outlines move outwards by so many pixels, growth (B,) from -1 to 2."""
    growth = growth.view(-1, 1, 1, 1)
    thinner = ink.lerp(-_dilated(-ink), (-growth).clamp(0, 1))
    thicker = thinner.lerp(_dilated(thinner), growth.clamp(0, 1))
    return thicker.lerp(_dilated(thicker), (growth - 1).clamp(0, 1))


def _dilated(ink: Tensor) -> Tensor:
    """Ink that is a pixel further on every side: the mean of a square pen and a cross, nearly a disc."""
    square = F.max_pool2d(ink, 3, stride=1, padding=1)
    upright = F.max_pool2d(ink, (3, 1), stride=1, padding=(1, 0))
    level = F.max_pool2d(ink, (1, 3), stride=1, padding=(0, 1))
    return (square + torch.maximum(upright, level)) / 2


def _uniform(n: int, most: float, generator: torch.Generator) -> Tensor:
    """(n,) numbers within `most` of 0."""
    return most * (2 * torch.rand(n, generator=generator, device=generator.device) - 1)


def _growth(digits: Tensor, generator: torch.Generator) -> Tensor:
    """Pixels by which the edges of the strokes move to the width of another pen, (B,)."""
    thinnest, thickest = WIDTHS
    share = torch.rand(len(digits), generator=generator, device=digits.device)
    width = thinnest + (thickest - thinnest) * share
    return ((width - stroke_width(digits)) / 2).clamp(THINNER, THICKER)


def _affine_grid(zoom: Tensor, generator: torch.Generator) -> Tensor:
    """Where each fine pixel of a turned, stretched, slanted and moved digit comes from, (B, H, W, 2)."""
    n, side = len(zoom), FINE * 28
    turn, slant = _uniform(n, TURN, generator), _uniform(n, SLANT, generator)
    width, height = (zoom * (1 + _uniform(n, STRETCH, generator)) for _ in range(2))
    across = torch.stack([width * turn.cos(), slant - turn.sin(), _uniform(n, SHIFT, generator)], dim=1)
    down = torch.stack([turn.sin(), height * turn.cos(), _uniform(n, SHIFT, generator)], dim=1)
    return F.affine_grid(torch.stack([across, down], dim=1), [n, 1, side, side], align_corners=False)


def _bends(n: int, generator: torch.Generator) -> Tensor:
    """A smooth field of random moves, (n, H, W, 2), in half sides of the picture."""
    most = BEND * torch.rand((n, 1, 1, 1), generator=generator, device=generator.device)
    nodes = most * torch.randn((n, 2, N_BENDS, N_BENDS), generator=generator, device=generator.device)
    field = F.interpolate(nodes, size=(FINE * 28, FINE * 28), mode="bicubic", align_corners=True)
    return field.permute(0, 2, 3, 1) / 14
