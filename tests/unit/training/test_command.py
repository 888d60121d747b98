"""A command ends with a sentence where it is given what it cannot use, and with a traceback on any bug."""

import sys
from dataclasses import dataclass

import pytest

import vae
from vae.checks import FileError
from vae.training.command import run_command
from vae.training.trainer import DivergedError


@dataclass
class Options:
    """A command without options."""


def run(error: BaseException) -> None:
    def main(options: Options) -> None:
        raise error

    run_command("vae.test", main, Options, (DivergedError,))


@pytest.fixture(autouse=True)
def no_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["vae.test"])


@pytest.mark.parametrize("kind", [vae.InputError, FileError, DivergedError])
def test_what_it_cannot_use_is_a_sentence(kind: type[Exception]) -> None:
    with pytest.raises(SystemExit, match="^vae.test: there is none$"):
        run(kind("there is none"))


@pytest.mark.parametrize("kind", [ValueError, RuntimeError])
def test_a_failure_of_the_program_is_a_traceback(kind: type[Exception]) -> None:
    with pytest.raises(kind, match="shapes cannot be multiplied"):
        run(kind("shapes cannot be multiplied"))
