"""The address of a page: it carries the visitor's digit, as `?digit=...`, from page to page and to friends.

Nothing here imports torch: what an address holds is checked in form alone, before anybody decodes it.
"""

import base64
import re
import time

import streamlit as st

KEY = "digit"
N_BYTES = 15
_TEXT = re.compile(r"[A-Za-z0-9_-]{20}")  # N_BYTES in base64
_PAGE = re.compile(r"https?://[\w.:\[\]-]{1,100}(/[\w.~%/-]{0,100})?", re.ASCII)
_JS = """
export default function ({ data }) {
  if (data.since < (window.digitSince ?? 0)) return;
  window.digitSince = data.since;
  const address = new URL(location.href);
  if (address.searchParams.get(data.key) === data.text) return;
  if (data.text) address.searchParams.set(data.key, data.text);
  else address.searchParams.delete(data.key);
  history.replaceState(history.state, "", address);
}
"""
_TAKES_NO_ROOM = ".st-key-address_at_first, .st-key-address_now { position: absolute; max-width: 0; }"
_component = st.components.v2.component(
    "address",
    html='<span class="in-step" hidden></span>',
    css=_TAKES_NO_ROOM,
    isolate_styles=False,
    js=_JS,
)


def spelled(code: bytes) -> str:
    """A code of N_BYTES as the text that an address carries, 20 characters."""
    return base64.urlsafe_b64encode(code).decode()


def code() -> bytes | None:
    """The code in the address, or None where there is none.

    Raises:
        ValueError: what stands there cannot be a code, or there are several.
    """
    texts = st.query_params.get_all(KEY)
    if not texts:
        return None
    if len(texts) > 1:
        raise ValueError("an address carries one digit")
    return read(texts[0])


def read(text: str) -> bytes:
    """The code in a text that `spelled` wrote.

    Raises:
        ValueError: it cannot be one.
    """
    if not _TEXT.fullmatch(text):
        raise ValueError(f"a code in an address has {N_BYTES} bytes, in base64")
    return base64.urlsafe_b64decode(text)


def carried() -> dict[str, str] | None:
    """The query that links between pages take along: the digit's, or none while nobody brought one."""
    text = st.session_state.get("carried", st.query_params.get(KEY))
    return {KEY: text} if text and _TEXT.fullmatch(text) else None


def keep(text: str | None) -> None:
    """Let the address carry this digit from now on, or none."""
    if "carried" not in st.session_state or st.session_state["carried"] != text:
        st.session_state["carried"], st.session_state["carried_since"] = text, time.time()
    put_in_step("address_now")


def put_in_step(key: str) -> None:
    """Put the address in step, in the browser alone: neither a rerun nor a step for its Back button.

    A page does it twice, at first sight and once its digit is known; the browser keeps the later one.
    """
    since = st.session_state.get("carried_since", 0)
    _component(key=key, data={"key": KEY, "text": (carried() or {}).get(KEY), "since": since})


def of_this_page(text: str) -> str:
    """The whole link to this page with a digit, or its query alone where the browser names no page."""
    page = _PAGE.fullmatch(st.context.url or "")
    return f"{page[0]}{'' if page[1] else '/'}?{KEY}={text}" if page else f"?{KEY}={text}"
