"""One training run: its epochs, what they cost, and what it resumes from."""

import copy
import math
import time
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from vae.checks import InputError
from vae.model import VAE
from vae.training import processes
from vae.training.cuda_graph import GraphedStep
from vae.training.device import training_device, uses_bfloat16
from vae.training.options import Options, resumable
from vae.training.resuming import Checkpoint
from vae.training.schedule import kl_weight, one_cycle
from vae.training.start import earlier_run, initialized, start_from
from vae.training.step import Step
from vae.training.validation import checked_images, validation_elbo

READ_EVERY = 20  # steps after which the costs are looked at, for which the device is waited for
FACTS = "origin", "history", "epochs", "seconds", "started_from"  # of a run, beside its weights
CHECKPOINT_EVERY = 20.0  # seconds of training, at least; on a card an epoch takes less


class DivergedError(RuntimeError):
    """The loss is no longer finite."""


class Trainer:
    """One run: model, running average, optimizer, and the history of its epochs."""

    def __init__(self, options: Options, train: Tensor, validation: Tensor) -> None:
        """train and validation: uint8 (N, 28, 28).

        Raises:
            InputError: a batch larger than the data or smaller than the number of processes, no such
                device, or weights to start from that are missing, damaged or of another shape.
        """
        if options.batch > len(train):
            raise InputError(
                f"--batch must be at most {len(train)}, for so many digits there are to train on"
            )
        self.options = options
        self.device = training_device(options.device)
        processes.join(self.device)
        if options.batch < processes.count():
            raise InputError(f"--batch must be at least {processes.count()}, a digit for each process")
        self.bfloat16 = uses_bfloat16(options.precision, self.device)
        self.graphed = self.device.type == "cuda" and processes.count() == 1
        self.train_digits = train.to(self.device)
        self.checked = checked_images(validation, self.device)
        self.model = initialized(options.config, options.seed)
        if options.start is not None:
            start_from(self.model, options.start)
        self.started_from = earlier_run(options.start)
        if options.learn == "prior":
            self.model.encoder.requires_grad_(False)
            self.model.decoder.requires_grad_(False)
        self.model = self.model.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.averaged = copy.deepcopy(self.model)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(),
            torch.zeros((), device=self.device),
            weight_decay=options.weight_decay,
            fused=True,
            capturable=self.graphed,
        )
        self.origin: dict[str, str] = {}  # the command and commit that the run began with
        self.history: list[dict[str, float]] = []
        self.epochs = 0.0  # passes over the digits; --minutes may end the last one early
        self.seconds = 0.0
        self.saved_at = 0.0
        self.checkpoint = Checkpoint(options.run / "checkpoint.pt")

    def fit(self) -> VAE:
        """Train the epochs that are left, and return the averaged model.

        A checkpoint is written after the last epoch, and after each other one that ends more than
        CHECKPOINT_EVERY seconds after the one before.

        Raises:
            DivergedError: the loss is not finite.
            InputError: --resume finds no checkpoint, a damaged one or one of a run with other options; a
                checkpoint cannot be written, and the one before it is kept; --minutes are over before the
                first epoch is; or the device has no memory for the batch.
        """
        if self.options.resume:
            self._load()
        step = self.step()
        try:
            while self._progress(len(self.history), self.seconds) < 1:
                self._epoch(step)
                self._save_after(CHECKPOINT_EVERY)
            self._save_after(0.0)
        except torch.OutOfMemoryError as error:
            raise InputError(
                f"{self.device} has no memory for a batch of {self.options.batch} digits: "
                f"choose a smaller --batch; {self._kept}"
            ) from error
        finally:
            self.checkpoint.wait()
        return self.averaged

    def step(self, kind: type[Step] | None = None) -> Step:
        """What each batch does to the model; a CUDA graph where one process trains on a card."""
        kind = kind or (GraphedStep if self.graphed else Step)
        return kind(self.options, self.model, self.averaged, self.optimizer, self.train_digits, self.bfloat16)

    def _epoch(self, step: Step) -> None:
        """Train one epoch, check its model, and remember both."""
        start = time.perf_counter()
        facts = self._train_epoch(step, start)
        if self.epochs < 1:
            raise InputError(
                f"--minutes {self.options.minutes:g} are over after {self.epochs:.0%} of the first epoch: "
                "give at least as many as one takes"
            )
        if not all(weights.isfinite().all() for weights in self.averaged.parameters()):
            raise DivergedError(
                f"the weights are not finite after epoch {len(self.history) + 1}; {self._kept}"
            )
        self.history.append(facts | validation_elbo(self.averaged, self.checked))
        self.seconds += time.perf_counter() - start

    @property
    def _kept(self) -> str:
        """What is left of the run where it cannot go on, as the end of a sentence."""
        return "the last good checkpoint is kept" if self.saved_at else "there is no checkpoint yet"

    def _save_after(self, seconds: float) -> None:
        """Write a checkpoint if more seconds of training than so many are not in one yet."""
        if processes.rank() == 0 and self.seconds - self.saved_at > seconds:
            self.checkpoint.save(self._state())
            self.saved_at = self.seconds

    def _train_epoch(self, step: Step, start: float) -> dict[str, float]:
        """One pass over the digits, or what of it --minutes leave time for; mean costs over them."""
        epoch, options = len(self.history), self.options
        batches = self._batches(epoch, step.generator)
        progress, n_seen = self._progress(epoch, self.seconds), 0
        self.model.train()
        step.totals.zero_()
        quiet: dict[str, Any] = {"disable": True} if processes.rank() else {}  # the first one shows the bar
        total, last = sum(map(len, batches)), "" if options.minutes else f"/{options.epochs}"
        with tqdm(total=total, unit="img", mininterval=2, desc=f"epoch {epoch + 1}{last}", **quiet) as bar:
            for i, rows in enumerate(batches, start=1):
                rate, weight = one_cycle(progress), kl_weight(self.epochs, options.kl_warmup)
                step.set_schedule(options.learning_rate * rate, weight)
                step(rows)
                n_seen += len(rows)
                bar.update(len(rows))
                self.epochs = epoch + i / len(batches)
                progress = self._progress(self.epochs, self.seconds + time.perf_counter() - start)
                if i % READ_EVERY == 1 or i == len(batches) or progress >= 1:
                    costs = self._costs(step, n_seen)
                    bar.set_postfix({name: f"{nats:.2f}" for name, nats in costs.items()})
                if progress >= 1:
                    break
        return {"epoch": epoch + 1} | costs

    def _costs(self, step: Step, n_seen: int) -> dict[str, float]:
        """Mean costs of the digits that this epoch has seen."""
        costs = step.mean_costs(n_seen)
        if not math.isfinite(costs["loss"]):
            raise DivergedError(f"the loss is {costs['loss']} in epoch {len(self.history) + 1}; {self._kept}")
        return costs

    def _batches(self, epoch: int, generator: torch.Generator) -> list[Tensor]:
        """Rows of the digits, in an order that depends on seed and epoch alone, this process's share of each
        batch that has a digit for every process; what else the generator draws depends on the process too."""
        seed, rank = self.options.seed * 1_000_003 + epoch + 1, processes.rank()
        generator.manual_seed(seed)
        order = torch.randperm(len(self.train_digits), generator=generator, device=self.device)
        if rank:
            generator.manual_seed(seed + rank * 1_000_000_007)
        batches, n = order.split(self.options.batch), processes.count()
        return [batch[rank::n] for batch in batches if len(batch) >= n]

    def _progress(self, epochs: float, seconds: float) -> float:
        """How much of the run is over after so many epochs and seconds; at 1 it ends."""
        if self.options.minutes is None:
            return epochs / self.options.epochs
        return processes.agreed(seconds, self.device) / (60 * self.options.minutes)

    def _state(self) -> dict[str, Any]:
        """What the run resumes from."""
        facts = {name: getattr(self, name) for name in FACTS} | {"options": resumable(self.options)}
        parts = {name: part.state_dict() for name, part in self._parts().items()}
        return facts | parts

    def _parts(self) -> dict[str, Any]:
        return {"model": self.model, "average": self.averaged, "optimizer": self.optimizer}

    def _load(self) -> None:
        saved = self.checkpoint.load(self.device)
        if not saved.keys() >= {"options", *FACTS, *self._parts()}:
            raise InputError(
                f"the checkpoint in {self.options.run} lacks a part: start anew, without --resume"
            )
        if saved["options"] != resumable(self.options):
            raise InputError(f"the checkpoint in {self.options.run} was trained with other options")
        for name, part in self._parts().items():
            part.load_state_dict(saved[name])
        for group in self.optimizer.param_groups:
            group["capturable"] = self.graphed  # which the checkpoint may have from another device
        for name in FACTS:
            setattr(self, name, saved[name])
        self.saved_at = self.seconds
