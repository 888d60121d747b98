"""The memory of the process, which glibc gives out and hardly ever takes back; without glibc nothing is done.

Each thread of a visitor would get an arena of its own, in which what it no longer needs lies idle, and the
end of an arena would go back only once 64 MB of it do.

Source: mallopt(3) and malloc_trim(3) of glibc.
"""

import ctypes
import platform
import threading

REST_SECONDS = 10.0  # since a page last began to run, after which idle memory is given back
_N_ARENAS = 2
_LARGE = 8 << 20  # bytes of a block that goes back at once; a network's are smaller, a photo's larger
_LONGEST_END = 16 << 20  # bytes that lie idle at the end of an arena, at most
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # of mallopt(3)
_LIBC = ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
_at_rest = threading.Timer(0, lambda: None)


def keep_little() -> None:
    """Let the threads that ask for memory from now on share two arenas, and keep little that lies idle."""
    if _LIBC is not None:
        _LIBC.mallopt(_M_ARENA_MAX, _N_ARENAS)
        _LIBC.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        _LIBC.mallopt(_M_TRIM_THRESHOLD, _LONGEST_END)


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
