"""One training run: its steps, its checks on validation digits, and the checkpoint that it resumes from."""

import io
import math
import os
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from vae.checks import InputError, usable_device
from vae.files import write_file
from vae.model import VAE
from vae.posterior.inference import encoder_bound
from vae.training import processes
from vae.training.costs import Costs
from vae.training.data import as_images, binarize
from vae.training.options import Options, resumable
from vae.training.start import earlier_run, initialized, start_from

N_CHECKED = 1000  # validation digits scored after each epoch
KEPT = "the last good checkpoint is kept"


class DivergedError(RuntimeError):
    """The loss is no longer finite; the last good checkpoint is kept."""


class Trainer:
    """One run: model, running average, optimizer, and the history of its epochs."""

    def __init__(self, options: Options, train: Tensor, validation: Tensor) -> None:
        """train and validation: uint8 (N, 28, 28)."""
        self.options = options
        self.device = _device(options.device)
        processes.join(self.device)
        self.bfloat16 = _use_bfloat16(options.precision, self.device)
        self.train_digits = train.to(self.device)
        images = as_images(validation[:N_CHECKED]).to(self.device)
        self.checked = binarize(images, torch.Generator(self.device).manual_seed(options.seed))
        self.model = initialized(options.config, options.seed)
        if options.start is not None:
            start_from(self.model, options.start)
        self.started_from = earlier_run(options.start)
        if options.learn == "prior":
            self.model.encoder.requires_grad_(False)
            self.model.decoder.requires_grad_(False)
        self.model = self.model.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(options.ema))
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), options.learning_rate, weight_decay=options.weight_decay
        )
        self.history: list[dict[str, float]] = []
        self.seconds = 0.0

    @property
    def checkpoint(self) -> Path:
        return self.options.run / "checkpoint.pt"

    def fit(self) -> VAE:
        """Train the epochs that are left, checkpoint after each, and return the averaged model.

        Raises:
            DivergedError: the loss is not finite.
            InputError: --resume finds no checkpoint, a damaged one or one of a run with other options; or a
                checkpoint cannot be written, and the one before it is kept.
        """
        if self.options.resume:
            self._load()
        costs = processes.with_shared_gradients(Costs(self.model, self.options, self.bfloat16))
        for epoch in range(len(self.history), self.options.epochs):
            start = time.perf_counter()
            facts = self._train_epoch(costs, epoch)
            if not all(weights.isfinite().all() for weights in self.averaged.parameters()):
                raise DivergedError(f"the weights are not finite after epoch {epoch + 1}; {KEPT}")
            checks = self.validate()
            self.history.append({"epoch": epoch + 1, **facts, **checks})
            self.seconds += time.perf_counter() - start
            if processes.rank() == 0:
                self._save()
        return self.averaged

    @property
    def averaged(self) -> VAE:
        return self.average.module  # type: ignore[return-value]

    def validate(self) -> dict[str, float]:
        """ELBO in nats of the averaged model on validation digits, at K dimensions and at two."""
        self.averaged.eval()
        lengths = {"validation_elbo": None, "validation_elbo_2": min(2, self.options.latent_dim)}
        return {
            name: encoder_bound(self.averaged, self.checked, n_dims=n_dims, n_samples=1).mean().item()
            for name, n_dims in lengths.items()
        }

    def _train_epoch(self, costs: nn.Module, epoch: int) -> dict[str, float]:
        """One pass over the digits, whose order and views depend on seed, epoch and process alone."""
        seed, rank = self.options.seed * 1_000_003 + epoch + 1, processes.rank()
        generator = torch.Generator(self.device).manual_seed(seed)
        order = torch.randperm(len(self.train_digits), generator=generator, device=self.device)
        if rank:
            generator.manual_seed(seed + rank * 1_000_000_007)
        batches = [batch[rank :: processes.count()] for batch in order.split(self.options.batch)]
        totals: dict[str, Tensor] = {}
        n_seen = 0
        self.model.train()
        quiet: dict[str, Any] = {"disable": True} if rank else {}  # the first process shows the bar
        total, label = sum(map(len, batches)), f"epoch {epoch + 1}/{self.options.epochs}"
        with tqdm(total=total, unit="img", mininterval=2, desc=label, **quiet) as bar:
            for step, rows in enumerate(batches):
                progress = epoch + step / len(batches)
                for name, nats in self._step(costs, rows, progress, generator).items():
                    totals[name] = totals.get(name, 0) + nats.detach() * len(rows)
                n_seen += len(rows)
                bar.update(len(rows))
                if step % 20 == 0 or step == len(batches) - 1:
                    facts = {name: processes.averaged(it / n_seen).item() for name, it in totals.items()}
                    bar.set_postfix({name: f"{nats:.2f}" for name, nats in facts.items()})
                    if not math.isfinite(facts["loss"]):
                        raise DivergedError(f"the loss is {facts['loss']} in epoch {epoch + 1}; {KEPT}")
        return facts

    def _step(
        self, costs: nn.Module, rows: Tensor, progress: float, generator: torch.Generator
    ) -> dict[str, Tensor]:
        """One optimizer step; the loss and its parts, each the mean over the batch in nats."""
        options = self.options
        for group in self.optimizer.param_groups:
            group["lr"] = options.learning_rate * one_cycle(progress / options.epochs)
        found = costs(as_images(self.train_digits[rows]), progress, generator)
        self.optimizer.zero_grad(set_to_none=True)
        found["loss"].backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), options.clip)
        self.optimizer.step()
        self.average.update_parameters(self.model)
        return found

    def _state(self) -> dict[str, Any]:
        return {"model": self.model, "average": self.average, "optimizer": self.optimizer}

    def _save(self) -> None:
        state = {name: part.state_dict() for name, part in self._state().items()}
        facts = {"history": self.history, "seconds": self.seconds, "options": resumable(self.options)}
        facts["started_from"] = self.started_from
        file = io.BytesIO()
        torch.save({**state, **facts}, file)
        write_file(self.checkpoint, file.getvalue())

    def _load(self) -> None:
        if not self.checkpoint.is_file():
            raise InputError(f"there is no checkpoint to resume in {self.options.run}")
        try:
            saved = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
            options = saved["options"]
        except Exception as error:  # zipfile, pickle and PyTorch raise a dozen kinds on damaged files
            raise InputError(
                f"the checkpoint in {self.options.run} is damaged, or holds more than weights and numbers: "
                "start anew, without --resume"
            ) from error
        if options != resumable(self.options):
            raise InputError(f"the checkpoint in {self.options.run} was trained with other options")
        for name, part in self._state().items():
            part.load_state_dict(saved[name])
        self.history, self.seconds = saved["history"], saved["seconds"]
        self.started_from = saved.get("started_from", self.started_from)


def one_cycle(progress: float, rise: float = 0.05) -> float:
    """Factor of the learning rate, 0 to 1, at a share of the run: linear rise, then cosine fall."""
    if progress < rise:
        return max(progress / rise, 0.01)
    return 0.5 * (1 + math.cos(math.pi * (progress - rise) / (1 - rise)))


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        name = f"cuda:{os.environ.get('LOCAL_RANK', 0)}"
    return usable_device(name)


def _use_bfloat16(precision: str, device: torch.device) -> bool:
    if precision != "auto":
        return precision == "bfloat16"
    return device.type == "cuda" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
