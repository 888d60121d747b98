"""Where a value lives: one rule for the whole app.

- What is the same for every visitor, such as the model, the gallery or the tiles of the map, is computed
  once in a process: `for_good`; what takes long, `ui.shell.ahead` asks for before a visitor does. Arguments
  of such a function take a handful of values, and all results together 24 MB, more than half of it the model.
- What is computed from a visitor's picture or settings is kept `briefly`: by the content of the arguments,
  for ten minutes, and no more of it than a number of bytes, however many visitors there are.
- What a visitor chose or brought lives in session state. Each key has one module that writes it, in a
  callback or in a function made for that: the page, its visit and its top `ui.shell.frame`, the digit
  `ui.digit.current`, what was picked from the gallery `ui.digit.digit_input`, a board's strokes
  `ui.digit.canvas`, a photo and whether the camera is open `ui.digit.photo`, the text in the address
  `ui.shell.address`, the film to share `ui.digit.share`, how often a button was pressed `ui.shell.again`,
  the map's point `pages/generate.py`.
- What a link should repeat, such as a slider, is a widget bound to a query parameter.

Nothing else of the app remembers. In `vae`, functools keeps what is read or made once: the model, the
gallery, the components of PCA, the coder of a model. Results that are kept are shared, not copied, so nobody
changes them.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import streamlit as st
from torch import Tensor

P = ParamSpec("P")
T = TypeVar("T")

BUDGET_BYTES = 8 * 2**20  # for the results of one function; those of all 21 functions take 40 MB at most
MOST_RESULTS = 32  # of one function, however small they are
_SECONDS = 600  # a number: Streamlit reads words by importing pandas
entry_bytes: dict[str, int] = {}  # of each function that is kept briefly: what its largest result takes


def briefly(*, entry_kb: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a function remember its latest results for ten minutes; its arguments may be pictures.

    Args:
        entry_kb: what its largest result takes, in thousands of bytes.
    """

    def kept(function: Callable[P, T]) -> Callable[P, T]:
        size = entry_bytes[f"{function.__module__}.{function.__qualname__}"] = 1000 * entry_kb
        most = min(MOST_RESULTS, BUDGET_BYTES // size)
        remember = st.cache_resource(show_spinner=False, ttl=_SECONDS, max_entries=most, hash_funcs=_HASHES)
        return remember(function)

    return kept


def for_good(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function remember all its results; its arguments may be pictures."""
    return st.cache_resource(show_spinner=False, hash_funcs=_HASHES)(function)


def _content(picture: Tensor) -> bytes:
    """All that tells one picture or mask from another."""
    return f"{picture.dtype} {tuple(picture.shape)}".encode() + picture.numpy().tobytes()


_HASHES: dict[type | str, Callable[..., object]] = {Tensor: _content}
