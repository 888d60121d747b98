"""A step as a CUDA graph: when it is recorded and replayed, and that it then does the same."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from unit.training.conftest import weights
from vae.training.cuda_graph import N_WARM_UP, GraphedStep
from vae.training.options import Options
from vae.training.step import Step
from vae.training.trainer import Trainer


class Graph:
    """What a CUDA graph does, told in words."""

    def __init__(self, said: list[str]) -> None:
        self.said = said

    def register_generator_state(self, generator: torch.Generator) -> None:
        self.said.append("generator")

    def replay(self) -> None:
        self.said.append("replay")


class Stream:
    def __init__(self, device: torch.device) -> None:
        self.device = device

    def wait_stream(self, other: "Stream") -> None:
        pass


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a step does on a card that is not there."""
    words: list[str] = []

    @contextmanager
    def graph(graph: Graph, stream: Stream) -> Iterator[None]:
        words.append("record")
        yield
        words.append("recorded")

    for name, stand_in in {
        "CUDAGraph": lambda: Graph(words),
        "Stream": Stream,
        "graph": graph,
        "stream": lambda stream: nullcontext(),
        "current_stream": Stream,
    }.items():
        monkeypatch.setattr(torch.cuda, name, stand_in)
    monkeypatch.setattr(Step, "__call__", lambda self, rows: words.append(f"step of {len(rows)}"))
    return words


def test_a_step_warms_up_is_recorded_once_and_replayed(
    trainer: functools.partial[Trainer], options: Options, said: list[str]
) -> None:
    run = trainer(options)
    run.graphed = True
    step = run.step()
    assert isinstance(step, GraphedStep)
    batches = [torch.arange(50) + 50 * (i % 2) for i in range(N_WARM_UP + 2)]
    for rows in [*batches, torch.arange(7), batches[0]]:
        step(rows)
    warm_up, recording = N_WARM_UP * ["step of 50"], ["generator", "record", "step of 50", "recorded"]
    assert said == [*warm_up, *recording, "replay", "replay", "step of 7", "replay"]
    assert torch.equal(step.rows, batches[0]), "the graph reads the batch of its last replay"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a card")
@pytest.mark.parametrize("learn", ["all", "prior"])
def test_a_graph_learns_what_single_kernels_learn(options: Options, pixels: Tensor, learn: str) -> None:
    options = replace(options, device="cuda", batch=60, learn=learn)
    runs = [Trainer(replace(options, run=options.run / name), pixels[:200], pixels[200:]) for name in "ab"]
    runs[1].graphed = False
    for run in runs:
        run.fit()
    first, second = (run.history[-1]["loss"] for run in runs)
    assert first == pytest.approx(second, rel=1e-3)
    assert torch.allclose(weights(runs[0]), weights(runs[1]), atol=1e-3)
