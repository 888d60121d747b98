"""Compress: the digit in bytes, beside its baselines, without loss, and back from a code of any origin."""

import math
import re

import pytest
import torch

import vae
from tests.app.conftest import SEVEN, alts, draw, texts
from ui import rates

ALL = dict.fromkeys(
    (
        "compress_fewest",
        "compress_numbers",
        "compress_others",
        "compress_curve",
        "compress_lossless",
        "compress_decode",
        "why",
    ),
    "true",
)  # sections


def shown_codes(app) -> list[bytes]:
    """The codes on the page, spelled in hexadecimal: first the lossy one, then the lossless one."""
    found = [re.fullmatch("`([0-9a-f ]+)`", block.value) for block in app.markdown]
    return [bytes.fromhex(match[1]) for match in found if match]


@pytest.fixture(scope="module")
def code() -> bytes:
    """A code of a held-out digit."""
    return vae.compress(vae.load_model(), vae.load_gallery().images[3], n_bytes=16)


def test_a_drawing_is_compressed_to_the_bytes_chosen(open_page):
    app = draw(open_page("pages/compress.py", **ALL), SEVEN)
    app.slider(key="compress_bytes").set_value(6).run()
    assert not app.exception
    assert "Your drawing fits in **6 bytes**" in texts(app)
    assert "To come as close to the original, others need more bytes" in texts(app)
    assert "every pixel is the same" in texts(app)
    assert re.search(r"\d+ bytes are the fewest from which your drawing still looks like a 7", texts(app))
    assert len(app.get("plotly_chart")) == 2
    assert any(block.value.startswith("@torch") and "def compress(" in block.value for block in app.code)
    shown = shown_codes(app)[0]
    assert len(shown) == 6
    assert vae.decompress(vae.load_model(), shown).shape == (1, 28, 28)


def test_the_numbers_of_the_code_arrive_one_by_one(open_page):
    app = open_page("pages/compress.py", compress_numbers="true")
    for n_bytes in (2, 12):
        app.slider(key="compress_bytes").set_value(n_bytes).run()
        assert not app.exception
        n_dims = vae.read_code(vae.load_model(), shown_codes(app)[0]).n_dims
        shown = [alt for alt in alts(app) if re.fullmatch(r"decoded from \d+ of \d+ numbers", alt)]
        assert shown == [f"decoded from {i} of {n_dims} numbers" for i in range(1, n_dims + 1)]
        counted = "1 number" if n_dims == 1 else f"{n_dims} numbers"
        assert f"This code holds **{counted}**" in texts(app)
    assert "The biggest step is number" in texts(app)


def test_what_is_not_a_digit_is_not_called_one(open_page):
    app = draw(open_page("pages/compress.py", compress_fewest="true"), [(40, 140), (240, 140)])
    words = texts(app)
    assert re.search(r"your drawing still looks more like an? \d than .*, though it is not a digit\.", words)


def test_the_gains_of_all_numbers_add_up_to_the_quality(code):
    image = vae.load_gallery().images[3]
    steps = rates.number_by_number(code, image)
    assert sum(step.gain_db for step in steps) == pytest.approx(steps[-1].psnr_db)
    assert steps[-1].psnr_db == vae.psnr(vae.decompress(vae.load_model(), code), image)
    assert max(step.gain_db for step in steps[1:]) > 1


def test_a_pasted_and_an_uploaded_code_are_decoded(open_page, code):
    app = open_page("pages/compress.py", compress_decode="true", compress_lossless="true")
    app.text_area(key="compress_pasted").set_value(code.hex(" ")).run()
    assert f"digit decoded from a code of {len(code)} bytes" in alts(app)
    lossless = shown_codes(app)[1]
    app.file_uploader(key="compress_file").upload("digit.code", lossless).run()
    assert not app.exception
    assert f"digit decoded from a lossless code of {len(lossless)} bytes" in alts(app)


HOSTILE_FILES = {
    "truncated": lambda code: code[:-3],
    "altered": lambda code: code[:4] + bytes([code[4] ^ 1]) + code[5:],
    "foreign": lambda code: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "1 MB": lambda code: bytes(2**20),
    "empty": lambda code: b"",
}
HOSTILE_TEXTS = {
    "words": "<script>alert(1)</script>",
    "odd": "3f0",
    "too long": "00" * 100_000,
    "foreign": "de ad be ef de ad be ef de ad",
}


def test_a_hostile_code_gets_one_sentence_and_the_digit_stays(open_page, code):
    app = draw(open_page("pages/compress.py", compress_decode="true"), SEVEN)
    drawn = app.session_state["digit"]
    for name, text in HOSTILE_TEXTS.items():
        app.text_area(key="compress_pasted").set_value(text).run()
        assert_one_sentence(app, drawn, name)
    for name, damage in HOSTILE_FILES.items():
        app.file_uploader(key="compress_file").upload("digit.code", damage(code)).run()
        assert_one_sentence(app, drawn, name)


def assert_one_sentence(app, drawn, name: str) -> None:
    assert not app.exception, name
    assert len(app.warning) == 1, name
    assert app.warning[0].value.endswith("."), name
    assert "script" not in app.warning[0].value
    assert app.session_state["digit"] is drawn
    assert "Your drawing fits in" in texts(app)


def test_a_winning_baseline_is_named(open_page, monkeypatch):
    def nearly(image: torch.Tensor) -> dict[str, list[rates.Point]]:
        return {name: [rates.measured(2, 0.999 * image, image)] for name in ("PNG", "PCA")}

    monkeypatch.setattr(rates, "of_baselines", nearly)
    app = open_page("pages/compress.py", compress_others="true", compress_curve="true")
    assert not app.exception
    assert "At this size **PNG wins**" in texts(app)
    assert "PNG catches up with the model's best code at 2 bytes" in texts(app)


def test_the_page_ends_with_a_failure_shown_live(open_page):
    app = open_page("pages/compress.py")
    assert "Where it fails" in texts(app)
    assert re.search(r"The model is (as good as|\d+\.\d dB (ahead of|behind)) PCA here", texts(app))


def point(n_bytes: int, psnr_db: float) -> rates.Point:
    return rates.Point(n_bytes, torch.zeros(1, 28, 28), psnr_db)


def test_rates_are_compared_at_equal_bytes_and_at_equal_quality():
    points = [point(2, 10.0), point(4, 20.0), point(8, 19.0), point(16, 20.05)]
    assert rates.best_within(points, 1) is None
    assert rates.best_within(points, 8) is points[1]
    assert rates.cheapest_as_good(points, 15.0) is points[1]
    assert rates.cheapest_as_good(points, 30.0) is None
    assert rates.last_gain(points) is points[1]
    assert rates.last_gain([*points, point(32, math.inf), point(64, math.inf)]).n_bytes == 32
