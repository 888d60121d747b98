"""A button for another random draw, which remembers how often it was pressed."""

import streamlit as st


def again(label: str, *, key: str) -> int:
    """Show the button; how often the visitor has pressed it, to be used as a seed or a turn."""
    count = f"{key}_count"

    def press() -> None:
        st.session_state[count] = st.session_state.get(count, 0) + 1

    st.button(label, icon=":material/casino:", on_click=press, key=key)
    return st.session_state.get(count, 0)
