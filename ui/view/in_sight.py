"""What lies further down a page is computed when the visitor comes there, so no first picture waits for it.

Call it inside a fragment: what is then shown redraws nothing else of the page.
"""

import streamlit as st

_JS = """
export default function ({ data, parentElement, setStateValue }) {
  const watcher = new IntersectionObserver(([place]) => {
    if (!place.isIntersecting) return;
    watcher.disconnect();
    setStateValue("reached", data.about);
  });
  watcher.observe(parentElement.querySelector(".place"));
  return () => watcher.disconnect();
}
"""
_component = st.components.v2.component(
    "in_sight", html='<div class="place" aria-hidden="true"></div>', js=_JS
)


def reached(key: str, *, about: str, height: int) -> bool:
    """Whether the visitor has come to this place; until then an empty one holds it.

    Args:
        key: the widget's key.
        about: what is to be shown; where it changes, the visitor has to see the place anew.
        height: of the empty place, in pixels.
    """
    if _component(key=key, data={"about": about}, on_reached_change=lambda: None).reached == about:
        return True
    st.space(height)
    return False
