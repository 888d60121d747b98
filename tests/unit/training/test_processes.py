"""Several processes train one model: as well as one process does, and all of them to the same weights."""

import functools
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import vae
from unit.training.one_of_several import trained
from vae.training import processes
from vae.training.options import Options
from vae.training.trainer import Trainer

ROOT = Path(__file__).parents[3]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]


def test_two_processes_learn_as_well_as_one_and_end_with_the_same_weights(tmp_path: Path) -> None:
    command = [*TORCHRUN, "-m", "tests.unit.training.one_of_several", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    assert first["weights"].equal(second["weights"])
    weights, history = trained(tmp_path / "alone")
    assert not weights.equal(first["weights"])  # what is augmented and corrupted is drawn by two generators
    for name in ("loss", "validation_elbo"):
        assert first["history"][-1][name] == pytest.approx(second["history"][-1][name], rel=1e-5)
        assert first["history"][-1][name] == pytest.approx(history[-1][name], rel=0.05)


def test_one_process_needs_no_others() -> None:
    processes.join(torch.device("cpu"))
    assert (processes.rank(), processes.count()) == (0, 1)
    module, figure = torch.nn.Linear(1, 1), torch.tensor(3.0)
    assert processes.with_shared_gradients(module) is module
    assert processes.averaged(figure) is figure


def test_every_process_needs_a_digit_of_each_batch(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "count", lambda: 3)
    with pytest.raises(vae.InputError, match="--batch must be at least 3, a digit for each process"):
        trainer(replace(options, batch=2))


def test_processes_agree_on_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert processes.agreed(1.5, torch.device("cpu")) == 1.5
    monkeypatch.setattr(processes, "count", lambda: 2)
    monkeypatch.setattr(processes.distributed, "all_reduce", lambda total: total.add_(2.5))
    assert processes.agreed(1.5, torch.device("cpu")) == 2.0
