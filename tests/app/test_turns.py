"""Visitors who come when all cores are busy: they are told, wait, and are answered."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.app.conftest import SEVEN, draw, texts
from ui.shell import turns

BUSY_SECONDS = 1.5


@pytest.fixture
def one_core(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.BoundedSemaphore]:
    """A machine with one core, and visitors without patience."""
    core = threading.BoundedSemaphore(1)
    monkeypatch.setattr(turns, "_cores", core)
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.1)
    yield core
    assert core.acquire(blocking=False)  # given back, whatever happened


def test_who_comes_while_all_cores_are_busy_is_told_and_answered(open_page, one_core):
    app = open_page()
    assert not app.toast
    one_core.acquire()
    threading.Timer(BUSY_SECONDS, one_core.release).start()
    start = time.monotonic()
    draw(app, SEVEN)
    assert time.monotonic() - start > BUSY_SECONDS - 0.5
    assert [toast.value for toast in app.toast] == [turns.WAIT]
    assert not app.exception
    assert "Your drawing in **16 bytes** instead of 784" in texts(app)


def test_a_part_within_a_part_waits_for_nobody_and_an_error_gives_the_core_back(one_core):
    with ExitStack() as parts, pytest.raises(RuntimeError):
        for _ in range(3):
            parts.enter_context(turns.turn())
        assert not one_core.acquire(blocking=False)
        raise RuntimeError
    with turns.turn():
        assert not one_core.acquire(blocking=False)
