"""`python -m vae.train` on 300 gallery digits and a tiny model, for others to kill and to starve of disk.

`python -m tests.robust.small_training FOLDER EPOCHS MOST_BYTES [--resume]` writes to FOLDER/run and
FOLDER/out; no file can grow beyond MOST_BYTES.
"""

import resource
import signal
import sys
from pathlib import Path

import vae
from tests.tiny_training import TINY
from vae.training import train
from vae.training.command import run_command
from vae.training.options import Options


def main(folder: Path, epochs: int, most_bytes: int, *, resume: bool) -> None:
    """Train, and write as the command does."""
    digits = (vae.load_gallery().images[:, 0] * 255).byte()
    train.learned_digits = lambda root: digits[:200]
    train.validation_digits = lambda root: digits[200:]
    options = Options(
        out=folder / "out",
        run=folder / "run",
        resume=resume,
        force=True,
        epochs=epochs,
        batch=100,
        **TINY,
    )
    print("begun", flush=True)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    sys.argv = ["vae.train"]
    run_command("vae.train", lambda _: train.main(options), Options, (train.DivergedError,))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), resume="--resume" in sys.argv)
