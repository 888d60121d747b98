"""Train the one model: `python -m vae.train --help`."""

import json
import math
import shlex
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from vae.checkpoint import WEIGHTS, read_tensors, save_weights
from vae.checks import InputError
from vae.model import VAE, Config
from vae.posterior.inference import encoder_bound
from vae.training.augmentation import Codes, Corruptions, augmented, clean_view, corrupted_view
from vae.training.command import run_command
from vae.training.data import as_images, binarize, default_root, training_digits, validation_digits
from vae.training.objective import elbo, guess_nats, rate

N_CHECKED = 1000  # validation digits scored after each epoch
CORRUPTED = 2  # one digit in so many is also seen noisy or partly hidden
GUESS_WEIGHT = 0.5  # of the cost of guessing a corrupted digit's code, beside the ELBO
KEPT = "the last good checkpoint is kept"


@dataclass(frozen=True)
class Options:
    """Train the nested VAE on MNIST and write its weights, its training curve and the facts of the run."""

    data: Path = default_root()
    """Folder that holds MNIST/raw; downloaded there if missing. Default: $MNIST_ROOT, else ./data."""
    out: Path = WEIGHTS
    """Folder for vae.safetensors and training.json."""
    run: Path = Path("runs/default")
    """Folder for the checkpoint that --resume continues."""
    resume: bool = False
    """Continue the run in --run to the same result as if it had not been interrupted."""
    start: Path | None = None
    """Weights file to start from instead of random weights; a prior of another kind starts anew."""
    epochs: int = 80
    """Passes over the 50,000 training digits."""
    batch: int = 256
    """Digits in a step."""
    learning_rate: float = 1.5e-3
    """Highest learning rate of the one-cycle schedule (rise over 5 % of the steps, cosine fall)."""
    weight_decay: float = 1e-3
    """Decoupled weight decay of AdamW."""
    kl_warmup: float = 2.0
    """Epochs over which the weight of the KL rises from 0 to 1."""
    clip: float = 200.0
    """Highest norm of the gradient."""
    ema: float = 0.999
    """Decay of the running average of the weights that is saved."""
    seed: int = 0
    """Same seed, same machine, same weights."""
    device: str = "auto"
    """auto, cpu, cuda or cuda:N."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Arithmetic of encoder and decoder; auto: bfloat16 where the processor has it."""
    learn: Literal["all", "prior"] = "all"
    """What learns: all, from augmented digits, or the prior alone, the codes of digits as they are."""
    codes: Codes = "nested"
    """Lengths of code to learn: nested for every prefix, whole for K alone, map for two numbers alone."""
    corruptions: Corruptions = "all"
    """What to recognise codes from beside clean digits: all, noise alone, or holes alone."""
    latent_dim: int = 32
    """K, the length of the whole code."""
    channels: int = 32
    """Feature maps at 14 x 14; twice as many at 7 x 7."""
    hidden: int = 256
    """Width of the vector between maps and code."""
    blocks: int = 2
    """Residual blocks at 7 x 7, and at 14 x 14 in the decoder; the encoder has a single one there."""

    @property
    def config(self) -> Config:
        return Config(self.latent_dim, self.channels, self.hidden, self.blocks)


def shape_options(config: Config) -> dict[str, Any]:
    """The options that give encoder and decoder the shape of a config."""
    return {name: size for name, size in asdict(config).items() if not name.startswith("prior_")}


class DivergedError(RuntimeError):
    """The loss is no longer finite; the last good checkpoint is kept."""


class Trainer:
    """One run: model, running average, optimizer, and the history of its epochs."""

    def __init__(self, options: Options, train: Tensor, validation: Tensor) -> None:
        """train and validation: uint8 (N, 28, 28)."""
        self.options = options
        self.device = _device(options.device)
        self.bfloat16 = _use_bfloat16(options.precision, self.device)
        self.train_digits = train.to(self.device)
        images = as_images(validation[:N_CHECKED]).to(self.device)
        self.checked = binarize(images, torch.Generator(self.device).manual_seed(options.seed))
        self.model = _initialized(options.config, options.seed)
        if options.start is not None:
            _start_from(self.model, options.start)
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
            InputError: --resume finds no checkpoint, or one of a run with other options.
        """
        if self.options.resume:
            self._load()
        for epoch in range(len(self.history), self.options.epochs):
            start = time.perf_counter()
            facts = self._train_epoch(epoch)
            if not all(weights.isfinite().all() for weights in self.averaged.parameters()):
                raise DivergedError(f"the weights are not finite after epoch {epoch + 1}; {KEPT}")
            checks = self.validate()
            self.history.append({"epoch": epoch + 1, **facts, **checks})
            self.seconds += time.perf_counter() - start
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

    def _train_epoch(self, epoch: int) -> dict[str, float]:
        """One pass over the digits, in an order and with views that depend on seed and epoch alone."""
        generator = torch.Generator(self.device).manual_seed(self.options.seed * 1_000_003 + epoch + 1)
        order = torch.randperm(len(self.train_digits), generator=generator, device=self.device)
        batches = order.split(self.options.batch)
        totals: dict[str, Tensor] = {}
        n_seen = 0
        self.model.train()
        with tqdm(
            total=len(order), unit="img", mininterval=2, desc=f"epoch {epoch + 1}/{self.options.epochs}"
        ) as bar:
            for step, rows in enumerate(batches):
                progress = epoch + step / len(batches)
                for name, nats in self._step(rows, progress, generator).items():
                    totals[name] = totals.get(name, 0) + nats.detach() * len(rows)
                n_seen += len(rows)
                bar.update(len(rows))
                if step % 20 == 0 or step == len(batches) - 1:
                    facts = {name: total.item() / n_seen for name, total in totals.items()}
                    bar.set_postfix({name: f"{nats:.2f}" for name, nats in facts.items()})
                    if not math.isfinite(facts["loss"]):
                        raise DivergedError(f"the loss is {facts['loss']} in epoch {epoch + 1}; {KEPT}")
        return facts

    def _step(self, rows: Tensor, progress: float, generator: torch.Generator) -> dict[str, Tensor]:
        """One optimizer step; the loss and its parts, each the mean over the batch in nats."""
        options = self.options
        for group in self.optimizer.param_groups:
            group["lr"] = options.learning_rate * one_cycle(progress / options.epochs)
        images = as_images(self.train_digits[rows])
        if options.learn == "prior":
            costs = self._prior_costs(images, generator)
        else:
            costs = self._costs(augmented(images, generator), progress, generator)
        self.optimizer.zero_grad(set_to_none=True)
        costs["loss"].backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), options.clip)
        self.optimizer.step()
        self.average.update_parameters(self.model)
        return costs

    def _costs(self, images: Tensor, progress: float, generator: torch.Generator) -> dict[str, Tensor]:
        """What all of the model learns from images (B, 1, 28, 28)."""
        options = self.options
        view = clean_view(images, options.latent_dim, options.codes, generator)
        corrupted = corrupted_view(images[::CORRUPTED], options.corruptions, generator)
        with self._autocast():
            bound = elbo(self.model, view, generator)
            guess = guess_nats(self.model, corrupted, bound.z[::CORRUPTED].detach()).mean()
        kl_weight = min(1.0, progress / options.kl_warmup) if options.kl_warmup else 1.0
        loss = (kl_weight * bound.kl - bound.log_px).mean() + GUESS_WEIGHT * guess
        elbo_nats = (bound.log_px - bound.kl).mean()
        return {"loss": loss, "elbo": elbo_nats, "kl": bound.kl.mean(), "guess": guess}

    def _prior_costs(self, images: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
        """What the prior alone learns from images (B, 1, 28, 28)."""
        view = clean_view(images, self.options.latent_dim, self.options.codes, generator)
        with self._autocast():
            kl = rate(self.model, view, generator)[0].mean()
        return {"loss": kl, "kl": kl}

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16)

    def _state(self) -> dict[str, Any]:
        return {"model": self.model, "average": self.average, "optimizer": self.optimizer}

    def _save(self) -> None:
        self.options.run.mkdir(parents=True, exist_ok=True)
        state = {name: part.state_dict() for name, part in self._state().items()}
        facts = {"history": self.history, "seconds": self.seconds, "options": resumable(self.options)}
        facts["started_from"] = self.started_from
        partial = self.checkpoint.with_suffix(".partial")
        torch.save({**state, **facts}, partial)
        partial.replace(self.checkpoint)

    def _load(self) -> None:
        if not self.checkpoint.is_file():
            raise InputError(f"there is no checkpoint to resume in {self.options.run}")
        saved = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        if saved["options"] != resumable(self.options):
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


def resumable(options: Options) -> dict[str, Any]:
    """The options that fix the result of a run: all but folders and device."""
    skipped = {"data", "out", "run", "resume", "device"}
    kept = {name: value for name, value in asdict(options).items() if name not in skipped}
    return kept | {"start": options.start and str(options.start)}


def _initialized(config: Config, seed: int) -> VAE:
    """A model with random weights; nobody else's random numbers depend on it."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return VAE(config)


def _start_from(model: VAE, path: Path) -> None:
    """Give a model the encoder and decoder in a weights file, and the prior if it is of the same shape."""
    tensors, _ = read_tensors(path)
    own = model.state_dict()
    theirs, ours = ({(name, value.shape) for name, value in part.items()} for part in (tensors, own))
    unlike = [name for name, _ in theirs ^ ours]
    if not all(name.startswith("prior.") for name in unlike):
        raise InputError(f"the weights in {path.name} have another config than this run's options")
    kept = {name: x for name, x in tensors.items() if not (unlike and name.startswith("prior."))}
    model.load_state_dict(own | kept)


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def _use_bfloat16(precision: str, device: torch.device) -> bool:
    if precision != "auto":
        return precision == "bfloat16"
    return device.type == "cuda" or torch.ops.mkldnn._is_mkldnn_bf16_supported()


def commit() -> str:
    """The commit that is checked out, with "-dirty" where files differ from it, or "unknown"."""
    describe = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        run = subprocess.run(describe, cwd=WEIGHTS, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return run.stdout.strip()


def _device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{torch.get_num_threads()} CPU threads"


def write_results(trainer: Trainer, started_from: str) -> None:
    """Write the averaged weights, and the facts and curve of the run as training.json."""
    options = trainer.options
    save_weights(trainer.averaged, options.out / "vae.safetensors")
    facts = {
        "command": "python -m vae.train " + shlex.join(sys.argv[1:]),
        "commit": started_from,
        "hours": round(trainer.seconds / 3600, 2),
        "device": _device_name(trainer.device),
        "precision": "bfloat16" if trainer.bfloat16 else "float32",
        "torch": torch.__version__,
        "parameters": sum(value.numel() for value in trainer.model.parameters()),
        "options": resumable(options),
        "started_from": trainer.started_from,
        "history": trainer.history,
    }
    (options.out / "training.json").write_text(json.dumps(facts, indent=1) + "\n")


def earlier_run(start: Path | None) -> dict[str, Any] | None:
    """The weights to start from and the facts of the run that made them; None without."""
    if start is None:
        return None
    beside = start.with_name("training.json")
    facts = json.loads(beside.read_text()) if beside.is_file() else {}
    return {"weights": str(start), **facts}


def main(options: Options) -> None:
    """Train, then write the results."""
    started_from = commit()
    trainer = Trainer(options, training_digits(options.data), validation_digits(options.data))
    trainer.fit()
    write_results(trainer, started_from)
    last = trainer.history[-1]
    print(f"validation ELBO {last['validation_elbo']:.2f} nats, at k = 2 {last['validation_elbo_2']:.2f}")


def run() -> None:
    """The command."""
    run_command("vae.train", main, Options, (ValueError, DivergedError))
