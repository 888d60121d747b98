"""What the model makes of a picture when it encodes it and decodes the code again."""

import torch
from torch import Tensor

from ui.shell import load


@torch.inference_mode()
def reconstructed(x: Tensor) -> Tensor:
    """What the middle of the posterior of each picture decodes to; both (B, 1, 28, 28) in [0, 1]."""
    model = load.model()
    return model.decode(model.encode(x).mean).sigmoid()
