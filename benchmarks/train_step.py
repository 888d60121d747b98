"""Time one step of training beside its floor, the bare network, and a plain loop.

`python -m benchmarks.train_step --help`
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

import vae
from benchmarks.plain_loop import plain_loop
from vae.likelihood import bernoulli_log_prob
from vae.training.command import run_command
from vae.training.cuda_graph import N_WARM_UP, GraphedStep
from vae.training.data import as_images
from vae.training.device import device_name, training_device
from vae.training.options import Options
from vae.training.step import Step
from vae.training.trainer import Trainer

AT_ONCE = 10  # steps on a card between two looks at the clock, for each of which the card is waited for


@dataclass(frozen=True)
class Settings:
    """Milliseconds of a step of training: the median of many, after some to warm up."""

    batch: int = 512
    """Digits in a step."""
    hidden: int = Options.hidden
    """Width of the vector between maps and code."""
    blocks: int = Options.blocks
    """Residual blocks."""
    device: str = "auto"
    """auto, cpu, cuda or cuda:N."""
    repeats: int = 30
    """Times that a step is measured; on a card ten steps each time. The plain loop makes so many steps."""


class BareStep(Step):
    """Forward, backward and optimizer step of the bare network: digits as they are, codes without noise."""

    def __call__(self, rows: Tensor) -> None:
        model, images = self.model, as_images(self.digits[rows])
        with torch.autocast(images.device.type, torch.bfloat16, enabled=self.in_bfloat16):
            z, other = model.infer(images).mean, model.infer(images[::2]).mean
            logits = model.decode_kept(z, torch.ones_like(z, dtype=torch.bool))
            loss = other.square().mean() - bernoulli_log_prob(logits, images).mean()
        loss = loss - model.prior.log_prob_per_dim(z.float()).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()


class GraphedBareStep(GraphedStep, BareStep):
    """The same as one CUDA graph."""


def step_ms(trainer: Trainer, kind: type[Step], repeats: int) -> float:
    """Median time of a step in milliseconds."""
    step = trainer.step(kind)
    step.set_schedule(1e-4, 1.0)
    rows = torch.randperm(len(trainer.train_digits))[: trainer.options.batch].to(trainer.device)
    for _ in range(N_WARM_UP + 2):
        step(rows)
    on_card = trainer.device.type == "cuda"
    at_once = AT_ONCE if on_card else 1
    wait: Callable[[], None] = torch.cuda.synchronize if on_card else lambda: None
    times = []
    for _ in range(repeats):
        wait()
        start = time.perf_counter()
        for _ in range(at_once):
            step(rows)
        wait()
        times.append(1000 * (time.perf_counter() - start) / at_once)
    return statistics.median(times)


def plain_step_ms(options: Options, digits: Tensor, n_steps: int) -> float:
    """Mean time in milliseconds of a step of the plain loop, which runs on the processor."""
    many = digits[: options.batch].repeat(n_steps, 1, 1)
    start = time.perf_counter()
    plain_loop(replace(options, epochs=1), many)
    return 1000 * (time.perf_counter() - start) / n_steps


def main(settings: Settings) -> None:
    """Print the device and a table: step, its time."""
    options = Options(
        batch=settings.batch, hidden=settings.hidden, blocks=settings.blocks, device=settings.device
    )
    gallery = (vae.load_gallery().images[:, 0] * 255).byte()
    digits = gallery.repeat(-(-settings.batch // len(gallery)), 1, 1)
    device = training_device(settings.device)
    print(f"{device_name(device)}, PyTorch {torch.__version__}, {settings}")
    kinds: dict[str, type[Step]] = {"step of training": Step, "bare network": BareStep}
    if device.type == "cuda":
        kinds |= {"step as a CUDA graph": GraphedStep, "bare network as a CUDA graph": GraphedBareStep}
    times = {
        name: step_ms(Trainer(options, digits, gallery), kind, settings.repeats)
        for name, kind in kinds.items()
    }
    if device.type == "cpu":
        times["plain loop"] = plain_step_ms(options, digits, settings.repeats)
    for name, ms in times.items():
        print(f"{name:30}{ms:9.2f} ms")


if __name__ == "__main__":
    run_command("benchmarks.train_step", main, Settings)
