"""A step of training as one CUDA graph: launched at once, where its kernels one by one keep the card waiting.

Source: https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs
"""

import warnings
from typing import Any

import torch
from torch import Tensor

from vae.training.step import Step

N_WARM_UP = 3  # steps before the graph is recorded, in which libraries choose their kernels
NOT_RECORDED = "This instance was constructed with capturable=True"  # the optimizer warns until it is


class GraphedStep(Step):
    """A step on CUDA that is recorded once it has warmed up, and replayed from then on.

    A graph has one batch size: batches of another one, the last of an epoch, run without it.
    """

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.device = self.digits.device
        self.rows = torch.zeros(self.options.batch, dtype=torch.int64, device=self.device)
        self.stream = torch.cuda.Stream(self.device)
        self.graph: torch.cuda.CUDAGraph | None = None
        self.n_warmed_up = 0

    def __call__(self, rows: Tensor) -> None:
        if len(rows) != len(self.rows):
            super().__call__(rows)
        elif self.n_warmed_up < N_WARM_UP:
            self._warm_up(rows)
        else:
            self.rows.copy_(rows)
            self.graph = self.graph or self._recorded()
            self.graph.replay()

    def _warm_up(self, rows: Tensor) -> None:
        """A step on the stream that the graph will be recorded from."""
        now = torch.cuda.current_stream(self.device)
        self.stream.wait_stream(now)
        with torch.cuda.stream(self.stream), warnings.catch_warnings():
            warnings.filterwarnings("ignore", NOT_RECORDED)
            super().__call__(rows)
        now.wait_stream(self.stream)
        self.n_warmed_up += 1

    def _recorded(self) -> torch.cuda.CUDAGraph:
        """The step as a graph; recording it computes nothing."""
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self.generator)
        with torch.cuda.graph(graph, stream=self.stream):
            super().__call__(self.rows)
        return graph
