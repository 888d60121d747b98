"""The same network with the prior N(0, I), a baseline: `python -m vae.evaluation.plain_vae --help`.

It is trained from random weights, for whole codes alone.
"""

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import vae
from vae.checkpoint import WEIGHTS, read_weights
from vae.evaluation.evaluation_data import EvaluationData, Sizes, read_data
from vae.evaluation.generation_protocol import frechet_ratio, sure_share
from vae.evaluation.specialists import fitted
from vae.files import write_file
from vae.prior import Prior
from vae.training import train
from vae.training.command import run_command
from vae.training.data import default_root, validation_digits
from vae.training.options import shape_options
from vae.training.sevens import learned_digits


@dataclass(frozen=True)
class Options:
    """Train the plain VAE and write plain.json."""

    data: Path = default_root()
    """Folder that holds MNIST/raw. Default: $MNIST_ROOT, else ./data."""
    out: Path | None = None
    """Folder for plain.json. Default: that of --run; weights for the figures that ship."""
    run: Path = Path("runs/plain")
    """Folder for the checkpoint that --resume continues."""
    resume: bool = False
    """Continue the run in --run."""
    epochs: int = 25
    """Passes over the training digits."""
    seed: int = 0
    """Of the training and of every random choice."""


def make_normal(prior: Prior) -> None:
    """Let a prior be N(0, I) and stay so."""
    prior.requires_grad_(False)
    for parameter in prior.net[-1].parameters():
        parameter.zero_()


def train_plain(options: train.Options) -> vae.VAE:
    """A trained VAE whose prior is N(0, I), calibrated as far as samples need it."""
    held_out = validation_digits(options.data)
    trainer = train.Trainer(options, learned_digits(options.data), held_out)
    make_normal(trainer.model.prior)
    make_normal(trainer.averaged.prior)
    return fitted(trainer, held_out)


def figures(model: vae.VAE, data: EvaluationData, sizes: Sizes, seed: int) -> dict[str, float]:
    """How much its samples look like digits."""
    samples = vae.sample(model, sizes.generated, seed=seed)
    return {
        "frechet_ratio": frechet_ratio(model, data, sizes.generated, seed),
        "sure_share": sure_share(samples, data.classifier),
    }


def main(options: Options) -> None:
    """Train, measure and write."""
    sizes, started_from = Sizes(), train.commit()
    shape = shape_options(read_weights(WEIGHTS / "vae.safetensors").config)
    model = train_plain(
        train.Options(
            data=options.data,
            run=options.run,
            resume=options.resume,
            epochs=options.epochs,
            seed=options.seed,
            codes="whole",
            **shape,
        )
    )
    facts = {
        "command": "python -m vae.evaluation.plain_vae " + shlex.join(sys.argv[1:]),
        "commit": started_from,
        "epochs": options.epochs,
        "figures": figures(model, read_data(options.data, sizes, options.seed), sizes, options.seed),
    }
    write_file((options.out or options.run) / "plain.json", json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    run_command("vae.evaluation.plain_vae", main, Options, (train.DivergedError,))
