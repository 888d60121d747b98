"""Films: a visitor's, of whatever they brought, and the README's, which one command writes; both play."""

import io
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image
from torch import Tensor

from ui.digit import digit, film, scenes
from ui.digit.digit import Digit

README = Path(__file__).parents[3] / "README.md"


def test_the_command_writes_a_small_film_that_plays_for_ever(tmp_path: Path, monkeypatch):
    file = tmp_path / "film.gif"
    monkeypatch.setattr(sys, "argv", ["film", str(file)])
    monkeypatch.delitem(sys.modules, film.__name__)
    runpy.run_module("ui.digit.film", run_name="__main__")
    played = play(file.read_bytes())
    assert 8 < played.seconds < 13


def test_the_readme_shows_the_film_where_the_command_writes_it():
    assert film.FILE.exists()
    assert f"]({film.FILE.relative_to(README.parent)})" in README.read_text(encoding="utf-8")


MINE: dict[str, tuple[Callable[[Tensor], Digit], str]] = {
    "drawing": (lambda picture: digit.from_strokes(film.five()), "My 5"),
    "gallery": (lambda picture: digit.from_gallery(3), "This 3"),
    "upload": (lambda picture: digit.from_picture(picture, "upload"), "My 0"),
    "shape": (lambda picture: digit.ready_made("Heart"), "This heart"),
    "link": (lambda picture: digit.from_text(str(digit.from_picture(picture, "upload").text)), "This 0"),
}


@pytest.mark.parametrize("kind", MINE)
def test_a_visitors_film_goes_through_all_five_jobs_and_ends_with_the_link(digits: Tensor, kind: str):
    make, subject = MINE[kind]
    mine = make(digits[0])
    made = film.to_share(mine, f"https://example.org/?digit={mine.text}")
    assert made.sentence.startswith(f"{subject} is stranger than ")
    played = play(made.file)
    assert 11 < played.seconds < 18
    titles = {frame[:44].tobytes() for frame in played.frames}
    assert len(titles) == 1 + len(film.JOBS) + 1
    assert played.ms[-1] == scenes.END_MS


def test_the_last_scene_shows_the_digit_the_sentence_and_the_link():
    mine = digit.from_gallery(3)

    def last(sentence: str, link: str) -> np.ndarray:
        return np.asarray(scenes.sent(mine, sentence, link).picture)

    here = last("This 3.", "https://a/?digit=x")
    rows, columns = np.nonzero((here != last("This 3.", "https://a/?digit=y")).any(axis=2))
    assert columns.min() > scenes.SIZE[0] / 2  # the code, and nothing else
    rows, _ = np.nonzero((here != last("That 3.", "https://a/?digit=x")).any(axis=2))
    assert rows.min() > 300  # the caption
    longest = np.asarray(scenes.sent(mine, "This 3.", "https://a/?digit=" + "x" * 620).picture)
    assert longest.shape == here.shape


class Played(NamedTuple):
    """What a film shows."""

    frames: list[np.ndarray]
    ms: list[int]

    @property
    def seconds(self) -> float:
        return sum(self.ms) / 1000


def play(file: bytes) -> Played:
    """A film, which is small, moves and never ends."""
    assert len(file) < 1e6
    with Image.open(io.BytesIO(file)) as moving:
        assert (moving.format, moving.size, moving.info["loop"]) == ("GIF", scenes.SIZE, 0)
        played = Played([], [])
        for i in range(moving.n_frames):
            moving.seek(i)
            played.frames.append(np.asarray(moving.convert("RGB")))
            played.ms.append(moving.info["duration"])
    assert len(played.frames) > 10
    assert all((now != before).any() for before, now in zip(played.frames, played.frames[1:], strict=False))
    return played
