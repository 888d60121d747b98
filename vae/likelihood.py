"""The one likelihood: pixels as chances of ink."""

from torch import Tensor
from torch.nn import functional as F


def bernoulli_log_prob(logits: Tensor, x: Tensor) -> Tensor:
    """Log-probability of each pixel, of the shape of logits; for a grey x in [0, 1] the expected one."""
    return x * logits - F.softplus(logits)
