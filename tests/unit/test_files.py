"""Files are written whole or not at all."""

import os
import resource
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import vae
from vae.files import write_file


@contextmanager
def full_disk(most_bytes: int) -> Iterator[None]:
    """No file of this process can grow longer than that."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_file_is_written_with_its_folder_and_readable_by_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "facts.json"
    before = os.umask(0o077)
    try:
        write_file(path, "é\n")
    finally:
        os.umask(before)
    assert path.read_bytes() == "é\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert os.listdir(path.parent) == ["facts.json"]


def test_on_a_full_disk_the_earlier_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    write_file(path, b"earlier")
    with (
        full_disk(1000),
        pytest.raises(vae.InputError, match="facts.json cannot be written.*what was there") as error,
    ):
        write_file(path, bytes(2000))
    assert "\n" not in str(error.value)
    assert path.read_bytes() == b"earlier" and os.listdir(tmp_path) == ["facts.json"]


@pytest.mark.parametrize("stops", ["fsync", "replace"])
def test_an_interrupted_write_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops: str
) -> None:
    def stop(*args: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "facts.json"
    write_file(path, b"earlier")
    with monkeypatch.context() as patch:
        patch.setattr(*((os, "fsync") if stops == "fsync" else (Path, "replace")), stop)
        with pytest.raises(KeyboardInterrupt):
            write_file(path, b"later")
    assert path.read_bytes() == b"earlier"
    write_file(path, b"later")
    assert path.read_bytes() == b"later" and os.listdir(tmp_path) == ["facts.json"]


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(vae.InputError, match="cannot be written"):
        write_file(tmp_path / "taken" / "facts.json", b"")
