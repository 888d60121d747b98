"""Visitors who come when all cores are busy: they are told, wait, and are answered in their order."""

import os
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.app.conftest import LONG, SEVEN, draw, texts
from ui.shell import turns

BUSY_SECONDS = 1.5
N_VISITORS = 4


def test_who_comes_while_all_cores_are_busy_is_told_and_answered(open_page, one_core):
    app = open_page()
    assert not app.toast
    somebody = ExitStack()
    somebody.enter_context(one_core.one(lambda: None))
    threading.Timer(BUSY_SECONDS, somebody.close).start()
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
        assert one_core.n_free == 0
        raise RuntimeError
    with turns.turn():
        assert one_core.n_free == 0


def test_all_are_served_in_the_order_of_their_coming_though_each_was_told_to_wait(one_core):
    told, served = [threading.Event() for _ in range(N_VISITORS)], []

    def come(number: int) -> None:
        with one_core.one(told[number].set):
            served.append(number)

    visitors = [threading.Thread(target=come, args=(number,)) for number in range(N_VISITORS)]
    with turns.turn():
        for visitor, heard in zip(visitors, told, strict=True):
            visitor.start()
            assert heard.wait(LONG)  # so the next one comes later
        assert not served
    for visitor in visitors:
        visitor.join(LONG)
    assert served == list(range(N_VISITORS))


def test_who_leaves_while_they_wait_is_no_longer_waited_for(one_core):
    def leave() -> None:
        raise RuntimeError

    def come() -> None:
        with pytest.raises(RuntimeError), one_core.one(leave):
            pass

    visitor = threading.Thread(target=come)
    with turns.turn():
        visitor.start()
        visitor.join(LONG)
        assert not visitor.is_alive() and one_core.n_free == 0
    with turns.turn():
        assert one_core.n_free == 0


def test_where_no_page_runs_nobody_is_told(one_core, monkeypatch):
    toasts, done = [], threading.Event()
    monkeypatch.setattr(turns.st, "toast", lambda *words, **options: toasts.append(words))

    def compute() -> None:
        with turns.turn():
            done.set()

    visitor = threading.Thread(target=compute)
    with turns.turn():
        visitor.start()
        assert not done.wait(3 * turns.PATIENCE_SECONDS)
    visitor.join(LONG)
    assert done.is_set() and not toasts


@pytest.mark.parametrize(
    ("files", "n_allowed", "n_cores"),
    [
        ({}, 3, 3),
        ({"cpu.max": "max 100000\n"}, 3, 3),
        ({"cpu.max": "150000 100000\n"}, 3, 2),
        ({"cpu.max": "25000 100000\n"}, 3, 1),
        ({"cpu.max": "800000 100000\n"}, 3, 3),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3, 3),
        ({"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "20000\n"}, 4, 3),
        ({"cpu.max": "what is this?"}, 3, 3),
    ],
)
def test_as_many_cores_count_as_the_process_may_keep_busy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: dict[str, str], n_allowed: int, n_cores: int
):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(turns, "_CGROUP", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(n_allowed)), raising=False)
    assert turns.n_cores() == n_cores


def test_a_machine_that_knows_no_affinity_counts_all_its_cores(monkeypatch, tmp_path):
    monkeypatch.setattr(turns, "_CGROUP", tmp_path)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert turns.n_cores() == 1
