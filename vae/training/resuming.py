"""The checkpoint that a run resumes from, written while training goes on."""

import io
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vae.checks import InputError
from vae.files import write_file


class Checkpoint:
    """A file that holds the state of a run: weights and numbers, nested in dicts and lists."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None

    def save(self, state: dict[str, Any]) -> None:
        """Copy the state as it is now, and write it in the background, after the one before.

        Raises:
            InputError: the one before could not be written.
        """
        copy = _on_host(state)
        self.wait()
        self._writing = self._writer.submit(self._write, copy)

    def wait(self) -> None:
        """Wait until all is written.

        Raises:
            InputError: it could not be; the file is as it was.
        """
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def load(self, device: torch.device) -> dict[str, Any]:
        """The state, with its tensors on a device; nothing is unpickled but weights and numbers.

        Raises:
            InputError: there is no such file, or it is damaged.
        """
        if not self.path.is_file():
            raise InputError(f"there is no checkpoint to resume in {self.path.parent}")
        try:
            state = torch.load(self.path, map_location=device, weights_only=True)
            return dict(state.items())
        except Exception as error:  # zipfile, pickle and PyTorch raise a dozen kinds on damaged files
            raise InputError(
                f"the checkpoint in {self.path.parent} is damaged, or holds more than weights and numbers: "
                "start anew, without --resume"
            ) from error

    def _write(self, state: dict[str, Any]) -> None:
        file = io.BytesIO()
        torch.save(state, file)
        write_file(self.path, file.getvalue())


def _on_host(state: Any) -> Any:
    """A copy of a state in the computer's own memory."""
    if isinstance(state, Tensor):
        return state.detach().to("cpu", copy=True)
    if isinstance(state, dict):
        return {key: _on_host(value) for key, value in state.items()}
    if isinstance(state, list | tuple):
        return [_on_host(value) for value in state]
    return state
