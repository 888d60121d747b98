"""The masks of the evaluation: what each hides."""

import pytest
import torch

from vae.evaluation.masks import LITTLE_SEEN, MASKS, AtRandom, Block

HIDDEN = {
    "top half": (slice(14), slice(None)),
    "left half": (slice(None), slice(14)),
    "centre 14 × 14": (slice(7, 21), slice(7, 21)),
}


def test_a_block_hides_its_rectangle_and_nothing_else() -> None:
    blocks = [mask for mask in MASKS if isinstance(mask, Block)]
    assert [block.name for block in blocks] == list(HIDDEN)
    for block in blocks:
        expected = torch.ones((2, 1, 28, 28), dtype=torch.bool)
        expected[(..., *HIDDEN[block.name])] = False
        assert block.observed(2, seed=0).equal(expected)


@pytest.mark.parametrize("mask", [mask for mask in (*MASKS, *LITTLE_SEEN) if isinstance(mask, AtRandom)])
def test_a_random_mask_hides_its_share(mask: AtRandom) -> None:
    observed = mask.observed(50, seed=0)
    assert observed.shape == (50, 1, 28, 28) and observed.dtype == torch.bool
    assert (~observed).float().mean().item() == pytest.approx(mask.share, abs=0.01)
    assert (~observed).flatten(1).float().mean(dim=1).std() < 0.03  # of every digit alike
    assert observed.equal(mask.observed(50, seed=0)) and not observed.equal(mask.observed(50, seed=1))
    assert mask.name == f"random {round(100 * mask.share)} %"
