"""One step of training: a batch, what it costs, and what that changes."""

import torch
from torch import Tensor
from torch.optim import AdamW

from vae.model import VAE
from vae.training import processes
from vae.training.costs import Costs
from vae.training.data import as_images
from vae.training.options import Options


class Step:
    """Lowers the costs of a batch; called with the rows of its digits, int64 (B,).

    All that it reads and changes lies on the device, and it neither waits for the device nor brings anything
    to it, so that it can be recorded once and replayed.
    """

    def __init__(
        self, options: Options, model: VAE, average: VAE, optimizer: AdamW, digits: Tensor, in_bfloat16: bool
    ) -> None:
        """average: the running average of the model's weights; digits: uint8 (N, 28, 28)."""
        self.options, self.model, self.average, self.optimizer = options, model, average, optimizer
        self.digits, self.in_bfloat16 = digits, in_bfloat16
        self.generator = torch.Generator(digits.device)
        self.kl_weight = torch.ones((), device=digits.device)
        costs = Costs(model, options, in_bfloat16)
        self.names = costs.names
        self.totals = torch.zeros(len(self.names), device=digits.device)  # of each cost, summed over digits
        self.costs = processes.with_shared_gradients(costs)

    def set_schedule(self, learning_rate: float, kl_weight: float) -> None:
        """What the next steps go by."""
        for group in self.optimizer.param_groups:
            group["lr"].fill_(learning_rate)
        self.kl_weight.fill_(kl_weight)

    def __call__(self, rows: Tensor) -> None:
        costs = self.costs(as_images(self.digits[rows]), self.kl_weight, self.generator)
        self.optimizer.zero_grad(set_to_none=True)
        costs["loss"].backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.options.clip)
        decay = self.options.ema if self.optimizer.state else 0.0  # the average begins after the first step
        self.optimizer.step()
        torch._foreach_lerp_(_values(self.average), _values(self.model), 1 - decay)
        self.totals += len(rows) * torch.stack([costs[name].detach() for name in self.names])

    def mean_costs(self, n_digits: int) -> dict[str, float]:
        """Each of the costs, averaged over so many digits; waits for the device and the other processes."""
        means = processes.averaged(self.totals / n_digits)
        return dict(zip(self.names, means.tolist(), strict=True))


def _values(model: VAE) -> list[Tensor]:
    return [parameter.detach() for parameter in model.parameters()]
