"""The ring around a digit on the latent map is an ellipse, or there is none."""

import pytest
import torch

import vae
from ui.digit import letters_and_shapes
from ui.view import ring

MOST_TURNS = 4  # from up to down and back; an ellipse has 2, a zigzag 6 to 26


def turns(points: list[list[float]]) -> int:
    """How often an outline goes from up to down or from down to up."""
    height = torch.tensor(points)[:, 1]
    up = height.roll(-1) > height
    return int((up != up.roll(-1)).sum())


def test_every_held_out_digit_has_its_ring():
    for image in vae.load_gallery().images:
        points = ring.around(image)
        assert points is not None and turns(points) <= MOST_TURNS


@pytest.mark.parametrize("name", [*letters_and_shapes.READY_MADE, *letters_and_shapes.LOOKALIKES])
def test_a_letter_or_shape_has_a_ring_unless_it_has_no_place(name):
    points = ring.around(letters_and_shapes.picture(name))
    assert (points is None) == (name == "Spiral")
    assert points is None or turns(points) <= MOST_TURNS


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 0.05, 0.02, 0.01])
def test_the_ring_of_specks_is_no_zigzag(share):
    chance = torch.Generator().manual_seed(0)
    noise = torch.rand(20, 1, 28, 28, generator=chance)
    rings = [ring.around(image) for image in noise * (torch.rand(noise.shape, generator=chance) < share)]
    assert None in rings
    assert all(turns(points) <= MOST_TURNS for points in rings if points is not None)


def test_noise_negatives_and_what_is_blank_have_none():
    noise = torch.rand(20, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    greys = torch.tensor([0, 0.05, 0.2, 0.5, 1])[:, None, None, None].expand(-1, 1, 28, 28)
    for image in torch.cat([noise, 1 - vae.load_gallery().images[:20], greys]):
        assert ring.around(image) is None
