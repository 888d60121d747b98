"""Turns: as many visitors are answered at once as there are cores, and the others are told that they wait.

Without turns, all of them would be answered equally late.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

PATIENCE_SECONDS = 2.0  # of a visitor, before they are told
WAIT = "Several people are drawing right now. It will be your turn in a moment."
_cores = threading.BoundedSemaphore(os.cpu_count() or 1)
_run = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Hold a core while a part of a page is computed; parts within that part hold the same one."""
    if getattr(_run, "has_core", False):
        yield
        return
    if not _cores.acquire(timeout=PATIENCE_SECONDS):
        st.toast(WAIT, icon=":material/hourglass_empty:")  # it moves nothing on the page
        _cores.acquire()
    _run.has_core = True
    try:
        yield
    finally:
        _run.has_core = False
        _cores.release()
