"""How files are written, whole or not at all, and how arrays are read from one that may be damaged."""

import os
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae.checks import InputError

READABLE_BY_ALL = 0o644
MOST_BYTES = 2**26  # of the arrays in one file, unpacked


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file aside, flush it to the disk, and only then let it take the place of an earlier one.

    Whatever interrupts this, even a power cut, leaves the earlier file or the new one, never a part.

    Args:
        path: its folder is made where it is missing.
        content: text is written as UTF-8.

    Raises:
        InputError: the disk is full, or the file cannot be written for another reason; the earlier one stays.
    """
    aside = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(READABLE_BY_ALL)
        aside.replace(path)
        with suppress(OSError):  # not every system can flush a folder
            _flush(path.parent)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise InputError(
            f"{path.name} cannot be written to {path.parent}: {error.strerror}; what was there is as it was"
        ) from error


def check_folder(folder: Path) -> None:
    """Accept a folder that files can be written to; it is made where it is missing.

    Raises:
        InputError: it is none, or nothing can be written to it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as error:
        raise InputError(f"nothing can be written to {folder}: {error.strerror}") from error


def _flush(folder: Path) -> None:
    """Make the names in a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_arrays(path: Path, names: Sequence[str]) -> list[NDArray]:
    """Arrays by their names in an npz file; nothing is unpickled, and no more unpacked than MOST_BYTES.

    Raises:
        ValueError: the file is missing or damaged, or lacks an array.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(each.file_size for each in archive.infolist()) > MOST_BYTES:
                raise ValueError("it is too large")
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return [file[name] for name in names]
    except Exception as error:  # zipfile, zlib and NumPy raise a dozen kinds on damaged files
        raise ValueError(f"{path.name} holds no such arrays") from error
