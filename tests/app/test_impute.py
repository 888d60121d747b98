"""Fill in: every way to hide gives completions, grouped by what they look like, the likeliest first."""

import base64
import io
import re

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.app.conftest import SEVEN, alts, draw, picture_file, pictures_of, send, texts
from ui import completions, mask
from ui.shell import load
from ui.view import pictures

PAGE = "pages/impute.py"
SECTIONS = ["Seen, average, uncertainty and truth", "Against classical methods", "What is happening"]
WAYS = [way for way in mask.NAMES if way != mask.NOTHING]
CAPTION = re.compile(r"(\d|unclear)(?: · (< 1|\d+)%)?")


def hide_at_once(app, way):
    return app.segmented_control(key="impute_way").set_value(way).run()


def erase(app):
    return draw(app, [(100, 60), (100, 220)], board="eraser")


def test_a_drawing_is_completed_and_scored(open_page):
    app = draw(open_page(PAGE, impute_others="true"), SEVEN)
    assert not app.exception and not app.warning
    assert app.session_state["digit"].source == "drawing"
    assert "On your drawing, the model **" in texts(app)
    assert "On the hidden part of your drawing" in texts(app)
    assert "Biharmonic" in texts(app) and "best here" in texts(app)


def test_eight_completions_come_the_likeliest_first_with_a_weight_for_each_digit(open_page):
    shown = [image for image in pictures_of(open_page(PAGE)) if image.alt.startswith("completion ")]
    assert len(shown) == 8 + 5  # and where it fails
    for strip in (shown[:8], shown[8:]):
        captions = [CAPTION.fullmatch(image.caption) for image in strip]
        labels = [caption[1] for caption in captions]
        weights = {caption[1]: caption[2] for caption in captions if caption[2]}
        assert list(weights) == list(dict.fromkeys(labels))
        assert all(caption[2] is None for i, caption in enumerate(captions) if caption[1] in labels[:i])
        shares = [0 if weight == "< 1" else int(weight) for weight in weights.values()]
        assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_hide_works_without_drawing(open_page, way):
    app = hide_at_once(open_page(PAGE), way)
    assert not app.exception and not app.warning
    assert "On this 7, the model **" in texts(app)
    assert "In truth, it is a 7." in texts(app)


def test_with_everything_hidden_no_digit_is_favoured():
    image = load.gallery().images[0]
    _, groups = completions.of(image, torch.zeros_like(image, dtype=torch.bool))
    assert len([group for group in groups if group.label is not None]) >= 9
    assert max(group.share for group in groups) <= 0.2
    assert "has no idea" in completions.verdict("this 7", groups)


def test_the_film_rests_where_it_shall_not_play(open_page):
    app = open_page(PAGE)
    film, average = "film: the completions, each fading into the next", "all completions, blended into one"
    assert {film, average} <= set(alts(app))  # which of the two is seen is a question of style
    app.toggle(key="impute_plays").set_value(False).run()
    assert film not in alts(app) and average in alts(app)


def test_baselines_and_parts_wait_until_they_are_opened(open_page):
    app = open_page(PAGE)
    assert "Biharmonic" not in texts(app) and "where completions differ" not in alts(app)
    app = open_page(PAGE, impute_parts="true")
    assert {"what the model saw", "average of all completions", "where completions differ"} <= set(alts(app))
    assert "what was really there" in alts(app)


def hidden(app: AppTest) -> np.ndarray:
    """Which pixels of the picture called "Seen" are in the colour of what is hidden."""
    (url,) = (image.url for image in pictures_of(app) if image.caption == "Seen")
    with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as picture:
        return (np.asarray(picture) == pictures.HIDDEN).all(axis=-1)


def test_what_is_painted_over_is_erased_until_it_is_cleared(open_page):
    app = hide_at_once(open_page(PAGE), mask.NOTHING)
    assert "Nothing of this 7 is hidden yet" in texts(app)
    erase(app)
    assert not app.exception and not app.warning
    assert "On this 7, the model **" in texts(app)
    app.button(key="eraser_clear").click().run()
    assert "Nothing of this 7 is hidden yet" in texts(app)


def test_what_is_erased_adds_to_what_is_hidden_at_once(open_page):
    app = open_page(PAGE, impute_parts="true")
    at_once = hidden(app)
    assert at_once.mean() == 0.5
    erase(app)
    more = hidden(app)
    assert more[at_once].all() and more.sum() > at_once.sum()
    hide_at_once(app, mask.NOTHING)
    assert "On this 7, the model **" in texts(app)
    hide_at_once(app, mask.TOP)
    assert (hidden(app) == more).all()


def test_another_digit_empties_the_eraser(open_page):
    app = erase(hide_at_once(open_page(PAGE), mask.NOTHING))
    app.pills(key="pick_label").set_value(3).run()
    assert "Nothing of this 3 is hidden yet" in texts(app)


def test_a_digit_that_is_hidden_altogether_still_gets_completions(open_page):
    app = open_page(PAGE, impute_others="true")
    draw(app, *[[(0, y), (280, y)] for y in range(0, 281, 10)], board="eraser")
    assert not app.exception and not app.warning
    assert "On the hidden part of this 7" in texts(app)


def test_a_share_of_pixels_is_hidden_as_the_slider_says(open_page):
    app = hide_at_once(open_page(PAGE, impute_others="true"), mask.RANDOM)
    app.slider(key="impute_share").set_value(95).run()
    assert not app.exception
    assert "On the hidden part of this 7" in texts(app)


def test_a_hostile_upload_gives_a_sentence_and_the_digit_stays(open_page):
    app = draw(open_page(PAGE), SEVEN)
    drawn = app.session_state["digit"]
    app.file_uploader(key="upload").upload("huge.png", picture_file(5000, 4)).run()
    assert not app.exception
    assert "5000 × 4" in app.warning[0].value
    assert app.session_state["digit"] is drawn


HOSTILE = {"objects": [{"type": "Path", "strokeWidth": 43, "path": [["M", 1e300, 0], ["L", 5, 5]]}]}


@pytest.mark.parametrize("sent", [{"objects": 3}, None, {"objects": [{}]}, HOSTILE])
@pytest.mark.parametrize("board", ["canvas", "eraser"])
def test_what_no_canvas_can_have_sent_gives_a_sentence_and_the_digit_stays(open_page, sent, board):
    app = open_page(PAGE)
    before = app.session_state["digit"]
    send(app, sent, board)
    assert not app.exception
    assert "digit stays as it was" in app.warning[0].value
    assert app.session_state["digit"] is before


def test_the_page_ends_with_the_reason_and_a_failure_told_in_numbers(open_page):
    app = open_page(PAGE)
    assert [fold.label for fold in app.expander if fold.label] == SECTIONS
    assert [header.value for header in app.header] == ["Where it fails"]
    found = re.search(r"(None|\d+) of them looks? like the 5 that it was", texts(app))
    assert found
    assert found[1] == "None" or int(found[1]) < completions.N / 2


def of_classes(*labels):
    """One gallery digit of each class that is asked for, the first, then the second, and so on."""
    gallery = load.gallery()
    turns = [labels[:i].count(label) for i, label in enumerate(labels)]
    chosen = [
        gallery.images[gallery.labels == label][turn + 1] for label, turn in zip(labels, turns, strict=True)
    ]
    return torch.stack(chosen)


def test_each_mask_has_a_failure_of_its_own(monkeypatch):
    asked = []
    monkeypatch.setattr(completions, "of", lambda image, known: (asked.append(known), (None, []))[1])
    masks = [torch.arange(784).view(1, 28, 28) < n for n in (3, 5)]  # which no page hides
    for known in (*masks, *masks):
        completions.first_miss(4, known)
    assert len(asked) == 2
    assert all(known.equal(mask) for known, mask in zip(asked, masks, strict=True))


def test_completions_are_grouped_by_what_they_look_like_with_their_shares():
    groups = completions.grouped(of_classes(9, 4, 4, 7, 4, 9, 4, 9, 4, 4))
    assert [(group.label, group.n, group.share) for group in groups] == [
        (4, 6, 0.6),
        (9, 3, 0.3),
        (7, 1, 0.1),
    ]
    assert completions.verdict("this 4", groups) == (
        "On this 4, the model is **torn between 4 and 9**: 6 of 10 completions look like a 4, "
        "3 of 10 completions look like a 9."
    )
    shown = [group.label for group, _ in completions.filmstrip(groups, 8)]
    assert shown == [4, 4, 4, 4, 4, 9, 9, 7]
    assert [group.label for group, _ in completions.filmstrip(groups, 2)] == [4, 9]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([8] * 20, "is sure of an 8"),
        ([8] * 18 + [3] * 2, "leans towards an 8"),
        ([0, 1, 2, 4, 6, 7, 8, 9], "has no idea"),
    ],
)
def test_the_model_is_as_sure_as_its_completions_agree(labels, said):
    groups = completions.grouped(of_classes(*labels))
    assert said in completions.verdict("this 8", groups)


def test_the_most_typical_completion_comes_first():
    three = of_classes(1, 1, 0)
    odd = torch.stack([three[0], three[0], three[0].roll(1, dims=2)])
    (group,) = completions.grouped(odd)
    assert group.images[0].equal(three[0]) and group.images[2].equal(odd[2])
