"""The visitor's current digit, one for all pages, and what there is to say about it.

It is session state under "digit", "digit_problem" and "board_says", which nothing else reads or writes.
"""

from dataclasses import replace

import streamlit as st

from ui.digit import canvas
from ui.digit.digit import Digit, from_gallery, from_text, plain_seven, strokes_in
from ui.shell import address, frame
from vae.checks import FileError, InputError

FIRST_LABEL = 7


def begin() -> None:
    """Take the digit in the address, or a gallery's; call it before a page shows a digit or its board.

    Only the first call of a visit does so: the address never takes the place of what the visitor brought.
    """
    if "digit" in st.session_state:
        return
    with frame.sentence():
        _follow_link()
    if "digit" not in st.session_state:
        st.session_state["digit"] = _stand_in()


def _follow_link() -> None:
    """Keep the digit in the address, if there is one, or say that it cannot be read."""
    try:
        text = address.text()
        if text is None:
            return
        linked, strokes = from_text(text), strokes_in(text)
    except FileError:  # which is not the link's fault
        raise
    except (InputError, address.AddressError):
        refuse(
            "The link holds no digit that can be read, perhaps because a part of it was lost, so a "
            f"{FIRST_LABEL} stands in"
        )
        return
    keep(linked)
    canvas.put("canvas", strokes)


def _stand_in() -> Digit:
    """The digit until the visitor brings one: a gallery's, or where there is no gallery a plain one."""
    with frame.sentence():
        return replace(from_gallery(FIRST_LABEL), source="stand-in", text=None)
    return plain_seven()


def digit() -> Digit:
    """The digit that all pages work on."""
    return st.session_state["digit"]


def keep(digit: Digit) -> None:
    """Make this the digit of all pages, from here on; what went wrong before is forgotten."""
    st.session_state["digit"] = digit
    forget_problem()


def refuse(problem: str) -> None:
    """Say what is wrong with what the visitor brought, until they bring better or leave the page."""
    st.session_state["digit_problem"] = st.session_state["visit"], problem


def forget_problem() -> None:
    """Say no longer what was wrong: it was taken away, or something better was brought."""
    st.session_state["digit_problem"] = None


def problem() -> str | None:
    """What is wrong with what the visitor brought on this page, if anything is."""
    visit, words = st.session_state.get("digit_problem") or (None, None)
    return words if visit == st.session_state["visit"] else None


def remark(words: str) -> None:
    """Say something about the current digit, until another one takes its place."""
    st.session_state["board_says"] = digit(), words


def said() -> str | None:
    """What there is to say about the current digit."""
    about, words = st.session_state.get("board_says", (None, None))
    return words if about is digit() else None
