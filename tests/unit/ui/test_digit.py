"""A digit is made without any visitor, and the text that it carries brings exactly it back."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ui.digit import digit
from ui.digit.digit import Digit
from ui.formats.fabric import Stroke

ROOT = Path(__file__).parents[3]
SEVEN = [Stroke(np.array([[0.25, 0.25], [0.7, 0.25], [0.4, 0.8]]), "medium")]


def drawn(picture: Tensor) -> Digit:
    return digit.from_strokes(SEVEN)


def picked(picture: Tensor) -> Digit:
    return digit.from_gallery(3, turn=1)


def uploaded(picture: Tensor) -> Digit:
    return digit.from_picture(picture, "upload")


def put_in(picture: Tensor) -> Digit:
    return digit.ready_made("Star")


@pytest.mark.parametrize(
    ("make", "source", "name", "name_at_the_other_end"),
    [
        (drawn, "drawing", "your drawing", "this drawing"),
        (picked, "gallery", "this 3", "this 3"),
        (uploaded, "upload", "your picture", "this picture"),
        (put_in, "ready-made", "this star", "this star"),
    ],
)
def test_its_text_brings_exactly_it_back(digits, make, source, name, name_at_the_other_end):
    mine = make(digits[0])
    found = digit.from_text(mine.text)
    assert (mine.source, mine.name) == (source, name)
    assert (found.source, found.name) == ("link", name_at_the_other_end)
    assert torch.equal(found.image, mine.image) and found.text == mine.text


def test_the_strokes_of_a_drawing_are_in_its_text_and_in_no_other():
    (stroke,) = digit.strokes_in(digit.from_strokes(SEVEN).text)
    assert stroke.pen == "medium" and stroke.points == pytest.approx(SEVEN[0].points, abs=0.004)
    assert digit.strokes_in(digit.ready_made("Star").text) == []


def test_no_text_is_longer_than_an_address_has_room_for():
    generator = np.random.default_rng(0)
    scribbles = [[Stroke(generator.random((n, 2)), "thin")] for n in range(100, 200)]
    made = [digit.from_strokes(strokes).text for strokes in scribbles]
    lengths = {kind: [len(text) for text in made if text.startswith(kind)] for kind in ("pen.", "picture.")}
    assert 380 < max(lengths["pen."]) <= 400
    noise = torch.rand((1, 28, 28), generator=torch.Generator().manual_seed(0))
    assert max(*lengths["picture."], len(digit.from_picture(noise, "upload").text)) <= 600


def test_turns_through_a_class_start_again_at_its_end(digits):
    texts = [digit.from_gallery(3, turn).text for turn in range(len(digits))]
    first_again = texts.index(texts[0], 1)
    assert len(set(texts)) == first_again and texts[first_again : 2 * first_again] == texts[:first_again]


def test_neither_a_digit_nor_its_card_needs_a_canvas_or_a_visitor():
    check = (
        "import sys; from ui.digit import card, digit; "
        "assert card.draw(digit.from_gallery(7), 'http://a/', 'grey').startswith(b'\\x89PNG'); "
        "print('streamlit_drawable_canvas' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", check], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (run.stdout, run.stderr) == ("False\n", "")
