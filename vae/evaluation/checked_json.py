"""A JSON file beside the weights, each value checked before anything is made of it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from vae.checks import FileError

LARGEST = 1e12  # of a number; nothing that is measured here comes near it

Check = Callable[[Any], bool]
T = TypeVar("T")


class UnusableError(Exception):
    """What is wrong with a file, without its name."""


def read_json(path: Path, parse: Callable[[Any], T], *, command: str) -> T | None:
    """What `parse` makes of a file, or None where there is no file.

    Args:
        path: of the file.
        parse: takes the content and raises UnusableError where that is not what it should be.
        command: writes the file anew.

    Raises:
        FileError: the file is damaged or holds something else; the message is one sentence.
    """
    if not path.exists():
        return None
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except UnusableError as error:
        problem = str(error)
    except (OSError, ValueError, RecursionError):
        problem = "it is not a readable JSON file"
    raise FileError(f"weights/{path.name} cannot be shown: {problem}; {command} writes a new one.")


def checked(record: Any, checks: Mapping[str, Check], where: str) -> dict[str, Any]:
    """The named values of a record, each of which has passed its check; one that is not there is None.

    Raises:
        UnusableError: the record, which is called `where`, is none or holds another value.
    """
    if not isinstance(record, dict):
        raise UnusableError(f"{where} is not a list of named values")
    for name, fits in checks.items():
        if not fits(record.get(name)):
            raise UnusableError(f"{where} has no usable “{name}”")
    return {name: record.get(name) for name in checks}


def is_text(value: Any) -> bool:
    """Words, not only blanks."""
    return isinstance(value, str) and bool(value.strip())


def is_number(value: Any) -> bool:
    """A finite number of plausible size; True and False are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST


def is_whole(value: Any) -> bool:
    """A number without decimals."""
    return is_number(value) and isinstance(value, int)


def is_count(value: Any) -> bool:
    """A whole number, 1 or more."""
    return is_whole(value) and value >= 1


def is_share(value: Any) -> bool:
    """A number from 0 to 1."""
    return is_number(value) and 0 <= value <= 1


def is_flag(value: Any) -> bool:
    """True or False."""
    return isinstance(value, bool)


def is_list(value: Any) -> bool:
    """A list, perhaps empty."""
    return isinstance(value, list)


def is_filled_list(value: Any) -> bool:
    """A list with something in it."""
    return is_list(value) and bool(value)
