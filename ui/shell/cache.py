"""What is computed from pictures is kept: a visitor's for a short while, and only so much of it."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import streamlit as st
from torch import Tensor

P = ParamSpec("P")
T = TypeVar("T")


def briefly(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function remember its latest results, also where its arguments are pictures."""
    remember = st.cache_data(
        show_spinner=False,
        max_entries=32,
        ttl="10m",
        hash_funcs={Tensor: _content},
    )
    return remember(function)


def for_good(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function remember all its results, which are not copied; its arguments may be pictures."""
    return st.cache_resource(show_spinner=False, hash_funcs={Tensor: _content})(function)


def _content(picture: Tensor) -> bytes:
    """All that tells one picture or mask from another."""
    return f"{picture.dtype} {tuple(picture.shape)}".encode() + picture.numpy().tobytes()
