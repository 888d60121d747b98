"""The frame around every page: title, navigation, sidebar, and how a page begins, fails and ends.

Nothing here imports torch, so a page is painted before the model loads.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.shell import address, memory, menu, source, turns

APP = "One Model, Five Superpowers"
PALETTES = ("viridis", "magma", "cividis", "grey")
INPUT_WIDTH = 320
HERO_WIDTH = 380
_OUR_FAULT = "Something went wrong on our side; your digit is safe, and the other pages work."
_LOG = logging.getLogger(__name__)
_PAGES = {
    "": [("streamlit_app.py", "Home", ":material/draw:")],
    "Five superpowers": [
        ("pages/compress.py", "Compress", ":material/compress:"),
        ("pages/generate.py", "Generate", ":material/auto_awesome:"),
        ("pages/denoise.py", "Denoise", ":material/blur_off:"),
        ("pages/anomaly.py", "Find anomalies", ":material/troubleshoot:"),
        ("pages/impute.py", "Fill in", ":material/healing:"),
    ],
    "Behind it": [
        ("pages/how_it_works.py", "How it works", ":material/school:"),
        ("pages/scoreboard.py", "Scoreboard", ":material/leaderboard:"),
    ],
}
_IMPORTED = threading.Event()  # by the first page of this process
_ICONS = {path: icon for pages in _PAGES.values() for path, _, icon in pages}
memory.keep_little()  # before torch asks for any


def page(title: str, path: str, lead: str) -> DeltaGenerator:
    """Begin a page: its config, the sidebar, the title and one sentence. Call this before importing `vae`.

    Args:
        title: what the page is called, in plain words.
        path: the page's file, as in `pages/impute.py`.
        lead: one sentence under the title.

    Returns:
        The place beside the title, below it where the screen is narrow.
    """
    st.set_page_config(
        page_title=title if title == APP else f"{title} · {APP}",
        page_icon=str(Path(__file__).with_name("icon.svg")),
        layout="wide",
        initial_sidebar_state=250,
    )
    st.html(Path(__file__).with_name("page.css"))
    if st.session_state.get("page") != path:
        st.session_state["page"] = path
        st.session_state["visit"] = st.session_state.get("visit", 0) + 1
        st.session_state["is_strange_address"] = address.is_strange()
        memory.give_back()
    memory.give_back_at_rest()
    _sidebar()
    head = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    head.title(title, anchor=False, width="content")
    st.markdown(lead)
    _check_address()
    address.put_in_step("address_at_first")
    st.session_state["top"], st.session_state["said_at_top"] = st.container(), set()
    return head.container(width="content")


def palette() -> str:
    """The name of the palette that the visitor chose for ink."""
    return st.session_state.get("palette") or PALETTES[0]


def link(path: str, label: str) -> None:
    """A link to a page, with its icon; it takes the digit in the address along."""
    st.page_link(path, label=label, icon=_ICONS[path], query_params=address.carried())


def split(width: int = INPUT_WIDTH) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Two columns, the first `width` pixels wide; the second moves below it where the screen is narrow."""
    row = st.container(horizontal=True, gap="medium")
    return row.container(width=width), row.container()


@st.fragment
def section(label: str, key: str, show: Callable[..., None], *args: Any, icon: str | None = None) -> None:
    """A part of a page behind its label: nothing of it is computed or sent until the visitor opens it.

    Args:
        label: what is in there.
        key: what an address calls it, where it is open.
        show: shows it.
        args: what `show` takes.
        icon: before the label, in Streamlit's words.
    """
    fold = st.expander(label, key=key, icon=icon, on_change="rerun", bind="query-params")
    if fold.open:
        with fold, sentence():
            show(*args)


@contextmanager
def loading() -> Iterator[None]:
    """Show a skeleton while the first imports of the process take their seconds, and nothing ever after."""
    with st.empty() if _IMPORTED.is_set() else st.skeleton(height=420):
        yield
    _IMPORTED.set()


@contextmanager
def sentence() -> Iterator[None]:
    """Compute a block of a page in its turn, and make one sentence of an error; the rest of it is left out.

    What is wrong with a file of the model is said at the top of the page, once for all blocks that need it.
    """
    try:
        with turns.turn():
            yield
    except Exception as error:  # not Streamlit's own way to stop or rerun a page, which is no Exception
        if _is_about_a_file(error):
            complain_at_top(str(error))
        else:
            complain(told(error))


def _is_about_a_file(error: Exception) -> bool:
    from vae.checks import FileError  # here, for it brings torch

    return isinstance(error, FileError)


def complain_at_top(text: str) -> None:
    """Show one sentence under the title, however often a run of the page asks for it."""
    if text in st.session_state["said_at_top"]:
        return
    st.session_state["said_at_top"].add(text)
    with st.session_state["top"]:
        complain(text)


def told(error: Exception) -> str:
    """The sentence of an InputError; of any other error a general one, and its traceback goes to the log."""
    from vae.checks import InputError  # here, for it brings torch

    if isinstance(error, InputError):
        return str(error)
    _LOG.error("a part of a page could not be shown", exc_info=error)
    return _OUR_FAULT


def complain(text: str) -> None:
    """Show one sentence about something that went wrong, with its markdown taken literally."""
    said = text[:1].upper() + text[1:].rstrip(".") + "."
    st.warning(re.sub(r"([\\`*_{}\[\]()#+!|$:<>~-])", r"\\\1", said), icon=":material/info:")


def what_is_happening(words: str, *formulas: str, code: Sequence[Callable[..., Any]]) -> None:
    """End a page, part one, behind its label: what is computed, the formula in parts, and the code itself."""
    section("What is happening", "why", _explain, words, formulas, code)


def _explain(words: str, formulas: Sequence[str], code: Sequence[Callable[..., Any]]) -> None:
    st.markdown(words)
    for formula in formulas:
        st.latex(formula)
    source.show(*code)


def where_it_fails(words: str) -> None:
    """End a page, part two: one honest failure in words; the page shows it right after."""
    st.header("Where it fails", anchor=False)
    st.markdown(words)


def _sidebar() -> None:
    with st.sidebar:
        st.caption(APP)
        for section, pages in _PAGES.items():
            if section:
                st.caption(section)
            with st.container(gap="xxsmall"):
                for path, label, _ in pages:
                    link(path, label)
        st.selectbox(
            "Ink palette",
            PALETTES,
            key="palette",
            bind="query-params",
            help="Colours for the brightness of ink. All four keep their order when printed in grey.",
        )
        menu.close_on_choice()


def _check_address() -> None:
    if st.session_state["is_strange_address"]:
        st.caption("The address holds settings that this page does not know. They were ignored.")
