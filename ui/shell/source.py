"""The few lines of `vae` behind a page, read from the source that runs, so that they cannot drift."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import streamlit as st


def show(*functions: Callable[..., Any]) -> None:
    """The source of some functions; their docstrings stay in the files."""
    for function in functions:
        st.caption(f"From `{function.__module__.replace('.', '/')}.py`, as it runs here:")
        st.code(lines_of(function), language=None, wrap_lines=True)


def lines_of(function: Callable[..., Any]) -> str:
    """The source of a function without its docstring."""
    source = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(source).body[0]
    lines = source.rstrip().splitlines()
    if isinstance(definition, ast.FunctionDef) and ast.get_docstring(definition):
        docstring = definition.body[0]
        del lines[docstring.lineno - 1 : docstring.end_lineno]
    return "\n".join(lines)
