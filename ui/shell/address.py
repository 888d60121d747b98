"""The address of a page: it carries the visitor's digit, as `?digit=...`, from page to page and to friends.

Beside it stand the settings of the page, each under the key of its widget. Nothing here imports torch: what
an address holds is checked in form alone, before anybody decodes it.
"""

import base64
import re
import time
import zlib
from urllib.parse import urlencode

import streamlit as st

KEY = "digit"
MOST_CHARACTERS = 620
_KINDS = ("pen", "picture", "gallery", "shape")
_OLD_CODE = re.compile(r"[A-Za-z0-9_-]{20}")  # 15 bytes of the model, in base64: what links held at first
_SIGNED = re.compile(r"([a-z]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{3})")
_SETTING = re.compile(  # keys of widgets
    r"(anomaly|compress|denoise|generate|how|impute|scoreboard)_[a-z0-9_]{1,30}|why"
)
_PERSONAL = re.compile(r"palette|(canvas|eraser)_pen")  # widgets whose value is nobody else's business
_LONGEST_VALUE = 40
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


class AddressError(ValueError):
    """What an address holds is no digit's text."""


def signed(kind: str, said: str) -> str:
    """A digit as an address carries it: its kind, what spells it, and three characters that check both."""
    check = zlib.crc32(f"{kind}.{said}".encode()).to_bytes(4, "big")
    return f"{kind}.{said}.{base64.urlsafe_b64encode(check).decode()[:3]}"


def opened(text: str) -> tuple[str, str]:
    """The kind of digit in what an address carries, and what spells it.

    Raises:
        AddressError: it is no such text, or a part of it was lost or altered.
    """
    if _OLD_CODE.fullmatch(text):
        return "code", text
    found = _SIGNED.fullmatch(text)
    if (
        len(text) > MOST_CHARACTERS
        or not found
        or text != signed(found[1], found[2])
        or found[1] not in _KINDS
    ):
        raise AddressError("this is not what an address carries")
    return found[1], found[2]


def text() -> str | None:
    """What the address carries, or None where it carries nothing.

    Raises:
        AddressError: there are several digits.
    """
    texts = st.query_params.get_all(KEY)
    if len(texts) > 1:
        raise AddressError("an address carries one digit")
    return texts[0] if texts else None


def carried() -> dict[str, str] | None:
    """The query that links between pages take along: the digit's, or none while nobody brought one."""
    text = st.session_state.get("carried", st.query_params.get(KEY))
    try:
        return {KEY: text} if text and opened(text) else None
    except AddressError:
        return None


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


def is_strange() -> bool:
    """Whether there is something in the address, but nothing that this app has put there."""
    ours = [
        key for key in st.query_params if key == KEY or _SETTING.fullmatch(key) or _PERSONAL.fullmatch(key)
    ]
    return bool(st.query_params) and not ours


def of_this_page(text: str) -> str:
    """The whole link to this page as it is set, with a digit; its query alone where the page has no name."""
    settings = {
        key: value
        for key, value in st.query_params.items()
        if _SETTING.fullmatch(key) and len(value) <= _LONGEST_VALUE
    }
    query = urlencode({KEY: text} | settings)
    page = _PAGE.fullmatch(st.context.url or "")
    return f"{page[0]}{'' if page[1] else '/'}?{query}" if page else f"?{query}"
