"""A drawing board that loses no stroke: not to a rerun, not to a change of page, not to Clear.

The browser forgets its canvas when the page changes, so the strokes are mirrored in session state. A canvas
starts from `start`, which must not change while it is mounted; to show something else, it is mounted anew
under another key.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from ui.formats import fabric
from ui.formats.fabric import SIDE, Stroke
from ui.shell import frame

_LONGEST_HISTORY = 200
_MOST_POINTS = 200_000  # of all steps of a history together, 3 MB
_FILES = Path(__file__).parent
_GHOST = """
<svg class="board-script ghost" viewBox="0 0 100 100" aria-hidden="true">
  <path pathLength="1" d="M28 27H71C62 45 52 62 46 80"/>
  <circle r="5"/>
</svg>
"""
_script = st.components.v2.component(
    "board",
    html=_GHOST,
    css=(_FILES / "canvas.css").read_text(encoding="utf-8"),
    js=(_FILES / "canvas.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


class Sent(NamedTuple):
    """What is kept of a drawing as a canvas sent it: whatever it holds, a few bytes."""

    digest: bytes
    n_objects: int

    @classmethod
    def of(cls, objects: Sequence[Any]) -> "Sent":
        """objects: of the drawing, as JSON holds them."""
        return cls(hashlib.sha256(json.dumps(objects).encode()).digest(), len(objects))


@dataclass
class Board:
    """What one canvas shows, and the steps that led there."""

    visit: int  # the page visit in which it was last shown
    about: object = None
    mounts: int = 0
    start: Sequence[Stroke] = ()
    seen: "Sent | None" = None  # the drawing that this mount's canvas sent last
    history: list[list[Stroke]] = field(default_factory=lambda: [[]])  # never empty; the last one is shown
    has_changed: bool = False

    @property
    def strokes(self) -> list[Stroke]:
        """What is drawn now, the earliest stroke first."""
        return self.history[-1]

    def take_change(self) -> bool:
        """Whether the visitor has drawn, undone or cleared anything since this was last called."""
        changed, self.has_changed = self.has_changed, False
        return changed

    def add(self, strokes: list[Stroke]) -> None:
        """Make one step, which can be taken back; one of very long ago no longer can."""
        self.history = [*self.history[1 - _LONGEST_HISTORY :], strokes]
        while len(self.history) > 1 and sum(map(_n_points, self.history)) > _MOST_POINTS:
            del self.history[0]

    def mount_anew(self) -> None:
        """Let the browser build the canvas again from the last step."""
        self.mounts += 1
        self.start, self.seen = self.strokes, None

    def undo(self) -> None:
        """Take the visitor's last step back."""
        self.history.pop()
        self.has_changed = True
        self.mount_anew()

    def clear(self) -> None:
        """Take the visitor's strokes away, in one step."""
        self.add([])
        self.has_changed = True
        self.mount_anew()


def board(
    name: str,
    *,
    ink: str,
    pens: Mapping[str, int],
    paper: str | None = None,
    about: object = None,
    invites: bool = False,
) -> Board:
    """Show a board with its pens, Undo and Clear, as wide as the place it stands in.

    Args:
        name: boards of one name are one board, whatever page they are on.
        ink: the pen's colour in CSS.
        pens: the pens to choose from, name -> width in SIDEths of the board; the second is ready to hand.
        paper: the data URL of a square picture to draw on; black where there is none. What is drawn stays
            when the paper changes.
        about: what the drawing belongs to; another one empties the board.
        invites: while nothing is drawn, a ghost shows how, and stops at the first touch.

    Returns:
        The board, with the strokes on it and whether the visitor has changed them.
    """
    state = _shown(name, about)
    start = fabric.drawing_of(state.start, pens, ink)
    with st.container(key=f"board_{name}"):
        mount = f"{name}_{state.mounts}"
        sent = _sent(mount, start, ink=ink, width=pens[_pen(name, pens)], colour="" if paper else "#000000")
        problem = _mirror(state, sent, start["objects"], pens)
        _script(
            key=f"{name}_script",
            data={
                "mount": mount,
                "taken": _count(sent),
                "invites": invites and not state.strokes,
                "paper": paper,
            },
        )
    _steps(name, state)
    _choose_pen(name, pens)
    if problem:
        frame.complain(problem)
    return state


def put(name: str, strokes: Sequence[Stroke]) -> None:
    """Put a drawing on a board before the board is shown; its strokes can be taken back one by one."""
    state = _board(name)
    for n in range(1, len(strokes) + 1):
        state.add(list(strokes[:n]))
    state.mount_anew()


def show_again(name: str) -> None:
    """Let a board that the browser forgot show what is drawn on it, where it does not start from that."""
    state = _board(name)
    if state.start is not state.strokes:
        state.mount_anew()


def _board(name: str) -> Board:
    return st.session_state.setdefault(name, Board(st.session_state["visit"]))


def _shown(name: str, about: object) -> Board:
    """A board as it is to be shown in this visit, about this."""
    state, visit = _board(name), st.session_state["visit"]
    if state.about is not about:
        state.history = [[]]
    if state.visit != visit or state.about is not about:
        state.visit, state.about = visit, about
        state.mount_anew()
    return state


def _sent(mount: str, start: dict[str, Any], *, ink: str, width: int, colour: str) -> Any:
    """Show the browser's canvas of a colour, with a pen of a width in its hand; the drawing it sent last."""
    return st_canvas(
        stroke_width=width,
        stroke_color=ink,
        background_color=colour,
        width=SIDE,
        height=SIDE,
        initial_drawing=start,
        key=mount,
    ).json_data


def _mirror(state: Board, sent: Any, start: list[Any], pens: Mapping[str, int]) -> str | None:
    """Take what the browser sent, if it is new; what is wrong with it, if anything is.

    Strokes that a busy server gets all at once are taken back one by one all the same.
    """
    before = Sent.of(start) if state.seen is None else state.seen
    try:
        objects = fabric.objects_of(sent)
        now = Sent.of(objects)
        if now == before:
            return None
        strokes = fabric.strokes_of(sent, pens)
    except Exception as error:
        return frame.told(error)
    state.seen = now
    together = range(len(state.strokes) + 1, len(strokes)) if now.n_objects > before.n_objects + 1 else ()
    for n in (*together, len(strokes)):
        state.add(strokes[:n])
    state.has_changed = True
    return None


def _n_points(strokes: Sequence[Stroke]) -> int:
    return sum(len(stroke.points) for stroke in strokes)


def _count(sent: Any) -> int:
    """How many strokes a canvas sent, however they look."""
    try:
        return len(sent["objects"])
    except (TypeError, KeyError):
        return 0


def _steps(name: str, state: Board) -> None:
    """The buttons that take strokes back."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        for label, icon, step, is_idle in (
            ("Undo", ":material/undo:", state.undo, len(state.history) == 1),
            ("Clear", ":material/delete:", state.clear, not state.strokes),
        ):
            st.button(
                label,
                icon=icon,
                key=f"{name}_{label.lower()}",
                on_click=step,
                disabled=is_idle,
                width="stretch",
            )


def _pen(name: str, pens: Mapping[str, int]) -> str:
    """The pen that the visitor holds."""
    return st.session_state.get(f"{name}_pen") or list(pens)[1]


def _choose_pen(name: str, pens: Mapping[str, int]) -> None:
    st.segmented_control(
        "Pen",
        list(pens),
        default=list(pens)[1],
        required=True,
        format_func=str.capitalize,
        key=f"{name}_pen",
        bind="query-params",
        label_visibility="collapsed",
        width="stretch",
    )
