"""Broken files: each file that comes with the model is missing or damaged, and each page is opened."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.robust.pages import PAGES, Seen
from tests.robust.processes import environment

ROOT = Path(__file__).parents[2]
COPIED = ("vae", "ui", "pages", "static", "weights", "tests", "streamlit_app.py", ".streamlit")
GENERAL = "Something went wrong on our side"
NEEDED = {
    "weights/vae.safetensors",
    "weights/calibration.json",
    "weights/gallery.npz",
}  # by all pages but one
NEEDS_NONE = "pages/scoreboard.py"

Break = Callable[[Path], object]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _holds(content: bytes) -> Break:
    return lambda path: path.write_bytes(content)


def _with(name: str, value: object) -> Break:
    return lambda path: path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))


def _other_config(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(rb"\"blocks\": ", rb"\"blocks\":9", 1))


def _not_finite(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200] + b"\xff" * 200)


BROKEN: tuple[tuple[str, str, Break], ...] = (
    ("weights/vae.safetensors", "missing", Path.unlink),
    ("weights/vae.safetensors", "cut short", _cut),
    ("weights/vae.safetensors", "another kind of file", _holds(b"hello")),
    ("weights/vae.safetensors", "another config", _other_config),
    ("weights/vae.safetensors", "not finite", _not_finite),
    ("weights/calibration.json", "missing", Path.unlink),
    ("weights/calibration.json", "cut short", _cut),
    ("weights/calibration.json", "brackets", _holds(b"[" * 200_000)),
    ("weights/calibration.json", "of other weights", _with("fingerprint", 1)),
    ("weights/calibration.json", "a wrong field", _with("ink_step", None)),
    ("weights/gallery.npz", "missing", Path.unlink),
    ("weights/gallery.npz", "cut short", _cut),
    ("weights/gallery.npz", "another kind of file", _holds(b"hello")),
    ("weights/baselines.npz", "missing", Path.unlink),
    ("weights/baselines.npz", "cut short", _cut),
    ("weights/scores.json", "missing", Path.unlink),
    ("weights/scores.json", "cut short", _cut),
    ("weights/training.json", "missing", Path.unlink),
    ("weights/training.json", "another content", _holds(b"[null]")),
    ("static/latent_map.png", "missing", Path.unlink),
    ("static/latent_map.png", "cut short", _cut),
)
N = len(BROKEN) * len(PAGES)


def tries(n: int) -> Iterator[str | None]:
    """What is wrong with each of n pages beside a broken file, spread over all; None where nothing is."""
    every = [(i, page) for i in range(len(BROKEN)) for page in PAGES]
    chosen = [every[k * len(every) // n] for k in range(n)]
    for i in dict.fromkeys(i for i, _ in chosen):
        file, how, break_it = BROKEN[i]
        pages = [page for j, page in chosen if j == i]
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            _copy(place)
            break_it(place / file)
            found = _opened(place, pages)
        for page, seen in zip(pages, found, strict=True):
            problem = wrong(file, page, seen)
            yield f"{file} {how}, {page}: {problem}" if problem else None


def wrong(file: str, page: str, seen: Seen) -> str | None:
    """What a page must not show where a file is broken."""
    if seen.errors:
        return f"error box: {seen.errors[0]}"
    if any(GENERAL in sentence for sentence in seen.sentences):
        return "an error that nobody foresaw"
    if len(set(seen.sentences)) < len(seen.sentences):
        return "a sentence comes twice"
    if file in NEEDED and len(seen.sentences) != (page != NEEDS_NONE):
        return f"{len(seen.sentences)} sentences: {' | '.join(seen.sentences)}"
    return None


def _copy(place: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", "browser"))
        else:
            shutil.copy(source, place / name)


def _opened(place: Path, pages: Sequence[str]) -> list[Seen]:
    """What a process of its own, which starts in that folder, sees on the pages."""
    command = [sys.executable, "-m", "tests.robust.pages", *pages]
    run = subprocess.run(
        command,
        cwd=place,
        capture_output=True,
        text=True,
        env=environment(PYTHONPATH=str(place)),
        check=False,
    )
    if run.returncode:
        return [Seen([run.stderr.strip().splitlines()[-1][:200]], [])] * len(pages)
    return [Seen(**record) for record in json.loads(run.stdout.splitlines()[-1])]
