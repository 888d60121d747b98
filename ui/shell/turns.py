"""Turns: as many visitors are answered at once as there are cores, in the order in which they came.

Without turns, all of them would be answered equally late. Those who wait are told.
"""

import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

PATIENCE_SECONDS = 2.0  # of a visitor, before they are told
_LOOK_EVERY = 0.1  # seconds, whether all cores are at rest
WAIT = "Several people are drawing right now. It will be your turn in a moment."
_CGROUP = Path("/sys/fs/cgroup")


class Cores:
    """Cores that are given out in the order in which they are asked for."""

    def __init__(self, n: int) -> None:
        self.n, self.n_free = n, n
        self._last_used = time.monotonic()
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, when_late: Callable[[], None]) -> Iterator[None]:
        """Hold a core; `when_late` is called, once, where it is not there within a visitor's patience."""
        mine = threading.Event()
        with self._lock:
            self._waiting.append(mine)
            self._give_out()
        try:
            if not mine.wait(PATIENCE_SECONDS):
                when_late()
                mine.wait()
            yield
        finally:
            with self._lock:
                if mine.is_set():
                    self.n_free += 1
                    self._last_used = time.monotonic()
                else:  # `when_late` has ended the run of the page
                    self._waiting.remove(mine)
                self._give_out()

    def seconds_at_rest(self) -> float:
        """For how long nobody has held a core."""
        with self._lock:
            return time.monotonic() - self._last_used if self.n_free == self.n else 0.0

    def _give_out(self) -> None:
        while self.n_free and self._waiting:
            self.n_free -= 1
            self._waiting.popleft().set()


def n_cores() -> int:
    """The cores that this process may keep busy: those it may run on, or fewer by its container's quota."""
    try:
        n_allowed = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        n_allowed = os.cpu_count() or 1
    quota = _quota()
    return n_allowed if quota is None else max(1, min(n_allowed, math.ceil(quota)))


def _quota() -> float | None:
    """The cores that the control group, of version 2 or 1, lets a container use; None = all."""
    try:
        if (_CGROUP / "cpu.max").exists():
            most_us, period_us = (_CGROUP / "cpu.max").read_text().split()
        else:
            files = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
            most_us, period_us = ((_CGROUP / "cpu" / name).read_text() for name in files)
        return int(most_us) / int(period_us) if int(most_us) > 0 else None
    except (OSError, ValueError):  # there are no control groups, or they set no bound: "max"
        return None


_cores = Cores(n_cores())
_run = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Hold a core while a part of a page is computed; parts within that part hold the same one."""
    if getattr(_run, "has_core", False):
        yield
        return
    with _cores.one(_tell):
        _run.has_core = True
        try:
            yield
        finally:
            _run.has_core = False


def wait_for_rest(seconds: float) -> None:
    """Wait until nobody has held a core for so long."""
    while _cores.seconds_at_rest() < seconds:
        time.sleep(_LOOK_EVERY)


def _tell() -> None:
    if get_script_run_ctx(suppress_warning=True):  # else no page runs, and there is nobody to be told
        st.toast(WAIT, icon=":material/hourglass_empty:")  # it moves nothing on the page
