"""Pictures from real cameras: every kind of file, the choice among several digits, the camera."""

import io
import math
import struct
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

import vae
from tests.app.conftest import alts, picture_file, texts
from tests.photos import as_file, cover_of, hard_shadow, photographed, sheet_of
from ui.digit.digit import from_picture
from ui.formats.upload import read_picture

ROOT = Path(__file__).parents[2]
CORNER = np.zeros((96, 160), np.uint8)  # a mark in one corner tells which way is up
CORNER[:24, :40] = 255


def written(*chosen: int, size: float = 0.5) -> np.ndarray:
    """The cover of gallery digits, side by side where there are several."""
    gallery = (vae.load_gallery().images[:, 0] * 255).round().byte().numpy()
    spots = [(i + 0.5) / len(chosen) for i in range(len(chosen))]
    covers = [cover_of(gallery[i], size=size, at=(spot, 0.5)) for i, spot in zip(chosen, spots, strict=True)]
    return np.maximum.reduce(covers)


def bring(app, data: bytes, name: str = "photo.jpg"):
    return app.file_uploader(key="upload").upload(name, data, "image/jpeg").run()


def marked_corner(pixels: np.ndarray) -> tuple[bool, bool]:
    """Whether the mark lies at the top, and at the left."""
    down, across = np.nonzero(pixels[..., 0] > 128)
    return bool(down.mean() < pixels.shape[0] / 2), bool(across.mean() < pixels.shape[1] / 2)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_pictures_of_every_kind_are_read(kind):
    pixels = read_picture(as_file(CORNER, kind))
    assert pixels.shape == (96, 160, 4) and pixels.dtype == np.uint8
    assert abs(pixels[..., 0].astype(int) - CORNER).mean() < 3


@pytest.mark.parametrize("side", [160, 5000])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_turned_the_way_its_camera_was_held(kind, side):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise
    large = np.kron(CORNER, np.ones((side // 160, side // 160), np.uint8))
    pixels = read_picture(as_file(np.dstack([large] * 3), kind, exif=exif))
    assert pixels.shape[0] > pixels.shape[1]
    assert marked_corner(pixels) == (True, False)


def test_a_phone_cameras_mpo_is_read_by_its_first_frame_and_an_animation_is_refused():
    frames = [Image.fromarray(np.dstack([each] * 3)) for each in (CORNER, CORNER[::-1, ::-1])]
    file = io.BytesIO()
    frames[0].save(file, "MPO", save_all=True, append_images=frames[1:])
    assert Image.open(io.BytesIO(file.getvalue())).format == "MPO"
    assert marked_corner(read_picture(file.getvalue())) == (True, True)
    file = io.BytesIO()
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    with pytest.raises(ValueError, match="animated"):
        read_picture(file.getvalue())


def test_sixteen_bits_are_scaled_and_not_clipped():
    ramp = np.linspace(0, 65535, 96 * 160).reshape(96, 160).astype(np.uint16)
    pixels = read_picture(as_file(ramp, "PNG"))
    assert abs(pixels[..., 0] - ramp / 257).max() <= 0.51


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA", "I;16"])
def test_a_large_picture_is_read_smaller_and_as_it_is(mode, monkeypatch):
    """The same pixels come from Pillow's decoder and strip by strip."""
    noise = np.random.default_rng(0).integers(0, 40, (900, 5000), np.uint8)
    grey = Image.fromarray(
        np.kron(np.eye(3, 5, dtype=np.uint8) * 200, np.ones((300, 1000), np.uint8)) + noise
    )
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    else:
        picture = grey.convert("RGB").quantize(200) if mode == "P" else grey.convert(mode)
    file = io.BytesIO()
    picture.save(file, "PNG")
    whole = read_picture(file.getvalue())
    assert max(whole.shape) == math.ceil(5000 / 3)
    expected = np.asarray(grey.reduce(3)) if mode != "1" else whole[..., 0]
    assert abs(whole[..., 0].astype(int) - expected).mean() < 4
    if mode in ("L", "RGB", "RGBA", "P", "LA"):
        monkeypatch.setattr("ui.formats.upload.MAX_DECODED_BYTES", 1)
        assert abs(read_picture(file.getvalue()).astype(int) - whole).max() <= 1


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A grey PNG of that size; its pixel data is whatever is given."""
    parts = b"\x89PNG\r\n\x1a\n"
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        parts += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return parts


def png_of_texts() -> bytes:
    texts = PngImagePlugin.PngInfo()
    for i in range(80):
        texts.add_text(f"text {i}", "a" * 1_000_000, zip=True)
    return as_file(CORNER, "PNG", pnginfo=texts)


LARGE = as_file(np.zeros((2600, 5000, 3), np.uint8), "PNG")
HOSTILE = {
    "200 megapixels of zeros": (png(20_000, 10_000, bytes(1000)), "50 million pixels"),
    "51 megapixels": (png(8500, 6000, bytes(1000)), "50 million pixels"),
    "sides of two thousand million": (png(2**31 - 1, 2**31 - 1), "50 million pixels"),
    "nothing in it": (png(5000, 5000), "damaged"),
    "cut": (LARGE[: len(LARGE) // 2], "damaged"),
    "huge texts": (png_of_texts(), "not a PNG"),
    "text": (b"This is no picture.", "not a PNG, JPEG, WebP or AVIF picture"),
    "nothing": (b"", "not a PNG"),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC picture, which cannot be read here: save"),
    "HEIF": (b"\0\0\0\x18ftypmif1" + bytes(40), "HEIC picture"),
    "too narrow": (png(7, 5000, bytes(40_000)), "at least 8"),
    "21 MB": (bytes(21 * 2**20), "20 MB"),
    "GIF": (as_file(CORNER, "GIF"), "not a PNG"),
}


@pytest.mark.parametrize(("data", "words"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("most", [1, 130_000_000], ids=["in strips", "whole"])
def test_a_hostile_file_gets_one_sentence(data, words, most, monkeypatch):
    monkeypatch.setattr("ui.formats.upload.MAX_DECODED_BYTES", most)
    with pytest.raises(ValueError, match=words) as error:
        read_picture(data)
    assert "\n" not in str(error.value) and len(str(error.value)) < 200


MEASURE = """
import os, sys
from ui.formats.upload import read_picture
peak = lambda: int(next(line for line in open("/proc/self/status") if "VmHWM" in line).split()[1]) / 1024
for path in sys.argv[1:]:
    if os.fork():
        assert os.wait()[1] == 0
        continue
    data = open(path, "rb").read()
    before = peak()
    try:
        read_picture(data)
    except ValueError:
        pass
    print(peak() - before, flush=True)
    os._exit(0)
"""


def test_fifty_megapixels_take_less_than_150_mb(tmp_path):
    """Each file is read by a process of its own, whose imports all share."""
    grey = np.full((6100, 8190), 230, np.uint8)
    grey[2000:4000, 4000:4200] = 30
    colour = np.dstack([grey] * 3)
    files = {
        "JPEG": as_file(colour, "JPEG"),
        "grey": as_file(grey, "PNG", compress_level=1),
        "RGB": as_file(colour, "PNG", compress_level=1),
        "16 bits": as_file(grey.astype(np.uint16) * 257, "PNG", compress_level=1),
        "zeros": png(20_000, 10_000, bytes(20_001 * 10_000)),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-c", MEASURE, *(str(tmp_path / name) for name in files)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    took_mb = dict(zip(files, map(float, done.stdout.split()), strict=True))
    assert max(took_mb.values()) < 150, took_mb


def test_a_photo_of_paper_becomes_the_digit_and_shows_how(open_page):
    photo = photographed(hard_shadow(sheet_of(written(131))))
    app = bring(open_page(), as_file(photo), "IMG.JPG")
    assert not app.exception and not app.warning
    assert app.session_state["digit"].source == "upload"
    assert "your picture as it was brought" in alts(app)
    assert "your picture, its ink black on white" in alts(app)
    assert len(app.get("button_group")) == len(open_page().get("button_group"))


@pytest.mark.parametrize("better", ["taken away", "another page", "another digit"])
def test_a_refusal_stands_alone_until_it_is_over(open_page, better):
    app = bring(open_page(), as_file(photographed(hard_shadow(sheet_of(written(131))))))
    bring(app, b"no picture", "text.png")
    assert len(app.warning) == 1 and app.session_state["digit"].source == "upload"
    assert "your picture as it was brought" not in alts(app)
    if better == "taken away":
        app.file_uploader(key="upload").clear().run()
        assert "your picture as it was brought" in alts(app)
    elif better == "another page":
        app.switch_page("pages/compress.py").run()
        assert app.session_state["digit"].source == "upload"
    else:
        app.button(key="pick_next").click().run()
    assert not app.exception and not app.warning


def test_of_several_digits_the_largest_is_taken_until_another_is_chosen(open_page):
    cover = np.maximum(written(3, 131, 251, size=0.14), written(131, size=0.27))
    app = bring(open_page(), as_file(photographed(sheet_of(cover))))
    assert "This picture seems to hold 3 digits" in texts(app)
    assert "your picture, its 3 digits boxed and numbered" in alts(app)
    which = app.pills(key="photo_which")
    assert which.options == ["1", "2", "3"] and which.value == 2
    largest = app.session_state["digit"].image
    which.set_value(3).run()
    assert not app.exception
    photo = app.session_state["photo"]
    third = from_picture(photo.found.framed(photo.order[2]), "upload")
    assert app.session_state["digit"].text == third.text and not third.image.equal(largest)
    app.pills(key="photo_which").set_value(2).run()
    assert app.session_state["digit"].image.equal(largest)


def test_the_choice_goes_with_the_picture(open_page):
    app = bring(open_page(), as_file(photographed(sheet_of(written(3, 131, 251, size=0.2)))))
    app.pills(key="photo_which").set_value(3).run()
    app.file_uploader(key="upload").clear().run()
    bring(app, as_file(photographed(sheet_of(written(3, 131, size=0.25)))))
    assert not app.exception
    assert "seems to hold 2 digits" in texts(app)
    app.button(key="pick_next").click().run()
    assert "seems to hold" not in texts(app)
    assert not app.exception


def test_the_camera_is_opened_on_request_alone(open_page):
    app = open_page()
    assert not app.get("camera_input")
    app.button(key="camera_switch").click().run()
    photo = as_file(photographed(sheet_of(written(131))))
    app.camera_input(key="camera").upload("photo.jpg", photo).run()
    assert not app.exception and not app.warning
    assert app.session_state["digit"].source == "upload"
    app.button(key="camera_switch").click().run()
    assert not app.get("camera_input")
    assert app.session_state["digit"].source == "upload"


@pytest.mark.parametrize("content", [picture_file(90, 120), b"no picture"], ids=["picture", "nonsense"])
def test_the_server_does_not_keep_the_file(open_page, monkeypatch, content):
    forgotten, remove = [], MemoryUploadedFileManager.remove_file

    def noted(manager, session_id, file_id):
        forgotten.append((len(manager.get_files(session_id, [file_id])), manager, session_id, file_id))
        remove(manager, session_id, file_id)

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", noted)
    app = open_page()
    bring(app, content)
    (there_before, manager, session_id, file_id), *others = forgotten
    assert there_before == 1 and not others
    assert manager.get_files(session_id, [file_id]) == []
    digit = app.session_state["digit"]
    app.run()
    assert app.session_state["digit"] is digit and len(forgotten) == 1


def test_no_more_than_two_pictures_are_read_at_a_time(open_page, monkeypatch):
    app = open_page()
    turns = threading.BoundedSemaphore(2)
    monkeypatch.setattr("ui.digit.photo._TURNS", turns)
    monkeypatch.setattr("ui.digit.photo.LONGEST_WAIT", 0.01)
    turns.acquire()
    bring(app, picture_file(90, 120))
    assert not app.warning and app.session_state["digit"].source == "upload"
    turns.acquire()
    app.file_uploader(key="upload").clear().run()
    bring(app, picture_file(95, 120))
    assert [warning.value for warning in app.warning] == [
        "Many pictures are being read just now; please try again in a minute."
    ]
    turns.release()
    app.file_uploader(key="upload").clear().run()
    bring(app, picture_file(95, 120))
    assert not app.warning and turns.acquire(blocking=False)


def test_the_file_itself_counts_among_what_reading_it_takes():
    file = io.BytesIO()
    Image.new("L", (2950, 2950)).save(file, "WEBP", lossless=True, quality=0, method=0)
    assert read_picture(file.getvalue()).shape == (1475, 1475, 4)
    with pytest.raises(vae.InputError, match="takes too much memory"):
        read_picture(file.getvalue() + bytes(8_000_000))
