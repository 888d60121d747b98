"""A picture that was brought: how it was read, and which digit is meant where it shows several."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

import vae
from ui.digit import current
from ui.digit.digit import Digit, from_picture
from ui.formats.upload import NAMES, read_picture
from ui.shell import frame

MOST = 40  # digits of one picture that can be chosen from
PREVIEW = 640  # pixels of the longer side
WIDTH = 148
BOX_COLOUR = "#d6337c"
LONGEST_WAIT = 30.0  # seconds, for a picture's turn
_TURNS = threading.BoundedSemaphore(2)


@dataclass
class Photo:
    """The picture that the current digit comes from."""

    small: Image.Image  # as brought, but small
    boxes: list[vae.Box]  # of its digits in reading order, in pixels of the small one
    order: list[int]  # the place of each among those found
    found: vae.FoundDigits
    which: int = 0  # the place of the one that was taken
    kept: Digit | None = None


def upload() -> None:
    """The field for a picture file."""
    st.caption(
        f"A photo or scan of a digit on paper, or a drawing: {NAMES}, up to 20 MB and 50 megapixels. An "
        "iPhone's HEIC must be saved as JPEG first. It is not stored."
    )
    st.file_uploader(
        "Picture of a digit", type="image", key="upload", on_change=_brought, label_visibility="collapsed"
    )


def camera() -> None:
    """A photo taken here; the browser asks for the camera only once the visitor has asked for it."""
    opened = st.session_state.get("camera_opened", False)
    st.caption("Write a digit on paper and hold it up to the camera. The photo is not stored.")
    label, icon = ("Close the camera", "videocam_off") if opened else ("Open the camera", "photo_camera")
    st.button(label, icon=f":material/{icon}:", key="camera_switch", on_click=_switch_camera)
    if opened:
        st.camera_input(
            "Photo of a digit", key="camera", on_change=_photographed, label_visibility="collapsed"
        )


def way() -> None:
    """How the current digit came out of its picture, and a choice where it shows several."""
    photo: Photo | None = st.session_state.get("photo")
    if photo is None or current.problem() or current.digit() is not photo.kept:
        return
    if len(photo.boxes) > 1:
        _choice(photo)
    if photo.found.flattened is not None:
        _flattening(photo, photo.found.flattened)


def _choice(photo: Photo) -> None:
    n = len(photo.boxes)
    st.markdown(f"This picture seems to hold {n} digits. The largest is taken until you choose another.")
    st.image(_boxed(photo), width=frame.INPUT_WIDTH, alt=f"your picture, its {n} digits boxed and numbered")
    st.session_state["photo_which"] = photo.order.index(photo.which) + 1
    st.pills("Which one?", range(1, n + 1), required=True, key="photo_which", on_change=_chosen)


def _flattening(photo: Photo, flat: np.ndarray) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.image(photo.small, "Your picture", WIDTH, alt="your picture as it was brought")
        st.image(flat, "Only its ink", WIDTH, alt="your picture, its ink black on white")


def _boxed(photo: Photo) -> Image.Image:
    """The picture with a numbered frame around each digit."""
    picture = photo.small.copy()
    pen, size = ImageDraw.Draw(picture), max(picture.size) // 22
    for number, box in enumerate(photo.boxes, 1):
        pen.rectangle(box, outline=BOX_COLOUR, width=max(2, size // 10))
        place = box.left, max(0, box.top - size)
        pen.rectangle(pen.textbbox(place, str(number), font_size=size), fill="white")
        pen.text(place, str(number), fill=BOX_COLOUR, font_size=size)
    return picture


def _brought() -> None:
    _take(st.session_state["upload"])


def _photographed() -> None:
    _take(st.session_state["camera"])


def _switch_camera() -> None:
    st.session_state["camera_opened"] = not st.session_state.get("camera_opened", False)


def _chosen() -> None:
    photo: Photo = st.session_state["photo"]
    photo.which = photo.order[st.session_state["photo_which"] - 1]
    _keep(photo)


def _take(file: UploadedFile | DeletedFile | None) -> None:
    """Make the largest digit of a picture the visitor's, or say why it cannot be; None = it is taken away."""
    if file is None:
        current.forget_problem()
    if not isinstance(file, UploadedFile):  # a file that was read is gone from the server
        return
    try:
        with _turn():
            pixels = read_picture(file.getvalue())
            photo = _photo(pixels, vae.find_digits(pixels))
    except Exception as error:
        current.refuse(frame.told(error))
        return
    finally:
        _forget(file)
    _keep(photo)


def _forget(file: UploadedFile) -> None:
    """Take a file that was read from the server, where it would stay until the visitor has left."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


@contextmanager
def _turn() -> Iterator[None]:
    """Wait while two other pictures are being read in this process: each may take 150 MB.

    Raises:
        InputError: it takes too long.
    """
    if not _TURNS.acquire(blocking=False):
        with st.spinner("Other pictures are being read; yours is next."):
            if not _TURNS.acquire(timeout=LONGEST_WAIT):
                raise vae.InputError("Many pictures are being read just now; please try again in a minute.")
    try:
        yield
    finally:
        _TURNS.release()


def _keep(photo: Photo) -> None:
    photo.kept = from_picture(photo.found.framed(photo.which), "upload")
    st.session_state["photo"] = photo
    current.keep(photo.kept)


def _photo(pixels: np.ndarray, found: vae.FoundDigits) -> Photo:
    times = -(-max(pixels.shape[:2]) // PREVIEW)
    paper = Image.new("RGBA", pixels.shape[1::-1], "white")
    small = Image.alpha_composite(paper, Image.fromarray(pixels)).convert("RGB").reduce(times)
    order = _in_reading_order(found.boxes[:MOST])
    boxes = [vae.Box(*(edge // times for edge in found.boxes[place])) for place in order]
    return Photo(small, boxes, order, found)


def _in_reading_order(boxes: list[vae.Box]) -> list[int]:
    """The places of the boxes line by line, each line from left to right."""
    middles = [(box.top + box.bottom) / 2 for box in boxes]
    tallest = max(box.bottom - box.top for box in boxes)
    line_of, line, begun = {}, 0, min(middles)
    for i in sorted(range(len(boxes)), key=lambda i: middles[i]):
        if middles[i] - begun > tallest / 2:
            line, begun = line + 1, middles[i]
        line_of[i] = line
    return sorted(line_of, key=lambda i: (line_of[i], boxes[i].left))
