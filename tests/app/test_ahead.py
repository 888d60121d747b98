"""What everybody will see is worked out while nobody waits, piece by piece, and once in a process."""

import threading
import time
from collections.abc import Callable

import pytest
from streamlit import runtime

from tests.app.conftest import LONG
from ui.shell import ahead, turns


@pytest.fixture(autouse=True)
def short_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "REST_SECONDS", 0.3)


def worked_out(pieces: list[Callable[[], object]]) -> threading.Thread:
    """A thread that works pieces out."""
    worker = threading.Thread(target=ahead.work_out, args=(pieces,))
    worker.start()
    return worker


def test_each_piece_takes_its_turn_and_one_that_fails_stops_no_other(one_core):
    held = []

    def piece() -> None:
        held.append(one_core.n_free)
        raise RuntimeError

    worked_out([piece, piece]).join(LONG)
    assert held == [0, 0] and one_core.n_free == 1


def test_nothing_is_worked_out_before_the_cores_have_been_at_rest(one_core):
    begun: list[float] = []
    with turns.turn():
        worker = worked_out([lambda: begun.append(time.monotonic())])
        time.sleep(2 * ahead.REST_SECONDS)
        assert not begun
        answered = time.monotonic()
    worker.join(LONG)
    assert begun[0] - answered >= ahead.REST_SECONDS


def test_a_process_begins_once_and_only_where_it_serves(one_core, monkeypatch):
    begun: list[int] = []
    monkeypatch.setattr(ahead, "_not_begun", threading.Lock())
    ahead.begin([lambda: begun.append(1)])
    monkeypatch.setattr(runtime, "exists", lambda: True)
    before = set(threading.enumerate())
    for _ in range(3):
        ahead.begin([lambda: begun.append(2)])
    for worker in set(threading.enumerate()) - before:
        worker.join(LONG)
    assert begun == [2]
