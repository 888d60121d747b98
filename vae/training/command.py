"""How a command of this project runs: its options from the command line, and one sentence where it fails."""

import sys
from collections.abc import Callable
from typing import TypeVar

import tyro

Options = TypeVar("Options")


def run_command(
    name: str,
    main: Callable[[Options], None],
    options: type[Options],
    failures: tuple[type[Exception], ...] = (ValueError,),
) -> None:
    """Run a command, and end with one sentence where it cannot go on.

    Args:
        name: what is called after `python -m`.
        main: what it does.
        options: the dataclass that its command line fills.
        failures: errors whose message is that sentence; all others are tracebacks.
    """
    try:
        main(tyro.cli(options))
    except failures as error:
        sys.exit(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted")
