"""What `torchrun` starts as one of several processes: a training of seconds on gallery digits.

`torchrun -m tests.unit.training.one_of_several FOLDER` writes the weights and the history of each to FOLDER.
"""

import sys
from pathlib import Path

import torch
from torch import Tensor

import vae
from tests.tiny_training import TINY
from vae.training import processes
from vae.training.options import Options
from vae.training.trainer import Trainer


def trained(folder: Path) -> tuple[Tensor, list[dict[str, float]]]:
    """The averaged weights and the history of a run that keeps its checkpoint in a folder."""
    torch.set_num_threads(1)
    pixels = (vae.load_gallery().images[:, 0] * 255).byte()
    options = Options(
        run=folder / "run", epochs=3, batch=50, ema=0.9, learning_rate=1e-2, kl_warmup=0.0, **TINY
    )
    run = Trainer(options, pixels[:201], pixels[201:])  # the last batch has a single digit
    run.fit()
    return torch.cat([value.flatten() for value in run.averaged.state_dict().values()]), run.history


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    weights, history = trained(folder)
    torch.save({"weights": weights, "history": history}, folder / f"{processes.rank()}.pt")
    processes.part()
