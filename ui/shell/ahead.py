"""What all visitors of a process will see is worked out ahead of them, piece by piece, while nobody waits."""

import contextlib
import threading
from collections.abc import Callable, Sequence

from streamlit import runtime

from ui.shell import turns

REST_SECONDS = 3.0  # in which nobody is answered, before a piece is worked out
_not_begun = threading.Lock()


def begin(pieces: Sequence[Callable[[], object]]) -> None:
    """Work the pieces out beside the server, once in a process, however often a page asks for it."""
    if runtime.exists() and _not_begun.acquire(blocking=False):
        threading.Thread(target=work_out, args=(pieces,), daemon=True).start()


def work_out(pieces: Sequence[Callable[[], object]]) -> None:
    """Work out one piece after the other, each in its turn; what fails, the page that needs it will tell."""
    for piece in pieces:
        turns.wait_for_rest(REST_SECONDS)
        with contextlib.suppress(Exception), turns.turn():
            piece()
