"""What is computed from a visitor's picture is kept for a short while, and only so much of it."""

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
        hash_funcs={Tensor: lambda image: image.numpy().tobytes()},
    )
    return remember(function)
