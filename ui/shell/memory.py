"""The memory of the process, which glibc gives out and hardly ever takes back; without glibc nothing is done.

Each thread of a visitor would get an arena of its own, in which what it no longer needs lies idle.
"""

import ctypes
import platform
import threading

REST_SECONDS = 10.0  # since a page last began to run, after which idle memory is given back
_M_ARENA_MAX = -8  # of mallopt(3)
_N_ARENAS = 2
_LIBC = ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
_at_rest = threading.Timer(0, lambda: None)


def share_arenas() -> None:
    """Let the threads that ask for memory from now on share two arenas."""
    if _LIBC is not None:
        _LIBC.mallopt(_M_ARENA_MAX, _N_ARENAS)


def give_back() -> None:
    """Give the system what lies idle; it takes 0 to 75 milliseconds."""
    if _LIBC is not None:
        _LIBC.malloc_trim(0)


def give_back_at_rest() -> None:
    """Give it back once no page has begun to run for some seconds; call this on every run."""
    global _at_rest
    _at_rest.cancel()
    _at_rest = threading.Timer(REST_SECONDS, give_back)
    _at_rest.daemon = True
    _at_rest.start()
