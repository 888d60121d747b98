"""How a command of this project runs: its options from the command line, and one sentence where it fails."""

import sys
from collections.abc import Callable
from typing import TypeVar

import tyro

from vae.checks import InputError

Options = TypeVar("Options")


def run_command(
    name: str,
    main: Callable[[Options], None],
    options: type[Options],
    failures: tuple[type[Exception], ...] = (),
) -> None:
    """Run a command, and end with one sentence where it cannot go on.

    Args:
        name: what is called after `python -m`.
        main: what it does.
        options: the dataclass that its command line fills.
        failures: errors beside InputError whose message is that sentence; all others are tracebacks.
    """
    expected: tuple[type[Exception], ...] = (InputError, *failures)
    try:
        main(tyro.cli(options))
    except expected as error:
        sys.exit(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted")
