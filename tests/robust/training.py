"""Training that is killed, or whose disk is full: its files stay whole, and the run goes on from them."""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from tests.robust.processes import environment
from vae.checkpoint import read_weights

N_KILLS, N_FULL = 20, 3
N = N_KILLS + N_FULL
EPOCHS = 12
LONGEST_S = 3.0  # from the start of a training to its kill; all of its epochs take about as long
ENOUGH = 2**30  # bytes of a file
TOO_FEW = (1000, 30_000, 60_000)  # bytes: for the weights, for a checkpoint, for the end of one


def tries(n: int) -> Iterator[str | None]:
    """What is wrong after each of n accidents, kills before full disks; None where nothing is."""
    n_full = max(1, n * N_FULL // N) if n > 1 else 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _started(folder, 1).communicate()
        for seed in range(n - n_full):
            yield _killed(folder, random.Random(seed))
        for i in range(n_full):
            yield _starved(folder, TOO_FEW[i % len(TOO_FEW)])


def _started(folder: Path, epochs: int, most_bytes: int = ENOUGH, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.robust.small_training", str(folder), str(epochs), str(most_bytes)]
    pipe = subprocess.PIPE
    return subprocess.Popen([*command, *more], env=environment(), stdout=pipe, stderr=pipe, text=True)


def _killed(folder: Path, draw: random.Random) -> str | None:
    (folder / "run" / "checkpoint.pt").unlink(missing_ok=True)
    process = _started(folder, EPOCHS)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(draw.uniform(0, LONGEST_S))
    process.kill()
    process.communicate()
    if problem := _damaged(folder):
        return f"after a kill: {problem}"
    resume = ["--resume"] if (folder / "run" / "checkpoint.pt").exists() else []
    again = _started(folder, EPOCHS, ENOUGH, *resume)
    said = again.communicate()[1]
    if again.returncode or _damaged(folder):
        return f"after a kill it does not go on: {said.splitlines()[-1:]}"
    return None


def _starved(folder: Path, most_bytes: int) -> str | None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    process = _started(folder, EPOCHS, most_bytes)
    said = process.communicate()[1].strip().splitlines()[-1:]
    if process.returncode != 1 or not said or "cannot be written" not in said[0]:
        return f"on a full disk it says: {said}"
    if any(not path.exists() for path in before):
        return "on a full disk a file is lost"
    return _damaged(folder)


def _damaged(folder: Path) -> str | None:
    """What is wrong with the files of a run, if anything is."""
    try:
        read_weights(folder / "out" / "vae.safetensors")
        assert json.loads((folder / "out" / "training.json").read_text())["history"]
        checkpoint = folder / "run" / "checkpoint.pt"
        if checkpoint.exists():
            torch.load(checkpoint, weights_only=True)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None
