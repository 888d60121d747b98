"""What a digit costs: the fewest bytes in which it reads as itself."""

import pytest

import vae
from ui import rates


@pytest.fixture(scope="module")
def digits() -> dict[int, vae.Gallery]:
    gallery = vae.load_gallery()
    return {label: gallery.images[gallery.labels == label][0] for label in (3, 7)}


@pytest.mark.parametrize(
    ("decoded", "fewest"), [((3, 3, 3), 2), ((7, 3, 3), 3), ((3, 7, 3), 4), ((3, 3, 7), None)]
)
def test_a_digit_must_read_as_itself_from_the_fewest_bytes_on(digits, decoded, fewest):
    points = [rates.Point(n, digits[label], 20.0) for n, label in enumerate(decoded, start=2)]
    assert rates.fewest_that_read(points, digits[3]) == fewest


def test_what_has_no_name_has_no_fewest_bytes(digits):
    unclear = (digits[3] + digits[7]) / 2
    blank = unclear.new_zeros(unclear.shape)
    points = [rates.Point(2, digits[3], 20.0)]
    assert rates.fewest_that_read(points, blank) is None or rates.fewest_that_read(points, unclear) is None
