"""Several processes train one model: as well as one process does, and all of them to the same weights."""

import functools
import os
import socket
from pathlib import Path

import pytest
import torch
from torch import Tensor, multiprocessing

from unit.training.conftest import weights
from vae.training import processes
from vae.training.options import Options
from vae.training.trainer import Trainer

EPOCHS = 3


def train(rank: int, port: int, options: Options, pixels: Tensor, folder: Path) -> None:
    """What torchrun would start as one of two processes."""
    torch.set_num_threads(1)
    address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    os.environ |= {"WORLD_SIZE": "2", "RANK": str(rank), "LOCAL_RANK": str(rank)} | address
    run = Trainer(options, pixels[:200], pixels[200:])
    run.fit()
    torch.save({"weights": weights(run), "history": run.history}, folder / f"{rank}.pt")
    processes.part()


def test_two_processes_learn_as_well_as_one_and_end_with_the_same_weights(
    trainer: functools.partial[Trainer], options: Options, pixels: Tensor, tmp_path: Path
) -> None:
    short = Options(**vars(options) | {"epochs": EPOCHS, "learning_rate": 1e-2, "kl_warmup": 0.0})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    multiprocessing.spawn(train, (port, short, pixels, tmp_path), nprocs=2)
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    assert first["weights"].equal(second["weights"])
    alone = trainer(short)
    alone.fit()
    assert not weights(alone).equal(first["weights"])  # the views are drawn by two generators
    for name in ("loss", "validation_elbo"):
        assert first["history"][-1][name] == pytest.approx(second["history"][-1][name], rel=1e-5)
        assert first["history"][-1][name] == pytest.approx(alone.history[-1][name], rel=0.05)


def test_one_process_needs_no_others() -> None:
    processes.join(torch.device("cpu"))
    assert (processes.rank(), processes.count()) == (0, 1)
    module, figure = torch.nn.Linear(1, 1), torch.tensor(3.0)
    assert processes.with_shared_gradients(module) is module
    assert processes.averaged(figure) is figure
