"""Where a run computes, and in which arithmetic."""

import pytest
import torch

from vae.training.device import uses_bfloat16


@pytest.mark.parametrize(("capability", "expected"), [((7, 5), False), ((8, 0), True), ((9, 0), True)])
def test_a_card_computes_in_bfloat16_where_it_has_it(
    capability: tuple[int, int], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    card = torch.device("cuda:0")
    assert uses_bfloat16("auto", card) == expected
    assert uses_bfloat16("bfloat16", card) and not uses_bfloat16("float32", card)
