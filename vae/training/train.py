"""Train the one model: `python -m vae.train --help`."""

import json
import shlex
import subprocess
import sys

import torch

from vae.checkpoint import WEIGHTS, save_weights
from vae.checks import InputError
from vae.files import check_folder, write_file
from vae.training import processes
from vae.training.command import run_command
from vae.training.data import validation_digits
from vae.training.device import device_name
from vae.training.options import Options, resumable
from vae.training.sevens import learned_digits
from vae.training.start import read_facts
from vae.training.trainer import DivergedError, Trainer


def commit() -> str:
    """The commit that is checked out, with "-dirty" where files differ from it, or "unknown"."""
    describe = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        run = subprocess.run(describe, cwd=WEIGHTS, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return run.stdout.strip()


def write_results(trainer: Trainer) -> None:
    """Write the averaged weights, and the facts and curve of the run as training.json.

    Raises:
        InputError: there are better weights already, or a file cannot be written.
    """
    options = trainer.options
    if not options.force:
        check_no_better(options, trainer.history[-1]["validation_elbo"])
    save_weights(trainer.averaged, options.results / "vae.safetensors")
    facts = {
        **trainer.origin,
        "hours": round(trainer.seconds / 3600, 2),
        "epochs": round(trainer.epochs, 2),
        "device": device_name(trainer.device),
        "precision": "bfloat16" if trainer.bfloat16 else "float32",
        "torch": torch.__version__,
        "parameters": sum(value.numel() for value in trainer.model.parameters()),
        "options": resumable(options),
        "started_from": trainer.started_from,
        "history": trainer.history,
    }
    write_file(options.results / "training.json", json.dumps(facts, indent=1) + "\n")


def check_no_better(options: Options, elbo: float) -> None:
    """Refuse to replace weights whose ELBO on validation digits, in nats, is higher or not known."""
    if not (options.results / "vae.safetensors").exists():
        return
    how = f"--resume --force replaces them, without training again: the run is kept in {options.run}"
    try:
        earlier = float(read_facts(options.results / "training.json")["history"][-1]["validation_elbo"])
    except (InputError, KeyError, IndexError, TypeError, ValueError) as error:
        raise InputError(f"how good the weights in {options.results} are is not known; {how}") from error
    if elbo < earlier:
        raise InputError(
            f"the weights in {options.results} are better, validation ELBO {earlier:.2f} nats against "
            f"{elbo:.2f}; {how}"
        )


def main(options: Options) -> None:
    """Train, then write the results."""
    origin = {"command": "python -m vae.train " + shlex.join(sys.argv[1:]), "commit": commit()}
    for folder in (options.run, options.results):
        check_folder(folder)
    try:
        trainer = Trainer(options, learned_digits(options.data), validation_digits(options.data))
    except torch.OutOfMemoryError as error:
        raise InputError("the device has no memory for the digits and the model: choose another") from error
    trainer.origin = origin
    trainer.fit()
    if processes.rank() == 0:
        write_results(trainer)
        report(trainer)
    processes.part()


def report(trainer: Trainer) -> None:
    """Print how good the averaged model is on validation digits."""
    last = trainer.history[-1]
    print(f"validation ELBO {last['validation_elbo']:.2f} nats, at k = 2 {last['validation_elbo_2']:.2f}")


def run() -> None:
    """The command."""
    run_command("vae.train", main, Options, (DivergedError,))
