"""Find anomalies: what is drawn is compared with real digits, and letters and shapes can be put in."""

import re

import pytest
import torch
from streamlit.testing.v1 import AppTest

import vae
from tests.app.conftest import SEVEN, alts, draw, texts
from ui import anomaly_verdict, reasons
from ui.anomaly_verdict import Excess, Verdict
from ui.digit import letters_and_shapes
from ui.digit.digit import from_picture

PAGE = "pages/anomaly.py"


@pytest.fixture
def app(open_page) -> AppTest:
    """The page with its sections open."""
    return open_page(PAGE, anomaly_why="true", anomaly_scores="true")


def word_of(app: AppTest) -> str:
    """The word in large type."""
    found = re.fullmatch(r":\w+\[(.+)\]", app.metric[0].value)
    assert found
    return found[1]


def test_the_reason_and_the_chart_wait_until_they_are_opened(open_page):
    app = open_page(PAGE)
    assert not app.exception and "draw something that is not a digit, and try to pass it off" in texts(app)
    assert not app.get("plotly_chart") and "its code is likely" not in texts(app)
    assert "this 7, glowing where its strokes surprise the model" in alts(app)
    assert "the closest picture to this 7 that the model can draw, a 7" in alts(app)


def test_a_drawing_is_judged_in_one_word_and_compared_with_the_closest_picture(app):
    app = draw(app, SEVEN)
    assert not app.exception and not app.warning
    assert word_of(app) == "digit" and app.metric[0].label == "The model's verdict on your drawing"
    assert re.search(r"Your drawing is \*\*stranger than .+\*\*; the model reads it as a 7\.", texts(app))
    assert "The model reads your drawing as a 7: its code is" in texts(app)
    assert "It passes. If it was not meant to be a digit" in texts(app)
    assert len(app.get("plotly_chart")) == 1
    assert "the closest picture to your drawing that the model can draw, a 7" in alts(app)
    assert "the difference between your drawing and the closest picture" in alts(app)


def test_a_shape_put_in_is_stranger_than_a_digit(app):
    digit = app.session_state["digit"].image
    app.button(key="anomaly_Spiral").click().run()
    assert not app.exception
    spiral = app.session_state["digit"].image
    assert spiral.equal(letters_and_shapes.picture("Spiral"))
    of_digit, of_spiral = anomaly_verdict.verdicts([digit, spiral])
    assert of_spiral.score > of_digit.score
    assert word_of(app) == "not a digit"
    assert f"This spiral is **{of_spiral.words}**; the closest that the model can draw is " in texts(app)
    assert "The closest picture that the model can draw is " in texts(app)


def test_a_letter_that_could_be_a_digit_fools_it_and_can_be_put_in(app):
    found = re.search(r"\*\*(\d) of these 6\*\* set off no alarm", texts(app))
    assert found and int(found[1]) > 0
    assert "**digit**: read as a 5" in texts(app)
    app.button(key="anomaly_S").click().run()
    (of_s,) = anomaly_verdict.verdicts([letters_and_shapes.picture("S")])
    assert f"This letter S is **{of_s.words}**; the model reads it as a 5." in texts(app)
    assert "The model reads this letter S as a 5:" in texts(app)


def test_the_digit_can_be_turned_over_and_back(app):
    before = app.session_state["digit"].image
    app.button(key="anomaly_Mirrored").click().run()
    mirrored = letters_and_shapes.mirrored(before)
    assert app.session_state["digit"].image.equal(from_picture(mirrored, "ready-made").image)
    app.button(key="anomaly_Mirrored").click().run()
    assert not app.exception
    assert (app.session_state["digit"].image - before).abs().mean() < 0.05


def test_a_real_digit_can_be_put_in_again(app):
    app.button(key="anomaly_Star").click().run()
    assert word_of(app) == "not a digit"
    app.button(key="anomaly_A real 4").click().run()
    assert not app.exception
    assert word_of(app) == "digit" and app.session_state["digit"].label == 4


def test_words_counts_and_the_chart_follow_one_alarm(app):
    app.button(key="anomaly_Heart").click().run()
    (heart,) = anomaly_verdict.verdicts([letters_and_shapes.picture("Heart")])
    names, n_real = letters_and_shapes.READY_MADE, len(anomaly_verdict.reference())
    verdicts = anomaly_verdict.verdicts([letters_and_shapes.picture(name) for name in names])
    caught = []
    for alarm in anomaly_verdict.ALARMS:
        app.select_slider(key="anomaly_alarm").set_value(alarm).run()
        assert not app.exception
        words = [found.word(alarm) for found in verdicts]
        caught.append(words.count("not a digit"))
        assert word_of(app) == heart.word(alarm) == words[names.index("Heart")]
        wrong = round(alarm * n_real)
        assert f"a false alarm for {wrong:,} of {n_real:,} real digits" in texts(app)
        assert f"**{caught[-1]} of the {len(verdicts)}**" in texts(app)
        shown = [caption.value.split("**")[1] for caption in app.caption if caption.value.startswith("**")]
        assert shown[: len(verdicts)] == words
        assert (
            f"the alarm sounds from {anomaly_verdict.threshold_for(alarm):.2f}"
            in app.get("plotly_chart")[0].proto.alt
        )
    assert caught == sorted(caught) and caught[0] < caught[-1]


@pytest.mark.parametrize(
    ("n_less_strange", "words"),
    [(0, "none of 10,000"), (9_998, "9,998 of 10,000"), (10_000, "all of 10,000")],
)
def test_a_share_near_the_ends_is_not_rounded_to_them(app, n_less_strange, words):
    assert Verdict(1.0, n_less_strange, 10_000, 3).words == f"stranger than {words} real digits"


def test_the_verdict_is_explained_by_the_part_that_is_farther_from_a_typical_digit(app):
    code, strokes = Excess(off=3.1, unexplained=1.8), Excess(off=2.0, unexplained=16.5)
    heart, letter = Verdict(12.0, 9_800, 10_000, 0), Verdict(30.0, 10_000, 10_000, 8)
    assert reasons.why("this heart", heart, "odd digit", code) == (
        "The model reads this heart as a clumsy 0, but its code lies 3.1 standard deviations further from "
        "what the model expects than a typical digit's code."
    )
    assert reasons.why("this W", letter, "not a digit", strokes) == (
        "The closest picture that the model can draw is an 8, but its code leaves more of the picture "
        "unexplained than a typical digit's code, by 16.5 standard deviations."
    )
    nameless = Verdict(30.0, 10_000, 10_000, None)
    assert "can draw is no clear digit, but" in reasons.why("this W", nameless, "not a digit", strokes)
    assert "as an unclear digit, but its code" in reasons.why("this W", nameless, "odd digit", strokes)


def test_both_parts_are_measured_against_a_typical_digit(app):
    found = torch.tensor([anomaly_verdict.excess(image) for image in vae.load_gallery().images[:100]])
    assert found.median(dim=0).values.abs().max() < 0.5
    of_x, of_a = (anomaly_verdict.excess(letters_and_shapes.picture(letter)) for letter in "XA")
    assert of_x.unexplained > of_x.off > 2 and of_a.off > of_a.unexplained


def test_every_letter_and_shape_is_framed_like_a_digit(app):
    for name in (*letters_and_shapes.READY_MADE, *letters_and_shapes.LOOKALIKES):
        image = letters_and_shapes.picture(name)
        assert image.shape == (1, 28, 28)
        assert image.max() == 1 and image.min() == 0
        assert not image[:, :2].any() and not image[:, :, :2].any()
