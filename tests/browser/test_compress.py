"""Compress: fewer or more bytes by the keyboard, and a code that travels as a file."""

import base64
import io
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor

FITS = re.compile(r"This 7 fits in (\d+) bytes")


def test_the_arrow_keys_change_the_bytes_the_code_and_the_sentence(visitor: Visitor):
    visitor.opens("compress")
    before = code(visitor)
    assert stated_bytes(visitor) == len(before) <= 16
    handle = visitor.named("compress_bytes").get_by_role("slider")
    handle.focus()
    for _ in range(12):
        visitor.page.keyboard.press("ArrowLeft")
    expect(handle).to_have_value("4")
    shorter = visitor.waits_until(lambda: code(visitor), lambda seen: len(seen) <= 4)
    visitor.sees_it_ready()
    assert stated_bytes(visitor) == len(shorter)
    expect(visitor.picture(f"decoded from {len(shorter)} bytes").first).to_be_visible()
    visitor.sees_no_failure()


def test_a_downloaded_code_decodes_to_the_same_digit_and_a_cut_one_to_a_sentence(
    visitor: Visitor, tmp_path: Path
):
    visitor.opens("compress")
    with visitor.page.expect_download() as download:
        visitor.named("compress_download").get_by_role("button").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    n_bytes = file.stat().st_size
    assert file.read_bytes() == code(visitor)

    visitor.opens_section("Decode a code")
    field = visitor.named("compress_file").locator("input[type=file]")
    field.set_input_files(file)
    decoded = visitor.picture(f"digit decoded from a code of {n_bytes} bytes")
    expect(decoded).to_be_visible()
    assert pixels(decoded) == pixels(visitor.picture(f"decoded from {n_bytes} bytes").first)
    expect(visitor.complaints).to_have_count(0)

    cut = file.with_name("cut.code")
    cut.write_bytes(file.read_bytes()[:-1])
    field.set_input_files(cut)
    expect(visitor.complaints).to_contain_text("cut short")
    expect(visitor.complaints).to_have_count(1)
    expect(decoded).to_have_count(0)
    visitor.sees_no_failure()


def code(visitor: Visitor) -> bytes:
    """The code as the page spells it."""
    return bytes.fromhex(visitor.main.locator("code").first.inner_text())


def pixels(picture: Locator) -> bytes:
    """The 28 by 28 pixels of a picture, whatever its size on the page."""
    file = base64.b64decode((picture.get_attribute("src") or "").partition("base64,")[2])
    return Image.open(io.BytesIO(file)).convert("RGB").resize((28, 28), Image.Resampling.NEAREST).tobytes()


def stated_bytes(visitor: Visitor) -> int:
    found = FITS.search(visitor.main.inner_text())
    assert found
    return int(found[1])
