"""Pictures are named by their codes, or called unclear."""

import pytest
import torch

import vae
from ui import naming


@pytest.fixture(scope="module")
def gallery() -> vae.Gallery:
    return vae.load_gallery()


def test_held_out_digits_name_one_another_better_than_the_nearest_one_does(gallery):
    assert 0.95 < naming.accuracy() < 1


def test_digits_are_called_what_they_are_and_all_else_is_unclear_or_close(gallery):
    names = naming.names(gallery.images)
    right = [name == label for name, label in zip(names, gallery.labels.tolist(), strict=True)]
    assert sum(right) / len(right) > 0.95
    assert None in naming.names((gallery.images + gallery.images.roll(1, dims=0)) / 2)


def test_a_name_does_not_depend_on_its_batch(gallery):
    together = naming.names(gallery.images[:20])
    assert together == [naming.names(image[None])[0] for image in gallery.images[:20]]


def test_probabilities_are_of_the_nearest_gaussian():
    identity = torch.eye(10, dtype=torch.float64)
    namer = naming.Namer(9 * identity, identity.repeat(10, 1, 1))
    found = namer.probabilities(torch.eye(10)[[3]] * 8)
    assert found.argmax() == 3 and found.sum().item() == pytest.approx(1)
    torch.testing.assert_close(found[0, 3], found[0, 3].clamp_min(0.99))
