"""What the menu lacks on a phone, where it lies over the whole page: it closes when a page is chosen."""

import streamlit as st

_HTML = '<span class="closer" hidden></span>'
_JS = """
const CHOICE = "[data-testid=stSidebar] a";
const CLOSE = "[data-testid=stSidebarCollapseButton] button";
const COVERS = "(max-width: 767.98px)"; // the width below which Streamlit lays the sidebar over the page

export default function ({ parentElement }) {
  const close = ({ target }) => {
    if (target.closest?.(CHOICE) && matchMedia(COVERS).matches) document.querySelector(CLOSE)?.click();
  };
  document.addEventListener("click", close);
  parentElement.querySelector(".closer").dataset.ready = "true";
  return () => document.removeEventListener("click", close);
}
"""
_component = st.components.v2.component("menu", html=_HTML, js=_JS)


def close_on_choice() -> None:
    """Close the sidebar after a tap on one of its links, where it covers the page."""
    _component(key="menu")
