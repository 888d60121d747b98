"""The correction of a decoded picture: its directions, its symbols there and back, its use."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import vae
from vae.codec import residual
from vae.codec.range_coding import pack, unpacker
from vae.model import calibration_of

seeds = st.integers(0, 2**31)


def logits_like(seed: int) -> Tensor:
    """Logits (784,) of a smooth random picture."""
    noise = torch.randn((1, 1, 7, 7), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return torch.nn.functional.interpolate(8 * noise, size=(28, 28), mode="bilinear").flatten()


def truth_like(logits: Tensor, seed: int) -> Tensor:
    """A picture (784,) that such logits may belong to."""
    noise = torch.randn(784, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return torch.sigmoid(logits + noise)


@given(seed=seeds)
def test_directions_are_orthonormal_and_widest_first(tiny: vae.VAE, seed: int) -> None:
    way = residual.directions(calibration_of(tiny), logits_like(seed))
    eye = torch.eye(residual.N_PIXELS, dtype=torch.float64)
    assert torch.allclose(way.basis @ way.basis.T, eye, atol=1e-9)
    assert (way.std.diff() <= 0).all() and (way.std >= 0).all()


@pytest.mark.parametrize("alike", [False, True], ids=["a digit", "pixels all alike"])
@pytest.mark.parametrize("seed", range(5))
def test_another_processor_finds_the_same_directions(
    model: vae.VAE, monkeypatch: pytest.MonkeyPatch, seed: int, alike: bool
) -> None:
    known, logits = calibration_of(model), logits_like(seed)
    if alike:  # every fifth in both directions, too far apart to be correlated: as many equal variances
        logits = torch.full((28, 28), -8.0, dtype=torch.float64)
        logits[::5, ::5] = 0.0
        logits = logits.flatten()
    one, eigh = residual.directions(known, logits), torch.linalg.eigh

    def other_eigh(matrix: Tensor) -> tuple[Tensor, Tensor]:
        noise = torch.randn(matrix.shape, generator=torch.Generator().manual_seed(seed), dtype=matrix.dtype)
        return eigh(matrix * (1 + 1e-13 * (noise + noise.T)))

    monkeypatch.setattr(torch.linalg, "eigh", other_eigh)
    other = residual.directions(known, logits)
    for level in range(residual.N_FINENESS_LEVELS):
        ratios = residual.ratios(one, level)
        assert torch.equal(ratios, residual.ratios(other, level))
        assert torch.allclose(one.basis[: len(ratios)], other.basis[: len(ratios)], atol=1e-4)


@given(seed=seeds)
def test_corrections_come_back_and_help(model: vae.VAE, seed: int) -> None:
    logits = logits_like(seed)
    picture, truth = torch.sigmoid(logits), truth_like(logits, seed + 1)
    way = residual.directions(calibration_of(model), logits)
    none, *some = residual.corrections(picture, way, truth)
    assert none.level == 0 and none.bits == 0
    for found in some[:: len(residual.ROUNDINGS)]:
        assert found.error <= none.error + 1e-9
        part = residual.correction_part(found.symbols, residual.ratios(way, found.level))
        payload = pack([part])
        read = unpacker(payload).decode(part.family, *part.parameters)
        assert read.tolist() == found.symbols.tolist()
        assert len(payload) <= found.bits / 8 + 1.2
    assert some[-len(residual.ROUNDINGS)].error < 0.5 * none.error
