"""The payload of a lossy code: the nearest of those that fit, and what it says of its own error."""

import pytest
import torch
from torch import Tensor

import vae
from vae.calibration import Profile
from vae.codec.lossy_search import LossySearch
from vae.codec.lossy_writer import LossyWriter, _sizes, plan
from vae.codec.range_coding import payload_bytes
from vae.model import calibration_of


@pytest.mark.parametrize("n_bytes", [4, 16, 40])
def test_a_payload_fits_and_knows_its_error(model: vae.VAE, digits: Tensor, n_bytes: int) -> None:
    payload = LossyWriter(model, digits[3]).best(n_bytes)
    assert len(payload.packed) <= payload_bytes(n_bytes)
    decoded = vae.decompress(model, vae.compress(model, digits[3], n_bytes=n_bytes))
    assert payload.error == pytest.approx((decoded - digits[3]).square().mean().item(), rel=1e-4)


def test_more_room_gives_no_larger_error(model: vae.VAE, digits: Tensor) -> None:
    writer = LossyWriter(model, digits[5])
    errors = [writer.best(n_bytes).error for n_bytes in (3, 8, 9, 20, 33)]
    assert errors == sorted(errors, reverse=True)


def test_a_plan_begins_with_the_nearest_correction(model: vae.VAE, digits: Tensor) -> None:
    known = calibration_of(model)
    grid = next(LossySearch(model, known, digits[2]).grid_codes(known.profiles[30], 8 * 30))
    errors = [correction.error for correction in plan(model, known, digits[2], grid).corrections]
    assert errors == sorted(errors)
    uncorrected = (torch.sigmoid(model.decode(grid.z.float())) - digits[[2]]).square().mean().item()
    assert errors[-1] >= uncorrected - 1e-6 and errors[0] < 0.5 * uncorrected


def test_the_largest_sizes_are_tried_and_the_largest_of_each_step() -> None:
    coarse, fine = (Profile(step, 8.0, 2.0, 0.0, 1.0) for step in (4.0, 2.0))
    profiles = {size: coarse if size <= 14 else fine for size in range(1, 30)}
    assert _sizes(profiles, 20) == [14, 17, 18, 19, 20]
    assert _sizes(profiles, 29) == [26, 27, 28, 29]
    assert _sizes(profiles, 2) == [1, 2]
