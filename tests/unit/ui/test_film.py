"""The moving picture in the README: one command writes it, and it plays."""

import runpy
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from ui.digit import scenes

README = Path(__file__).parents[3] / "README.md"


def test_the_command_writes_a_small_film_that_plays_for_ever(tmp_path: Path, monkeypatch):
    file = tmp_path / "film.gif"
    monkeypatch.setattr(sys, "argv", ["film", str(file)])
    runpy.run_module("ui.digit.film", run_name="__main__")
    assert file.stat().st_size < 1e6
    with Image.open(file) as moving:
        frames, seconds = [], 0.0
        for i in range(moving.n_frames):
            moving.seek(i)
            frames.append(np.asarray(moving.convert("RGB")))
            seconds += moving.info["duration"] / 1000
        assert moving.size == scenes.SIZE and moving.info["loop"] == 0
    assert len(frames) > 10 and 8 < seconds < 13
    assert all((now != before).any() for before, now in zip(frames, frames[1:], strict=False))


def test_the_readme_shows_the_film_where_the_command_writes_it():
    from ui.digit import film

    assert film.FILE.exists()
    assert f"]({film.FILE.relative_to(README.parent)})" in README.read_text(encoding="utf-8")
